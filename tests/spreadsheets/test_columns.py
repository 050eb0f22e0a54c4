"""Which column holds which field, by heading, by content, and over several columns."""

import pytest

from app.spreadsheets.document import Cell, CellError, RecognisedSheet
from tests.spreadsheets.story import recognised, reference, workbook

HEADER = ("No", "Nama", "Kelurahan", "Paraf")
PLACES = [kelurahan.name for kelurahan in reference().kelurahan]


def cells(sheet: RecognisedSheet, field: str) -> list[Cell]:
    return [row.cells.get(field) for row in sheet.rows]


def test_sex_in_two_columns() -> None:
    content = b"No;Nama;Jenis Kelamin;;Kelurahan;TTD\n;;L;P;;\n1;Rina;;v;Damai;1.\n2;Budi;v;;Damai;2.\n"
    assert cells(recognised(content), "sex") == ["L: | P: v", "L: v | P:"]


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
        ("Email Address", "email"),
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
    sheet = recognised(workbook([heading, other], ["a", "b"]))
    assert sheet.columns[0].field == field


def test_an_address_beside_a_kelurahan_is_an_address() -> None:
    sheet = recognised(workbook(["Nama", "Alamat", "Kelurahan"], ["Rina", "Jl. Mulawarman 1", "Damai"]))
    assert [column.field for column in sheet.columns] == ["name", "address", "kelurahan"]


def test_a_column_without_a_heading_is_told_by_its_content() -> None:
    sheet = recognised(
        workbook(
            ["Nama", None, None, None],
            ["Rina", "6471056001970003", "081200000001", "Damai"],
            ["Maya", "6471015706030001", "081200000002", "Manggar"],
            ["Dewi", "6471036312890001", "081200000003", "Telagasari"],
        ),
        places=PLACES,
    )
    assert [column.field for column in sheet.columns] == ["name", "nik", "phone", "kelurahan"]


def test_pre_printed_numbers_in_a_signature_column_are_no_marks() -> None:
    sheet = recognised(workbook(HEADER, [1, "Rina", "Damai", "1. ......"], [2, "Maya", "Damai", 2]))
    assert cells(sheet, "attendance") == [None, None]


def test_an_error_alone_in_several_columns_is_no_mark() -> None:
    sheet = recognised(workbook(["Nama", "Kelurahan", "Hadir", "Izin"], ["Rina", "Damai", "=1/0", None]))
    assert cells(sheet, "attendance") == [CellError("")]
