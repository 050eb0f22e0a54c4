"""Every kind of file gives the same cells, as the child process hands them out."""

from datetime import date

import pytest

from app.errors import UnreadableFile
from app.people.values.cells import Cell, CellError
from app.spreadsheets.reading import read_sheet
from tests.files.make import FOLDER
from tests.spreadsheets.formats.open_document import COVERED, UNCALCULATED, day, empty, number, ods, row, text

NOT_AVAILABLE, NO_REFERENCE = 0x2A, 0x17
TRUTH_OR_ERROR = b"\x05\x02\x08\x00"


def cells_of(content: bytes) -> list[dict[str, Cell]]:
    return [row.cells for row in read_sheet(content).rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_csv_in_any_encoding(encoding: str) -> None:
    lines = ["Nama;Kelurahan;Hadir", "Nur Café;Damai;ya", "Rina, S.E.;Manggar;tidak"]
    sheet = read_sheet("\n".join(lines).encode(encoding))
    assert sheet.format == "csv"
    assert [row.cells["name"] for row in sheet.rows] == ["Nur Café", "Rina, S.E."]


def test_what_excel_keeps_as_text_in_a_csv_is_that_text() -> None:
    """Excel writes `="…"` around a text; that is removed, and nothing else that begins with "="."""
    lines = (
        b"Nama,Kelurahan,No HP,NIK",
        b'Rina,Damai,="081200000001","=""6471056001970003"""',
        b'=1+1,Damai,"=""a"" & ""b""",',
    )
    assert cells_of(b"\n".join(lines)) == [
        {"name": "Rina", "kelurahan": "Damai", "phone": "081200000001", "nik": "6471056001970003"},
        {"name": "=1+1", "kelurahan": "Damai", "phone": '="a" & "b"'},
    ]


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
    sheet = read_sheet((FOLDER / "plain.xlsb").read_bytes())
    assert (sheet.format, sheet.sheets) == ("xlsb", ("Daftar",))
    assert [row.cells["name"] for row in sheet.rows] == ["Rina Melati", "Maya Kenanga"]


def test_an_error_that_excel_keeps_as_a_record_of_its_own() -> None:
    """LibreOffice saves every error as a formula's result; the records of two that were typed are patched in here."""
    content = bytearray((FOLDER / "errors.xls").read_bytes())
    for code in (NOT_AVAILABLE, NO_REFERENCE):
        result = content.index(bytes([2, 0, code, 0, 0, 0, 0xFF, 0xFF]))
        content[result - 10 : result - 6] = TRUTH_OR_ERROR
        content[result : result + 2] = bytes([code, 1])
    with pytest.raises(UnreadableFile) as refused:
        read_sheet(bytes(content))
    assert refused.value.code == "error-cells"
