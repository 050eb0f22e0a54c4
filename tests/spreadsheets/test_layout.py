"""Where the table is in a sheet, which rows are people, and what stands around them."""

from datetime import date

import pytest
from openpyxl import Workbook

from app.errors import UnreadableFile
from app.spreadsheets.document import Cell, RecognisedSheet
from app.spreadsheets.reading import read_sheet
from tests.spreadsheets.story import reference, saved, workbook

HEADER = ("No", "Nama", "Kelurahan", "Paraf")
PLACES = [kelurahan.name for kelurahan in reference().kelurahan]


def names(sheet: RecognisedSheet) -> list[Cell]:
    return [row.cells.get("name") for row in sheet.rows]


def cells(sheet: RecognisedSheet, field: str) -> list[Cell]:
    return [row.cells.get(field) for row in sheet.rows]


def test_rows_are_numbered_as_excel_shows_them() -> None:
    sheet = read_sheet(
        workbook(["DAFTAR HADIR"], [], HEADER, [1, "Rina Gani", "Damai"], [], [2, "Maya", "Manggar"])
    )
    assert sheet.header_row == 3
    assert [row.number for row in sheet.rows] == [4, 6]


def test_a_letterhead_states_date_and_kelurahan() -> None:
    sheet = read_sheet(
        workbook(
            ["PEMERINTAH KOTA BALIKPAPAN"],
            ["Hari/Tanggal", ":", "Selasa, 5 Agustus 2025"],
            ["Tempat : Aula Kelurahan Damai"],
            ["Kelurahan", "Manggar"],
            HEADER,
            [1, "Rina Gani", None],
        )
    )
    assert (sheet.stated_date, sheet.title_kelurahan) == (date(2025, 8, 5), "Manggar")


def test_the_place_of_the_workshop_is_nobody_s_kelurahan() -> None:
    sheet = read_sheet(workbook(["Tempat : Aula Kelurahan Damai"], HEADER, [1, "Rina Gani", None]))
    assert sheet.title_kelurahan is None


def test_what_is_no_person_is_no_row() -> None:
    sheet = read_sheet(
        workbook(
            HEADER,
            [1, 2, 3, 4],
            [1, "Rina Gani", "Damai"],
            [None, "Jumlah Damai", 1],
            HEADER,
            [2, "Maya Anwar", "Manggar"],
            [3, None, None],
            [4, "", None, "4. ........"],
            [None, "JUMLAH", 2],
        )
    )
    assert names(sheet) == ["Rina Gani", "Maya Anwar"]
    assert (sheet.stated_total, sheet.stated_total_of) == (2, "rows")


def test_a_row_without_a_name_but_with_other_data_is_one() -> None:
    sheet = read_sheet(
        workbook(HEADER, [1, "Rina Gani", "Damai"], [2, None, "Manggar", None], [None, "Maya", "Damai"])
    )
    assert names(sheet) == ["Rina Gani", None, "Maya"]


def test_a_kelurahan_alone_serves_the_rows_below() -> None:
    sheet = read_sheet(
        workbook(
            HEADER,
            ["A", "KELURAHAN MANGGAR"],
            [1, "Rina Gani", None],
            [2, "Maya Anwar", "Damai"],
            [None, "Kel. Teritip"],
            [3, "Dewi Halim", None],
        )
    )
    assert cells(sheet, "kelurahan") == ["KELURAHAN MANGGAR", "Damai", "Kel. Teritip"]


def test_a_bare_name_of_a_kelurahan_is_told_by_the_places_known() -> None:
    content = workbook(["Nama", "RT"], ["MANGGAR"], ["Rina Gani", 7])
    assert cells(read_sheet(content, places=PLACES), "kelurahan") == ["MANGGAR"]
    assert names(read_sheet(content)) == ["MANGGAR", "Rina Gani"]


@pytest.mark.parametrize(
    "ending",
    [
        [
            [None, None, "Balikpapan, 5 Agustus 2025"],
            [None, None, "Lurah Damai,"],
            [None, None, "Budi Santoso"],
        ],
        [[None, "Mengetahui,"], [None, "Lurah Damai"], [None, "Budi Santoso"], [None, "NIP. 19700101"]],
        [[None, "Total", 2], [None, "Ketua Panitia", "Sekretaris"], [None, "Budi", "Sri"]],
        [[None, "Kepala Dinas Kominfo"], [], [None, "Budi Santoso"]],
    ],
)
def test_the_table_ends_at_total_or_signature(ending: list[list[Cell]]) -> None:
    sheet = read_sheet(workbook(HEADER, [1, "Rina Gani", "Damai"], [2, "Maya Anwar", "Damai"], [], *ending))
    assert names(sheet) == ["Rina Gani", "Maya Anwar"]


def test_a_numbered_row_below_a_total_continues_the_table() -> None:
    sheet = read_sheet(
        workbook(
            HEADER,
            [1, "Rina Gani", "Damai"],
            [None, "Total", 1],
            [2, "Maya Anwar", "Manggar"],
            [None, "Total", 2],
        )
    )
    assert names(sheet) == ["Rina Gani", "Maya Anwar"]
    assert sheet.stated_total == 2


def test_a_lurah_is_a_participant_too() -> None:
    sheet = read_sheet(
        workbook(
            ["Nama", "Kelurahan", "Jabatan"],
            ["Rina Gani", "Damai", "Lurah"],
            ["Maya", "Damai", "Ketua Panitia"],
        )
    )
    assert names(sheet) == ["Rina Gani", "Maya"]


def test_a_total_of_those_present() -> None:
    sheet = read_sheet(
        workbook(HEADER, [1, "Rina", "Damai"], [None, "Jumlah hadir : 1 orang"], [None, "Jumlah izin", 3])
    )
    assert (sheet.stated_total, sheet.stated_total_of) == (1, "present")


def test_a_line_of_several_totals_states_none() -> None:
    sheet = read_sheet(workbook(["No", "Nama", "L", "P"], [1, "Rina", None, "v"], [None, "Jumlah", 0, 1]))
    assert sheet.stated_total is None


def test_vertically_merged_cells_give_their_value_to_every_row() -> None:
    book = Workbook()
    page = book.worksheets[0]
    for row in (
        HEADER,
        (1, "Rina", "Damai"),
        (2, "Maya", None),
        (3, "Dewi", None),
        (4, "Sri", "Teritip"),
        (None,) * 4,
    ):
        page.append(row)
    page.merge_cells("C2:C4")
    page.merge_cells("B5:B6")
    page["D6"] = "bawah"
    sheet = read_sheet(saved(book))
    assert names(sheet) == ["Rina", "Maya", "Dewi", "Sri"]
    assert cells(sheet, "kelurahan") == ["Damai", "Damai", "Damai", "Teritip"]


def test_the_first_visible_sheet_with_a_header() -> None:
    book = Workbook()
    hidden = book.worksheets[0]
    hidden.title = "Arsip"
    hidden.append(HEADER)
    hidden.append([1, "Lama", "Damai"])
    hidden.sheet_state = "hidden"
    book.create_sheet("Sampul").append(["Laporan kegiatan"])
    page = book.create_sheet("Daftar")
    page.append(HEADER)
    page.append([1, "Rina", "Damai"])
    book.create_sheet("Hari 2").append(HEADER)
    sheet = read_sheet(saved(book))
    assert (sheet.sheet, sheet.sheets) == ("Daftar", ("Sampul", "Daftar", "Hari 2"))
    assert names(sheet) == ["Rina"]
    assert read_sheet(saved(book), sheet="Hari 2").rows == ()
    with pytest.raises(UnreadableFile, match="Arsip"):
        read_sheet(saved(book), sheet="Arsip")


def test_a_person_names_header_and_columns() -> None:
    content = workbook(["Judul"], ["Siapa", "Mana", "Nama"], ["Rina Gani", "Damai", "Warung Rina"])
    sheet = read_sheet(content, header_row=2, columns={0: "name", 1: "kelurahan", 2: None})
    assert (sheet.header_row, sheet.rows[0].cells) == (2, {"name": "Rina Gani", "kelurahan": "Damai"})


def test_hidden_rows_count() -> None:
    book = Workbook()
    page = book.worksheets[0]
    page.append(HEADER)
    page.append([1, "Rina", "Damai"])
    page.append([2, "Maya", "Damai"])
    page.row_dimensions[2].hidden = True
    assert names(read_sheet(saved(book))) == ["Rina", "Maya"]


def test_the_preview_shows_texts_past_the_header() -> None:
    sheet = read_sheet(workbook(["DAFTAR"], HEADER, [1, "Rina", "Damai"]))
    assert sheet.preview == (("DAFTAR", "", "", ""), HEADER, ("1", "Rina", "Damai", ""))
