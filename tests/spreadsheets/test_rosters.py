"""The attendance list to fill in: what stands in it, what may be changed, and that it is read again after an upload."""

from datetime import UTC, date, datetime, time
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from app.i18n import Language, translator
from app.people.values.target_groups import group_index
from app.spreadsheets.exports.rosters import (
    WALK_IN_ROWS,
    Roster,
    RosterLine,
    write_list_template,
    write_roster,
)
from app.spreadsheets.formats.failures import SheetFailure
from app.spreadsheets.reading import read_sheet
from app.spreadsheets.stated_session import StatedSession
from app.spreadsheets.tables.detection import detect_lists
from tests.spreadsheets.examples import detected, reference, saved

FORMULA = '=HYPERLINK("http://contoh.id";"klik")'
LETTERHEAD = ("PEMERINTAH KOTA", "DINAS CONTOH")
ADDRESS = "https://jangkau.contoh.id/sesi/SPBE-2025-1/unggah"

RINA = RosterLine("RINA01", "Rina Melati", "P", "Manggar", "12", "UMKM", None)
OKY = RosterLine("OKY001", FORMULA, None, "Samarinda", None, "Pengurus RT", "excused")
ROSTER = Roster(
    session_code="SPBE-2025-1",
    workshop_title="Workshop Literasi Promosi SPBE",
    organization="Panitia Literasi SPBE",
    venue="Aula Kelurahan Damai",
    starts_at=datetime(2025, 8, 5, 1, tzinfo=UTC),
    ends_at=datetime(2025, 8, 5, 4, tzinfo=UTC),
    people=(RINA, OKY),
    kelurahan=tuple(kelurahan.name for kelurahan in reference().kelurahan),
    target_groups=("UMKM", "Pengurus RT"),
)
FIRST_LINE = 9


def made(language: Language = "id") -> Workbook:
    return load_workbook(BytesIO(write_roster(ROSTER, LETTERHEAD, ADDRESS, language)))


def first_sheet(book: Workbook) -> Worksheet:
    sheet = book.worksheets[0]
    assert isinstance(sheet, Worksheet)
    return sheet


def choices(book: Workbook, cell: str) -> list[object]:
    """What the drop-down of a cell offers, from the hidden sheet that it refers to."""
    (drop_down,) = [
        found for found in first_sheet(book).data_validations.dataValidation if cell in found.cells
    ]
    name, _, area = str(drop_down.formula1).rpartition("!")
    choices = book[name.strip("'")]
    assert choices.sheet_state == "hidden"
    return [cell.value for (cell,) in choices[area.replace("$", "")]]


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_reader_takes_it_back(language: Language) -> None:
    book = made(language)
    sheet = first_sheet(book)
    sheet[f"B{FIRST_LINE + 3}"] = "Tamu Kenanga"

    read = read_sheet(saved(book))

    assert read.stated_date == date(2025, 8, 5)
    assert read.letterhead_kelurahan is None
    assert [column.field for column in read.columns] == [
        None,
        "name",
        "sex",
        "kelurahan",
        "rt",
        "target_group",
        "phone",
        "attendance",
        "signature",
        "registration",
    ]
    rina, oky, guest = read.rows
    assert rina.cells == {
        "name": "Rina Melati",
        "sex": "P",
        "kelurahan": "Manggar",
        "rt": "12",
        "target_group": "UMKM",
        "registration": "RINA01",
    }
    assert (oky.cells["name"], oky.cells["attendance"]) == (FORMULA, translator(language)("Excused"))
    assert (guest.number, guest.cells) == (FIRST_LINE + 3, {"name": "Tamu Kenanga"})


@pytest.mark.parametrize("language", ["id", "en"])
def test_it_says_of_which_session_it_is(language: Language) -> None:
    content = write_roster(ROSTER, LETTERHEAD, ADDRESS, language)

    (found,) = detect_lists(
        content, "daftar.xlsx", place_keys=(), groups=group_index(reference()), trim=False
    )

    assert found.stated == StatedSession(
        code="SPBE-2025-1",
        title="Workshop Literasi Promosi SPBE",
        first_day=date(2025, 8, 5),
        last_day=date(2025, 8, 5),
        starts=time(9),
        ends=time(12),
        venue="Aula Kelurahan Damai",
        organizer="Panitia Literasi SPBE",
    )


def test_a_name_that_reads_like_a_formula_is_dead() -> None:
    cell = first_sheet(made())[f"B{FIRST_LINE + 1}"]
    assert (cell.value, cell.data_type, cell.number_format) == (FORMULA, "s", "@")


def test_only_what_is_to_be_filled_in_is_open() -> None:
    sheet = first_sheet(made())
    assert sheet.protection.sheet

    def open_cells(line: int) -> str:
        return "".join(cell.coordinate[0] for cell in sheet[line] if not cell.protection.locked)

    assert open_cells(FIRST_LINE) == "GHI"
    assert open_cells(FIRST_LINE + 2) == "BCDEFGHI"
    assert [name for name, column in sheet.column_dimensions.items() if column.hidden] == ["J"]


def test_what_can_be_chosen_is_offered() -> None:
    book = made()
    walk_in, last = FIRST_LINE + 2, FIRST_LINE + 2 + WALK_IN_ROWS - 1
    assert choices(book, f"H{FIRST_LINE}") == choices(book, f"H{last}") == ["Hadir", "Izin", "Tidak hadir"]
    assert choices(book, f"D{walk_in}") == [*ROSTER.kelurahan, "Luar kota"]
    assert choices(book, f"F{last}") == ["UMKM", "Pengurus RT"]


def test_it_is_printed_on_a4_with_the_heading_on_each_page() -> None:
    sheet = first_sheet(made())
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (
        9,
        1,
        0,
    )
    assert sheet.sheet_properties.pageSetUpPr is not None
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == f"${FIRST_LINE - 1}:${FIRST_LINE - 1}"


def test_it_says_which_session_it_is_for_and_where_to_upload_it() -> None:
    above = " ".join(
        str(cell.value)
        for line in first_sheet(made())[f"A1:J{FIRST_LINE - 2}"]
        for cell in line
        if cell.value
    )
    for text in (
        *LETTERHEAD,
        "Workshop Literasi Promosi SPBE",
        "Selasa, 5 Agustus 2025",
        "09.00–12.00 WITA",
        ADDRESS,
    ):
        assert text in above


def empty_list() -> bytes:
    return write_list_template(("Manggar",), ("Pelaku UMKM",), LETTERHEAD, translator("id"))


def test_the_empty_list_is_read_once_it_is_filled_in() -> None:
    book = load_workbook(BytesIO(empty_list()))
    sheet = first_sheet(book)
    header = next(row for row in range(1, 20) if sheet.cell(row, 2).value == "Nama")
    for column, text in ((2, "Rina Melati"), (4, "Manggar"), (6, "Pelaku UMKM"), (8, "Hadir")):
        sheet.cell(header + 1, column, text)

    (row,) = detected(saved(book)).rows

    filled = {"name": "Rina Melati", "kelurahan": "Manggar", "target_group": "Pelaku UMKM"}
    assert row.cells == {**filled, "attendance": "Hadir"}


def test_the_empty_list_lists_nobody() -> None:
    with pytest.raises(SheetFailure) as failure:
        detected(empty_list())
    assert failure.value.code == "empty-list"
