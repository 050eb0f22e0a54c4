"""The workbooks among the files: what a row of values alone can't say."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from openpyxl.utils.datetime import CALENDAR_MAC_1904

from app.people.values.cells import Cell
from tests.files.writers import file_of, page_of, xlsx

Row: TypeAlias = Sequence[Cell]

HEADER: Row = ("No", "Nama", "Kelurahan", "Paraf")
RINA: Row = (1, "Rina Melati", "Damai")
MAYA: Row = (2, "Maya Kenanga", "Manggar")
DEWI: Row = (3, "Dewi Anggrek", "Teritip")
MARKED: Row = ("Nama", "Kelurahan", "No HP", "Kehadiran")
BORN: Row = ("Nama", "Kelurahan", "Tgl Lahir")
ON_5_AUGUST_1980_FROM_1904 = 27976


def letterhead() -> bytes:
    return xlsx(
        ["PEMERINTAH KOTA BALIKPAPAN"],
        ["Hari/Tanggal", ":", "Rabu, 6 Agustus 2025"],
        ["Tempat : Aula Kelurahan Damai"],
        ["Kelurahan", "Manggar"],
        ["No", "Nama", "Alamat"],
        [1, "Rina Melati", None],
        [2, "Maya Kenanga", "Jl. Mulawarman RT 12"],
        [3, "Dewi Anggrek", "Jl. Mulawarman RT 12 Kel. Teritip"],
        [4, "Tuti Kenanga", "Samarinda"],
    )


def header_two_rows() -> bytes:
    page = page_of(
        ["No", "Nama", "Kelurahan", "Kehadiran", None, None],
        [None, None, None, "Hadir", "Izin", "Tidak"],
        [*RINA, "x", "-", None],
        [*MAYA, None, None, "v"],
        [*DEWI, "v", "v", None],
    )
    page.merge_cells("D1:F1")
    return file_of(page)


def merged_kelurahan() -> bytes:
    page = page_of(HEADER, RINA, [2, "Maya Kenanga"], [3, "Dewi Anggrek"])
    page.merge_cells("C2:C4")
    return file_of(page)


def merged_name() -> bytes:
    page = page_of(HEADER, RINA, [None, None, None, "bawah"], MAYA)
    page.merge_cells("B2:B3")
    return file_of(page)


def hidden_rows() -> bytes:
    page = page_of(HEADER, RINA, MAYA)
    page.row_dimensions[2].hidden = True
    return file_of(page)


def several_sheets() -> bytes:
    page = page_of(HEADER, [1, "Lama Sekali", "Damai"])
    page.title, page.sheet_state = "Arsip", "hidden"
    assert page.parent is not None
    pages: dict[str, list[Row]] = {
        "Sampul": [["Laporan kegiatan"]],
        "Blangko": [HEADER],
        "Daftar": [HEADER, RINA],
        "Hari 2": [HEADER, MAYA],
    }
    for title, rows in pages.items():
        sheet = page.parent.create_sheet(title)
        for cells in rows:
            sheet.append(list(cells))
    return file_of(page)


def stray_cell() -> bytes:
    page = page_of(HEADER, RINA, MAYA)
    page["XFD1048576"] = "nyasar"
    return file_of(page)


def with_errors() -> bytes:
    page = page_of(
        ["Nama", "Kelurahan", "RT", "No HP"],
        ["Rina Melati", "Damai", None, "081200000001"],
        ["Maya Kenanga", None, 3, "081200000002"],
    )
    for place, error in {"C2": "#N/A", "B3": "#REF!"}.items():
        page[place] = error
        page[place].data_type = "e"
    return file_of(page)


def formula_for_a_name() -> bytes:
    page = page_of(["Nama", "Kelurahan"], ['=HYPERLINK("http://contoh.id","Rina")', "Damai"])
    page["A2"].data_type = "s"
    return file_of(page)


def dates_from_1904(birth_date: Cell) -> Callable[[], bytes]:
    def make() -> bytes:
        page = page_of(BORN, ["Rina Melati", "Damai", birth_date])
        assert page.parent is not None
        page.parent.epoch = CALENDAR_MAC_1904
        return file_of(page)

    return make
