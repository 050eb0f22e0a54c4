"""Lists that come as Word documents, web pages, PDFs, texts and old XML: each is read like the sheet it shows."""

from datetime import date

import pytest

from app.errors import Problem
from app.people.values.cells import Cell
from app.spreadsheets.reading import MAX_MEMORY_BYTES, read_sheet
from tests.spreadsheets.examples import codes, judged, reference
from tests.spreadsheets.formats.documents import (
    pdf,
    ruled,
    word_cell,
    word_document,
    word_row,
    xml_row,
    xml_workbook,
    zip_of,
)

HEADER = ("No", "Nama", "Kelurahan", "TTD")
PEOPLE = [("1", "Rina Melati", "Damai", ""), ("2", "Maya Kenanga", "Manggar", "")]
PLACES = [kelurahan.name for kelurahan in reference().kelurahan]


def rows_of(content: bytes) -> list[tuple[int, Cell, Cell]]:
    """Number, name and kelurahan of each row."""
    rows = read_sheet(content, places=PLACES).rows
    return [(row.number, row.cells.get("name"), row.cells.get("kelurahan")) for row in rows]


def code_of(content: bytes) -> str:
    with pytest.raises(Problem) as refused:
        read_sheet(content)
    assert refused.value.sentence(str)
    return refused.value.code


# --- Word ---


def test_a_word_list_has_its_letterhead_in_paragraphs() -> None:
    """Rows are numbered as in the table, whatever stands above it."""
    sheet = read_sheet(
        word_document("DAFTAR HADIR", "Hari/Tanggal: Selasa, 5 Agustus 2025", [HEADER, *PEOPLE], "Mengetahui")
    )
    assert (sheet.format, sheet.header_row, sheet.stated_date) == ("docx", 1, date(2025, 8, 5))
    assert [(row.number, row.cells["name"]) for row in sheet.rows] == [
        (2, "Rina Melati"),
        (3, "Maya Kenanga"),
    ]


def test_a_letterhead_that_is_laid_out_as_a_table() -> None:
    content = word_document([("Tanggal", ":", "5 Agustus 2025")], "Peserta:", [HEADER, *PEOPLE])
    sheet = read_sheet(content)
    assert (sheet.sheets, sheet.stated_date, len(sheet.rows)) == (("Tabel 2",), date(2025, 8, 5), 2)


def test_tables_with_the_same_headings_are_one_list_in_sections() -> None:
    content = word_document(
        "KELURAHAN DAMAI",
        [("No", "Nama"), ("1", "Rina")],
        "KELURAHAN MANGGAR",
        [("No", "Nama"), ("1", "Maya")],
    )
    rows = judged(read_sheet(content, places=PLACES)).rows
    assert [row.values.name for row in rows] == ["Rina", "Maya"]
    assert [row.values.kelurahan for row in rows] == ["64.71.06.1005", "64.71.01.1001"]


def test_a_table_without_headings_goes_on_with_the_list_before_it() -> None:
    content = word_document([HEADER, PEOPLE[0]], "Halaman 2", [PEOPLE[1]])
    assert [name for _, name, _ in rows_of(content)] == ["Rina Melati", "Maya Kenanga"]


def test_another_table_of_people_is_named_and_not_mixed_in() -> None:
    content = word_document(
        [HEADER, *PEOPLE], "Tim", [("Nama", "Jabatan", "Honor"), ("Budi Contoh", "Ketua", "1")]
    )
    sheet = read_sheet(content)
    assert len(sheet.rows) == 2
    assert [(one.code, one.params["people"]) for one in sheet.warnings] == [("sheets-unread", 1)]


def test_merged_cells_ticks_and_deletions_of_word() -> None:
    tick = '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'
    deleted = "<w:del><w:r><w:t>Lama </w:t></w:r></w:del>"
    body = (
        "<w:tbl>"
        + word_row(*map(word_cell, ("Nama", "Kelurahan", "Hadir")))
        + word_row(
            word_cell("Rina"),
            word_cell("Damai", '<w:vMerge w:val="restart"/>'),
            f"<w:tc><w:p>{tick}</w:p></w:tc>",
        )
        + word_row(
            f"<w:tc><w:p>{deleted}<w:r><w:t>Maya</w:t></w:r></w:p></w:tc>",
            word_cell("", "<w:vMerge/>"),
            word_cell("-"),
        )
        + "</w:tbl>"
    )
    rows = judged(read_sheet(word_document(body=body))).rows
    assert [(row.values.name, row.values.kelurahan, row.attendance) for row in rows] == [
        ("Rina", "64.71.06.1005", "present"),
        ("Maya", "64.71.06.1005", "absent"),
    ]


def test_a_struck_out_row_of_word_is_asked() -> None:
    struck = "".join(word_cell(text, run="<w:strike/>") for text in PEOPLE[1])
    body = f"<w:tbl>{word_row(*map(word_cell, HEADER))}{word_row(*map(word_cell, PEOPLE[0]))}{word_row(struck)}</w:tbl>"
    rows = judged(read_sheet(word_document(body=body))).rows
    assert [(row.kind, codes(row.remarks)) for row in rows] == [
        ("create", []),
        ("review", ["row-struck-out"]),
    ]


def test_a_word_document_without_a_table() -> None:
    assert code_of(word_document("Nama: Rina Melati")) == "document-without-table"


# --- web pages and XML named .xls ---

PAGE = "<table><tr><td>No<td>Nama<td>Kelurahan<tr><td>1<td>Rina<td rowspan=2>Damai<tr><td>2<td>Maya</table>"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(PAGE.encode(), id="ends left out"),
        pytest.param(f"\ufeff{PAGE}".encode(), id="with a mark"),
        pytest.param(f"\n\n <!DOCTYPE html><style>td {{}}</style>{PAGE}".encode(), id="after blank lines"),
        pytest.param(f"\ufeff{PAGE}".encode("utf-16"), id="in UTF-16"),
        pytest.param(f"<table><tr><td>Menu</td><td>{PAGE}</td></tr></table>".encode(), id="in a layout"),
        pytest.param(f"{PAGE[:-8]}".encode(), id="cut off"),
    ],
)
def test_a_web_page_named_xls(content: bytes) -> None:
    assert rows_of(content) == [(2, "Rina", "Damai"), (3, "Maya", "Damai")]


def test_the_lines_above_a_table_of_a_web_page_are_its_letterhead() -> None:
    sheet = read_sheet(f"<h3>DAFTAR HADIR</h3><p>Tanggal:<b> 5 Agustus 2025</b></p>{PAGE}".encode())
    assert sheet.stated_date == date(2025, 8, 5)


def test_a_web_page_that_asks_to_sign_in() -> None:
    assert code_of(b"<html><form>Nama: <input name=user></form></html>") == "page-without-table"


def test_a_workbook_in_the_xml_of_excel_2003() -> None:
    day = '<Data ss:Type="DateTime">1980-08-05T00:00:00.000</Data>'
    born = f'<Row><Cell><Data ss:Type="String">Rina</Data></Cell><Cell ss:Index="3">{day}</Cell></Row>'
    content = xml_workbook(xml_row("DAFTAR"), xml_row("Nama", "Kelurahan", "Tgl Lahir", Index="3"), born)
    sheet = read_sheet(content)
    assert (sheet.format, sheet.sheet, sheet.header_row) == ("xml", "Daftar", 3)
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (4, {"name": "Rina", "birth_date": date(1980, 8, 5)})
    ]


# --- PDF ---


def test_a_pdf_with_a_ruled_table_over_two_pages() -> None:
    people = [(str(number), f"Rina {'Melati' * (number % 3 + 1)}", "Damai", "") for number in range(1, 61)]
    for header in (True, False):
        sheet = read_sheet(
            pdf(f"= DAFTAR HADIR\nTanggal: 5 Agustus 2025\n{ruled([HEADER, *people], header=header)}")
        )
        assert (sheet.format, sheet.header_row, sheet.stated_date) == ("pdf", 1, date(2025, 8, 5))
        assert [row.cells["name"] for row in sheet.rows] == [name for _, name, _, _ in people]


@pytest.mark.parametrize(
    ("markup", "code"),
    [
        ("#rect(width: 5cm, fill: red)", "scanned-pdf"),
        ("= Undangan\nDengan hormat, kami mengundang.", "pdf-without-table"),
        ("#for page in range(101) [x #pagebreak()]", "too-many-pages"),
    ],
)
def test_a_pdf_without_a_list_says_what_it_is(markup: str, code: str) -> None:
    assert code_of(pdf(markup)) == code


# --- texts ---


def test_the_sections_of_a_report_keep_their_row_numbers() -> None:
    """Of an export of Teams only the list of participants is read; who came and went again is no question."""
    lines = (
        "1. Summary", "Title\tWebinar", "",
        "2. Participants", "Name\tFirst Join\tEmail", "Rina Melati\t8/5/25, 8:50:11 AM\trina@contoh.id", "",
        "3. In-Meeting Activities", "Name\tJoin Time\tLeave Time\tEmail", "Rina Melati\t8:50:11 AM\t9:00:11 AM\t",
    )  # fmt: skip
    sheet = read_sheet("\n".join(lines).encode("utf-16"))
    assert (sheet.format, sheet.sheet, sheet.header_row) == ("tsv", "2. Participants", 5)
    assert ([row.number for row in sheet.rows], sheet.warnings) == ([6], ())


def test_a_section_with_other_people_is_asked() -> None:
    lines = ("Nama;Kelurahan", "Rina;Damai", "", "Nama;Kelurahan;Alasan", "Maya;Manggar;sakit")
    sheet = read_sheet("\n".join(lines).encode())
    assert [(one.level, one.code, one.params) for one in sheet.warnings] == [
        ("review", "sheets-unread", {"sheets": "CSV 2", "people": 1})
    ]


def test_a_blank_line_and_the_heading_again_end_no_list() -> None:
    lines = ("Nama;Kelurahan", "Rina;Damai", "", "Nama;Kelurahan", "Maya;Manggar")
    assert rows_of("\n".join(lines).encode()) == [(2, "Rina", "Damai"), (5, "Maya", "Manggar")]


def test_columns_aligned_with_spaces() -> None:
    """A text that lacks a cell is not read one column too far left."""
    lines = (
        "No  Nama            RT   Kelurahan",
        "1   Rina Melati     12   Damai",
        "2   Maya Kenanga         Manggar",
    )
    sheet = read_sheet("\n".join(lines).encode())
    assert sheet.format == "txt"
    assert [row.cells for row in sheet.rows] == [
        {"name": "Rina Melati", "rt": "12", "kelurahan": "Damai"},
        {"name": "Maya Kenanga", "kelurahan": "Manggar"},
    ]


# --- what is no list, and what to do then ---

LIST = "Nama;Kelurahan\nRina;Damai"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(50), "photo", id="png"),
        pytest.param(b"\xff\xd8\xff\xe0" + bytes(50), "photo", id="jpg"),
        pytest.param(b"\x00\x00\x00\x18ftypheic" + bytes(50), "photo", id="heic"),
        pytest.param(b"RIFF\x10\x00\x00\x00WEBPVP8 ", "photo", id="webp"),
        pytest.param(b"II*\x00" + bytes(50), "photo", id="tiff"),
        pytest.param(b"GIF89a" + bytes(50), "photo", id="gif"),
        pytest.param(b"MZ\x90\x00\x03" + bytes(50), "program", id="exe"),
        pytest.param(b"\x7fELF\x02" + bytes(50), "program", id="elf"),
        pytest.param(b'{"doc_id":"1AbC","email":"sari@contoh.id"}', "shortcut", id="gsheet"),
        pytest.param(b"[InternetShortcut]\r\nURL=https://contoh.id", "shortcut", id="url"),
        pytest.param(b"{\\rtf1 Nama}", "rich-text", id="rtf"),
        pytest.param(b"Rar!\x1a\x07" + bytes(50), "archive", id="rar"),
        pytest.param(zip_of({"ppt/presentation.xml": "<p/>"}), "presentation", id="pptx"),
        pytest.param(zip_of({"Index/Document.iwa": ""}), "numbers-file", id="numbers"),
        pytest.param(zip_of({"catatan.bin": ""}), "not-a-spreadsheet", id="zip without lists"),
    ],
)
def test_another_kind_of_file_is_named(content: bytes, code: str) -> None:
    assert code_of(content) == code


def test_a_list_that_begins_like_a_program_is_a_list() -> None:
    assert rows_of(b"MZ;Nama;Kelurahan\n1;Rina;Damai")[0][1] == "Rina"


def test_a_zip_says_how_many_lists_it_holds() -> None:
    content = zip_of({"a.csv": LIST, "folder/b.XLSX": "", "foto.jpg": "", "__MACOSX/a.csv": ""})
    with pytest.raises(Problem, match="2 lists") as refused:
        read_sheet(content)
    assert refused.value.code == "zip-of-lists"


# --- harm ---


def test_entities_of_a_word_document_that_multiply_are_refused() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><w:document xmlns:w="x">&l11;</w:document>'
    assert code_of(zip_of({"word/document.xml": bomb})) == "unreadable-file"


@pytest.mark.parametrize("number", ["1000000000", "-5", "x"])
def test_spans_beyond_all_bounds_take_no_memory(number: str) -> None:
    page = PAGE.replace("rowspan=2", f"rowspan={number} colspan={number}")
    assert rows_of(page.encode())[0] == (2, "Rina", "Damai")
    wide = word_row(word_cell("Nama", f'<w:gridSpan w:val="{number}"/>'), word_cell("Kelurahan"))
    assert code_of(word_document(body=f"<w:tbl>{wide}</w:tbl>")) in {
        "empty-list",
        "no-header",
        "unreadable-file",
    }


@pytest.mark.soak
def test_a_word_document_of_a_hundred_megabytes_ends_within_the_limits() -> None:
    row = word_row(*map(word_cell, PEOPLE[0]))
    bomb = word_document(body=f"<w:tbl>{row * 250_000}</w:tbl>")
    assert len(bomb) < MAX_MEMORY_BYTES // 100
    assert code_of(bomb) in {"too-many-rows", "unreadable-file", "too-slow", "no-header"}


def test_a_page_nested_ten_thousand_deep_is_read_or_refused() -> None:
    assert code_of(b"<table><tr><td>" * 10_000) in {
        "no-header",
        "empty-file",
        "unreadable-file",
        "page-without-table",
    }
