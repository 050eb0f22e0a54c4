"""Which column holds which field, by heading, by content, and over several columns."""

import pytest
from openpyxl import Workbook

from app.spreadsheets.document import Cell, RecognisedSheet
from app.spreadsheets.reading import read_sheet
from tests.spreadsheets.story import codes, reference, saved, workbook

HEADER = ("No", "Nama", "Kelurahan", "Paraf")
PLACES = [kelurahan.name for kelurahan in reference().kelurahan]


def names(sheet: RecognisedSheet) -> list[Cell]:
    return [row.cells.get("name") for row in sheet.rows]


def cells(sheet: RecognisedSheet, field: str) -> list[Cell]:
    return [row.cells.get(field) for row in sheet.rows]


def test_a_header_of_two_rows() -> None:
    book = Workbook()
    page = book.worksheets[0]
    for row in (
        ("No", "Nama", "Kelurahan", "Kehadiran", None, None),
        (None, None, None, "Hadir", "Izin", "Tidak"),
        (1, "Rina", "Damai", "v", None, None),
        (2, "Maya", "Damai", None, None, "x"),
    ):
        page.append(row)
    for area in ("A1:A2", "B1:B2", "C1:C2", "D1:F1"):
        page.merge_cells(area)
    sheet = read_sheet(saved(book))
    assert sheet.header_row == 1
    assert cells(sheet, "attendance") == ["Hadir: v | Izin: | Tidak:", "Hadir: | Izin: | Tidak: x"]


def test_a_header_of_two_rows_where_the_format_tells_no_merges() -> None:
    content = b"No;Nama;Kelurahan;Kehadiran;;\n;;;Hadir;Izin;Tidak\n1;Rina;Damai;v;;\n2;Maya;Damai;;x;\n"
    sheet = read_sheet(content)
    assert names(sheet) == ["Rina", "Maya"]
    assert cells(sheet, "attendance") == ["Hadir: v | Izin: | Tidak:", "Hadir: | Izin: x | Tidak:"]


def test_sex_in_two_columns() -> None:
    content = b"No;Nama;Jenis Kelamin;;Kelurahan;TTD\n;;L;P;;\n1;Rina;;v;Damai;1.\n2;Budi;v;;Damai;2.\n"
    assert cells(read_sheet(content), "sex") == ["L: | P: v", "L: v | P:"]


def test_days_in_columns_warn_that_only_one_counts() -> None:
    sheet = read_sheet(workbook(["Nama", "Kelurahan", "Hari 1", "Hari 2"], ["Rina", "Damai", "v", None]))
    assert cells(sheet, "attendance") == ["Hari 1: v | Hari 2:"]
    assert codes(sheet.warnings) == ["several-attendance-columns"]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("NAMA LENGKAP", "name"),
        ("Nama Peserta *", "name"),
        ("No. KTP", "nik"),
        ("NIK/No KTP", "nik"),
        ("Jenis Kelamin (L/P)", "sex"),
        ("JK", "sex"),
        ("Tempat, Tgl Lahir", "birth_date"),
        ("No. HP / WA", "phone"),
        ("Alamat E-mail", "email"),
        ("Kelurahan", "kelurahan"),
        ("Kelurhan", "kelurahan"),
        ("Kel.", "kelurahan"),
        ("Asal", "kelurahan"),
        ("ALAMAT", "kelurahan"),
        ("Domisili", "kelurahan"),
        ("Kec.", "kecamatan"),
        ("RT/RW", "rt"),
        ("Sebagai", "target_group"),
        ("Unsur", "target_group"),
        ("Kelompok Sasaran", "target_group"),
        ("Nama Usaha", "organization"),
        ("Instansi / Jabatan", "organization"),
        ("Absen", "attendance"),
        ("Status", "attendance"),
        ("Hadir?", "attendance"),
        ("Apakah Anda hadir?", "attendance"),
        ("Tanda Tangan", "signature"),
        ("Kode Pendaftaran", "registration"),
        ("Ket.", "note"),
        ("Umur", None),
        ("Nomor", None),
    ],
)
def test_headings(heading: str, field: str | None) -> None:
    other = "Nama Lengkap Peserta" if field != "name" else "Kelurahan"
    sheet = read_sheet(workbook([heading, other], ["a", "b"]))
    assert sheet.columns[0].field == field


def test_an_address_beside_a_kelurahan_is_an_address() -> None:
    sheet = read_sheet(workbook(["Nama", "Alamat", "Kelurahan"], ["Rina", "Jl. Mulawarman 1", "Damai"]))
    assert [column.field for column in sheet.columns] == ["name", "address", "kelurahan"]


def test_a_column_without_a_heading_is_told_by_its_content() -> None:
    sheet = read_sheet(
        workbook(
            ["Nama", None, None, None],
            ["Rina", "6471056001970003", "081200000001", "Damai"],
            ["Maya", "6471015706030001", "081200000002", "Manggar"],
            ["Dewi", "6471036312890001", "081200000003", "Telagasari"],
        ),
        places=PLACES,
    )
    assert [column.field for column in sheet.columns] == ["name", "nik", "phone", "kelurahan"]


def test_of_two_columns_for_one_field_the_first_with_data_counts() -> None:
    sheet = read_sheet(
        workbook(["Nama", "Kelurahan", "No HP", "No WA"], ["Rina", "Damai", None, "081200000001"])
    )
    assert cells(sheet, "phone") == ["081200000001"]
    assert codes(sheet.warnings) == ["several-columns"]


def test_notes_that_hold_marks_are_attendance() -> None:
    sheet = read_sheet(
        workbook(
            ["Nama", "Kelurahan", "Keterangan"],
            ["Rina", "Damai", "tidak hadir"],
            ["Maya", "Damai", "bawa anak"],
        )
    )
    assert cells(sheet, "attendance") == ["tidak hadir", None]
    assert cells(sheet, "note") == [None, "bawa anak"]


def test_pre_printed_numbers_in_a_signature_column_are_no_marks() -> None:
    sheet = read_sheet(workbook(HEADER, [1, "Rina", "Damai", "1. ......"], [2, "Maya", "Damai", 2]))
    assert cells(sheet, "attendance") == [None, None]
