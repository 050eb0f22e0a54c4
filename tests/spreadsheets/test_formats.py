"""Every kind of file gives the same cells, whatever its name."""

from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from app.spreadsheets.document import Cell, CellError
from app.spreadsheets.reading import read_sheet
from tests.spreadsheets.excel_binary import xlsb
from tests.spreadsheets.open_document import COVERED, UNCALCULATED, day, empty, number, ods, row, text
from tests.spreadsheets.story import codes, judged, saved, workbook


def cells_of(content: bytes) -> list[dict[str, Cell]]:
    return [row.cells for row in read_sheet(content).rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_in_any_encoding(encoding: str, separator: str) -> None:
    lines = ["Nama,Kelurahan,Hadir", "Nur Café,Damai,ya", '"Rina, S.E.",Manggar,tidak']
    content = "\n".join(lines).replace(",", separator).replace(f'"Rina{separator}', '"Rina,')
    sheet = read_sheet(content.encode(encoding))
    assert sheet.format == "csv"
    assert [row.cells["name"] for row in sheet.rows] == ["Nur Café", "Rina, S.E."]


def test_csv_windows_1252_with_an_undefined_byte() -> None:
    assert cells_of(b"Nama;Kelurahan\nCaf\xe9 \x92 \x8fx;Damai\n")[0]["name"] == "Café \u2019 x"


def test_csv_our_own_apostrophe_goes_again() -> None:
    content = b"Nama,Kelurahan,Catatan\n'=HYPERLINK(1),Damai,'+62\n'Aisyah,Damai,'-\n"
    assert [cells["name"] for cells in cells_of(content)] == ["=HYPERLINK(1)", "'Aisyah"]
    assert [cells["note"] for cells in cells_of(content)] == ["+62", "-"]


def test_csv_with_line_ends_inside_a_cell() -> None:
    sheet = read_sheet(b'Nama;Kelurahan\n"Rina\nGani";Damai\n\nMaya;Damai\n')
    assert [(row.number, row.cells["name"]) for row in sheet.rows] == [(2, "Rina Gani"), (4, "Maya")]


def test_ods() -> None:
    content = ods(
        row(text("Nama"), text("Kelurahan"), text("RT"), text("Tgl Lahir"), empty(1000)),
        row(text("Rina Gani"), text("Damai", rows=2), number(7), day("1980-08-05")),
        row(text("Maya Anwar"), COVERED, text("#N/A"), UNCALCULATED),
        row(empty(16384), repeated=1_048_000),
        hidden_sheet=[row(text("Nama"), text("Kelurahan")), row(text("Lama"), text("Damai"))],
    )
    sheet = read_sheet(content)
    assert (sheet.format, sheet.sheets) == ("ods", ("Daftar",))
    assert [row.cells for row in sheet.rows] == [
        {"name": "Rina Gani", "kelurahan": "Damai", "rt": 7.0, "birth_date": date(1980, 8, 5)},
        {"name": "Maya Anwar", "kelurahan": "Damai", "rt": "#N/A", "birth_date": CellError("")},
    ]


def test_ods_with_a_stray_cell() -> None:
    content = ods(
        row(text("Nama"), text("Kelurahan")),
        row(text("Rina Gani"), text("Damai")),
        row(empty(16384), repeated=1_048_573),
        row(empty(16383), text("nyasar")),
    )
    assert cells_of(content) == [{"name": "Rina Gani", "kelurahan": "Damai"}]


def test_xlsb() -> None:
    sheet = read_sheet(xlsb(["Nama", "Kelurahan", "RT"], ["Rina Gani", "Damai", 7.0]))
    assert (sheet.format, sheet.sheets) == ("xlsb", ("Daftar",))
    assert sheet.rows[0].cells == {"name": "Rina Gani", "kelurahan": "Damai", "rt": 7.0}


@pytest.mark.parametrize("epoch_1904", [False, True])
def test_excel_dates(*, epoch_1904: bool) -> None:
    book = Workbook()
    if epoch_1904:
        book.epoch = CALENDAR_MAC_1904
    book.worksheets[0].append(["Nama", "Kelurahan", "Tgl Lahir"])
    book.worksheets[0].append(["Rina", "Damai", date(1980, 8, 5)])
    assert cells_of(saved(book))[0]["birth_date"] == date(1980, 8, 5)


def test_a_date_that_excel_made_of_rt_and_rw() -> None:
    judgement = judged(
        read_sheet(workbook(["Nama", "Kelurahan", "RT/RW"], ["Rina", "Damai", date(2025, 2, 12)]))
    )
    assert judgement.rows[0].values.rt == "12"


def test_a_name_that_is_a_formula_is_text() -> None:
    book = Workbook()
    book.worksheets[0].append(["Nama", "Kelurahan"])
    book.worksheets[0].append(["placeholder", "Damai"])
    cell: Any = book.worksheets[0]["A2"]
    cell.value = '=HYPERLINK("http://contoh.id","Rina")'
    cell.data_type = "s"
    judgement = judged(read_sheet(saved(book)))
    assert judgement.rows[0].values.name == '=HYPERLINK("http://contoh.id","Rina")'
    assert judgement.rows[0].kind == "create"


def test_errors_and_formulas_never_calculated_are_blank_with_a_warning() -> None:
    book = Workbook()
    page = book.worksheets[0]
    page.append(["Nama", "Kelurahan", "RT", "No HP"])
    page.append(["Rina", "Damai", "=A1", "#N/A"])
    page["D2"].data_type = "e"
    sheet = read_sheet(saved(book))
    assert sheet.rows[0].cells["rt"] == CellError("")
    assert sheet.rows[0].cells["phone"] == CellError("#N/A")
    row = judged(sheet).rows[0]
    assert (row.kind, codes(row.messages)) == ("create", ["cell-error", "cell-error"])


def test_numbers_keep_their_kind() -> None:
    sheet = read_sheet(
        workbook(["Nama", "Kelurahan", "NIK", "No HP"], ["Rina", "Damai", 6471052703020000, 81200000001])
    )
    row = judged(sheet).rows[0]
    assert codes(row.messages) == ["nik-corrupted"]
    assert row.values.phone == "+6281200000001"
