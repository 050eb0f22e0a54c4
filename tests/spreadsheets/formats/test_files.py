"""The files of `tests/files`: each is named for one thing that real lists have, and read or refused for it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from app.errors import UnreadableFile
from app.spreadsheets.detected_table import DetectedTable
from app.spreadsheets.formats.failures import SheetFailure
from app.spreadsheets.reading import SENTENCES, read_sheet
from tests.files.make import FILES, FOLDER
from tests.sheet_reading import in_child
from tests.spreadsheets.examples import codes, detected, judged, reference

PLACES = [kelurahan.name for kelurahan in reference().kelurahan]
DAMAI, MANGGAR, TERITIP = "64.71.06.1005", "64.71.01.1001", "64.71.01.1003"
BORN = date(1980, 8, 5)


@dataclass
class Reading:
    """What a file gives: row number → kind and codes; `values` and `attendance` of the rows worth naming."""

    rows: dict[int, str]
    values: dict[int, dict[str, Any]] = field(default_factory=dict)
    attendance: dict[int, str] = field(default_factory=dict)
    header: int = 1
    warnings: str = ""
    total: int | None = None


CAFE = Reading({2: "create", 3: "create"}, {2: {"name": "Nur Café"}, 3: {"name": "Rina, S.E."}})
TWO = Reading({2: "create", 3: "create"}, {3: {"name": "Maya Kenanga", "kelurahan": MANGGAR}})
ERRORS = Reading(
    {2: "create cell-error", 3: "error cell-error kelurahan-missing"},
    {2: {"rt": None, "phone": "+6281200000001"}, 3: {"rt": "3", "kelurahan": None}},
)
UNCALCULATED = Reading({2: "create cell-error"}, {2: {"rt": None}})
MERGED = Reading(
    {2: "create", 3: "create", 4: "create"}, {3: {"kelurahan": DAMAI}, 4: {"kelurahan": DAMAI, "rt": None}}
)
DATED = Reading({2: "create"}, {2: {"birth_date": BORN}})

READ = {
    "utf-8-with-a-mark.csv": CAFE,
    "utf-16-semicolons.csv": CAFE,
    "windows-1252.csv": CAFE,
    "windows-1252-undefined-byte.csv": Reading({2: "create"}, {2: {"name": "Café ’ x"}}),
    "tabs.csv": CAFE,
    "named-wrongly.csv": TWO,
    "macros.xlsm": TWO,
    "plain.xlsb": TWO,
    "line-ends-in-cells.csv": Reading({2: "create", 4: "create"}, {2: {"name": "Rina Melati"}}),
    "letterhead.xlsx": Reading(
        {6: "create", 7: "create", 8: "create", 9: "create"},
        {
            6: {"kelurahan": MANGGAR},
            7: {"kelurahan": MANGGAR, "rt": "12"},
            8: {"kelurahan": TERITIP, "rt": "12"},
            9: {"kelurahan": "outside", "outside_place": "Samarinda"},
        },
        header=5,
        warnings="date-differs kelurahan-from-title",
    ),
    "letterhead-in-one-cell.csv": Reading(
        {4: "create"}, {4: {"kelurahan": MANGGAR}}, header=3, warnings="kelurahan-from-title"
    ),
    "header-two-rows.xlsx": Reading(
        {3: "create", 4: "create", 5: "review attendance-unclear"}, attendance={3: "present", 4: "absent"}
    ),
    "header-two-rows.csv": Reading({3: "create", 6: "create"}, attendance={3: "present", 6: "absent"}),
    "numbering-row.csv": Reading({3: "create", 4: "create"}),
    "numbering-in-brackets.csv": Reading({3: "create", 4: "create"}),
    "repeated-header.xlsx": Reading({2: "create", 4: "create"}),
    "rows-without-a-name.csv": Reading({2: "create", 5: "error name-missing"}),
    "sections.xlsx": Reading(
        {3: "create", 4: "create", 6: "create"},
        {3: {"kelurahan": MANGGAR}, 4: {"kelurahan": DAMAI}, 6: {"kelurahan": TERITIP}},
    ),
    "merged-kelurahan.xlsx": MERGED,
    "merged-kelurahan.xls": MERGED,
    "merged-kelurahan.ods": Reading({2: "create", 3: "create"}, {3: {"kelurahan": DAMAI}}),
    "merged-name.xlsx": Reading({2: "create", 4: "create"}),
    "hidden-rows.xlsx": Reading({2: "create", 3: "create"}, warnings="rows-hidden"),
    "html-named.xlsx": Reading({2: "error kelurahan-missing"}, {2: {"name": "Rina"}}),
    "several-sheets.xlsx": Reading({2: "create"}, {2: {"name": "Rina Melati"}}, warnings="sheets-unread"),
    "subtotals.xlsx": Reading({2: "create", 4: "create"}, total=2),
    "total-differs.csv": Reading({2: "create", 3: "create"}, total=3, warnings="total-differs"),
    "signature-block.xlsx": TWO,
    "stray-cell.xlsx": TWO,
    "several-columns-for-one.csv": Reading(
        {2: "create", 3: "create"}, {2: {"name": "Rina Melati"}}, warnings="several-columns"
    ),
    "attendance-by-day.csv": Reading(
        {2: "create", 3: "create"},
        attendance={2: "absent", 3: "present"},
        warnings="several-attendance-columns",
    ),
    "marks-in-the-note.csv": Reading(
        {2: "create", 3: "create"}, {3: {"note": "vegetarian"}}, {2: "excused", 3: "present"}
    ),
    "errors.xlsx": ERRORS,
    "errors.ods": ERRORS,
    "formula-never-calculated.xlsx": UNCALCULATED,
    "formula-never-calculated.ods": UNCALCULATED,
    "dittos.csv": Reading(
        {2: "create", 3: "create", 4: "create"},
        {3: {"kelurahan": DAMAI, "phone": None}, 4: {"kelurahan": DAMAI}},
        {3: "present", 4: "present"},
    ),
    "invisible-characters.csv": Reading({2: "create"}, {2: {"name": "Rina Melati", "kelurahan": DAMAI}}),
    "name-beginning-with-equals.csv": Reading(
        {2: "create", 3: "create"},
        {2: {"name": "=Hyperlink(1)", "note": "+62"}, 3: {"name": "'Aisyah", "note": "-"}},
    ),
    "name-beginning-with-equals.xlsx": Reading(
        {2: "create"}, {2: {"name": '=HYPERLINK("http://contoh.id","Rina")'}}
    ),
    "nik-as-number.xlsx": Reading({2: "create nik-corrupted"}, {2: {"nik": None, "phone": "+6281200000001"}}),
    "rt-spoilt-to-a-date.xlsx": Reading({2: "create"}, {2: {"rt": "12"}}),
    "dates.xlsx": DATED,
    "dates-1904.xlsx": DATED,
    "dates-1904-without-format.xlsx": DATED,
    "dates-1904-without-format.xls": DATED,
    "dates-1904-without-format.xlsb": DATED,
    "dates-1904-without-format.ods": DATED,
    "twice-in-the-list.csv": Reading(
        {2: "create", 3: "duplicate", 4: "review duplicate-differs"}, attendance={2: "present"}
    ),
    "ticks-of-a-phone.csv": Reading({2: "create", 3: "create"}, attendance={2: "present", 3: "present"}),
    "family-on-one-phone.csv": Reading({2: "create", 3: "create phone-shared"}),
}

REFUSED = {
    "empty.csv": "empty-file",
    "empty-workbook.xlsx": "empty-file",
    "headings-only.xlsx": "empty-list",
    "no-name-column.xlsx": "no-header",
    "header-in-row-41.csv": "no-header",
    "truncated.xlsx": "unreadable-file",
    "too-many-columns.csv": "too-many-columns",
    "password-protected.xlsx": "password-protected",
    "password-protected.xls": "password-protected",
    "password-protected.ods": "password-protected",
    "errors.xls": "error-cells",
    "errors.xlsb": "error-cells",
    "errors-of-formulas.xlsb": "error-cells",
}


def detected_file(name: str) -> DetectedTable:
    content = (FOLDER / name).read_bytes()
    return detected(content, places=PLACES, beyond=name == "stray-cell.xlsx")


@pytest.mark.parametrize("name", READ)
def test_read(name: str) -> None:
    sheet, expected = detected_file(name), READ[name]
    judgement = judged(sheet)
    rows = {row.number: row for row in judgement.rows}
    assert {
        number: " ".join([row.kind, *codes(row.remarks)]) for number, row in rows.items()
    } == expected.rows
    assert (sheet.header_row, sheet.stated_total) == (expected.header, expected.total)
    assert codes(judgement.warnings) == expected.warnings.split()
    found = {
        number: {
            name: rows[number].cells.get(name) if name == "note" else getattr(rows[number].values, name)
            for name in values
        }
        for number, values in expected.values.items()
    }
    assert found == expected.values
    assert {number: rows[number].attendance for number in expected.attendance} == expected.attendance


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    with pytest.raises(SheetFailure) as refused:
        detected_file(name)
    assert refused.value.code == REFUSED[name]
    assert refused.value.code in SENTENCES


def test_every_file_is_expected_to_be_read_or_refused() -> None:
    files = {path.name for path in FOLDER.iterdir() if path.suffix not in {".py", ".pyc"} and path.is_file()}
    assert files == READ.keys() | REFUSED.keys() | {"stray-cell.xlsb"}


@in_child
def test_a_file_that_kills_its_reader_is_refused() -> None:
    """Only of an .xlsx stray cells are cut off."""
    with pytest.raises(UnreadableFile) as refused:
        read_sheet((FOLDER / "stray-cell.xlsb").read_bytes())
    assert refused.value.code == "unreadable-file"


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_what_the_script_makes(name: str) -> None:
    assert (FOLDER / name).read_bytes() == FILES[name]()
