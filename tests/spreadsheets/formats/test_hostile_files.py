"""Files that are damaged, or made to do harm: each is read or refused, and none takes more than its share."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from app.errors import Problem
from app.people.values.cells import Cell
from app.spreadsheets import reading
from app.spreadsheets.detected_table import DetectedTable
from app.spreadsheets.formats.failures import MAX_HEADER_COLUMNS
from app.spreadsheets.reading import read_sheet
from tests.sheet_reading import in_child
from tests.spreadsheets.examples import SAMPLES, judged, saved, workbook
from tests.spreadsheets.mutations import mutated

pytestmark = in_child

HEADER = ("No", "Nama", "Kelurahan")
PEOPLE = [{"name": "Rina", "kelurahan": "Damai"}, {"name": "Maya", "kelurahan": "Damai"}]
LIST = workbook(HEADER, [1, "Rina", "Damai"], [2, "Maya", "Damai"])
SHEET = "xl/worksheets/sheet1.xml"
LONGEST_CELL = 32_767
COPIES_IN_ONE_CHILD = 200
FIRST_SEEDS = [
    0,
    *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(200, 1000, COPIES_IN_ONE_CHILD)),
]
MEGABYTE = 1024**2


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a gigabyte for the reader, of which its libraries take a part."""
    monkeypatch.setattr(reading, "MAX_MEMORY_BYTES", 500 * MEGABYTE)


def cells(sheet: DetectedTable) -> list[dict[str, Cell]]:
    return [row.cells for row in sheet.rows]


def status_and_code(content: bytes) -> str:
    with pytest.raises(Problem) as refused:
        read_sheet(content)
    return refused.value.code


def repacked(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The file with one part changed."""
    packed = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(packed, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, change(data) if name == part else data)
    return packed.getvalue()


def with_parts(content: bytes, **parts: bytes) -> bytes:
    """The file with more in it."""
    packed = BytesIO(content)
    with ZipFile(packed, "a", ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/"), data)
    return packed.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("first", FIRST_SEEDS)
@pytest.mark.parametrize("sample", ["spbe.xlsx", "umkm-berantakan.xlsx", "rt-manggar.xls", "tokoh.csv"])
def test_damaged_copies_are_read_or_refused(sample: str, first: int) -> None:
    """Where the parser asks for too much memory and its process dies, that is a refusal too."""
    seed, end = first, first + COPIES_IN_ONE_CHILD
    while seed < end:
        command = [sys.executable, "-m", "tests.spreadsheets.mutations", sample, str(seed), str(end - seed)]
        child = subprocess.run(command, capture_output=True, text=True, check=False)
        if child.returncode == 0:
            break
        last = int(child.stdout.split()[-1])
        assert child.returncode == -signal.SIGABRT, f"{sample}, seed {last}: {child.stderr[-3000:]}"
        assert status_and_code(mutated((SAMPLES / sample).read_bytes(), last)) == "unreadable-file"
        seed = last + 1


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
DOCTYPE = f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>'.encode()
LAUGH = b"&l11;"  # it would be 200 GB long


def laughing(part: str, word: bytes) -> bytes:
    """The list with an entity in place of a word of one part."""
    return repacked(LIST, part, lambda data: DOCTYPE + data.replace(word, LAUGH))


def sharing(text: bytes) -> bytes:
    """The list with its first name among the texts that cells share."""
    shared = (
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>%s</t></si></sst>'
    )
    own, pointing = b't="inlineStr"><is><t>Rina</t></is>', b't="s"><v>0</v>'
    content = with_parts(LIST, **{"xl__sharedStrings.xml": DOCTYPE + shared % text})
    return repacked(content, SHEET, lambda data: data.replace(own, pointing))


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize(
    "content",
    [laughing(SHEET, b"Rina"), laughing("xl/workbook.xml", b"Sheet"), sharing(LAUGH)],
    ids=["sheet", "workbook", "shared texts"],
)
def test_entities_that_multiply_are_refused(content: bytes) -> None:
    assert status_and_code(content) == "unreadable-file"


def test_entities_that_nobody_names_do_no_harm() -> None:
    assert cells(read_sheet(sharing(b"Rina"))) == PEOPLE


def below_the_list(row: bytes) -> Callable[[bytes], bytes]:
    """Return a function that adds a million rows to a sheet: `row` with its number for each `#`."""

    def change(data: bytes) -> bytes:
        rows = b"".join(row.replace(b"#", b"%d" % number) for number in range(4, 1_000_001))
        return data.replace(b"</sheetData>", rows + b"</sheetData>")

    return change


@pytest.mark.soak
@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda data: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', data),
            id="declared only",
        ),
        pytest.param(below_the_list(b'<row r="#"/>'), id="rows"),
        pytest.param(below_the_list(b'<row r="#"><c r="A#" s="0"/></row>'), id="formatted cells"),
        pytest.param(
            below_the_list(b'<row r="#"><c r="A#" t="inlineStr"><is><t></t></is></c></row>'), id="empty texts"
        ),
    ],
)
def test_a_million_empty_rows_are_none(change: Callable[[bytes], bytes]) -> None:
    assert cells(read_sheet(repacked(LIST, SHEET, change))) == PEOPLE


@pytest.mark.soak
@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("nothing", [b"\n", b";;;;;\n", b";"], ids=["lines", "separators", "one long line"])
def test_megabytes_of_nothing_in_a_csv_are_none(nothing: bytes) -> None:
    content = b"No;Nama;Kelurahan\n1;Rina;Damai\n2;Maya;Damai\n" + nothing * (9 * MEGABYTE // len(nothing))
    assert cells(read_sheet(content)) == PEOPLE


@pytest.mark.usefixtures("little_memory")
def test_a_quote_that_is_never_closed_swallows_the_rest_and_no_more() -> None:
    content = b"No;Nama;Kelurahan\n1;Rina;Damai\n2;Maya;Damai\n" + b'3;"' + b"x;" * MEGABYTE
    assert cells(read_sheet(content))[:2] == PEOPLE


def test_the_longest_cell_that_excel_allows_is_read_and_judged() -> None:
    name, note = "Rina" * (LONGEST_CELL // 4), "k" * LONGEST_CELL
    sheet = read_sheet(workbook((*HEADER, "Catatan"), (1, name, "Damai", None), (2, "Maya", "Damai", note)))
    assert [len(str(row.get("note", ""))) for row in cells(sheet)] == [0, LONGEST_CELL]
    assert [(row.kind, [one.code for one in row.remarks]) for row in judged(sheet).rows] == [
        ("error", ["name-too-long"]),
        ("create", []),
    ]


def test_characters_that_turn_or_hide_text_are_dropped() -> None:
    """Right-to-left marks, zero-width joiners, a bell as Excel writes it, line separators."""
    hidden = "\u202eRi\u200dna_x0007_\u00a0\u2066Melati\u2028Sari\ufeff"
    sheet = read_sheet(workbook(HEADER, (1, hidden, "\u200fDa\u00admai\u202c")))
    (row,) = judged(sheet).rows
    assert row.values.name == "Rina Melati Sari"
    assert row.kind == "create"


def test_names_written_from_right_to_left_are_names() -> None:
    (row,) = judged(read_sheet(workbook(HEADER, (1, "رينا ملاتي", "Damai")))).rows
    assert (row.values.name, row.kind) == ("رينا ملاتي", "create")


def wide(columns: int) -> bytes:
    return workbook(["Nama", *(f"Kolom {number}" for number in range(columns - 1))], ["Rina"])


def test_a_hundred_columns_are_read_and_one_more_is_refused() -> None:
    assert cells(read_sheet(wide(MAX_HEADER_COLUMNS))) == [{"name": "Rina"}]
    assert status_and_code(wide(MAX_HEADER_COLUMNS + 1)) == "too-many-columns"


@pytest.mark.slow
@pytest.mark.usefixtures("little_memory")
def test_a_field_of_words_has_no_header() -> None:
    """Forty rows of five hundred words: each might be a heading, misspelt."""
    assert (
        status_and_code(workbook(*([f"kata {row} {n}" for n in range(500)] for row in range(40))))
        == "no-header"
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"<?xml version='1.0'?><Workbook/>", "page-without-table", id="xml"),
        pytest.param(b"MIME-Version: 1.0\n\nNama\nRina", "not-a-spreadsheet", id="web archive"),
        pytest.param(b"%PDF-1.7\nNama;Kelurahan\nRina;Damai", "unreadable-file", id="pdf"),
        pytest.param(b"\r\n%PDF-1.7\nNama;Kelurahan\nRina;Damai", "unreadable-file", id="late pdf"),
    ],
)
def test_what_only_calls_itself_a_sheet_is_refused(content: bytes, code: str) -> None:
    """The content decides what a file is, not its name."""
    assert status_and_code(content) == code


def encrypted_zip() -> bytes:
    """Each entry's flag says that it is encrypted, in its own header and in the directory."""
    content = bytearray(saved(Workbook()))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(signature), bytes(content)):
            content[found.start() + flags] |= 1
    return bytes(content)


def test_a_zip_with_a_password_is_asked_to_be_taken_off() -> None:
    assert status_and_code(encrypted_zip()) == "password-protected"
