"""The workbook of rows to correct: headings that are read again, cells as they were, faults coloured, reasons last."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from app.i18n import Language, translator
from app.people.remarks import Candidate, Remark
from app.people.values.cells import Cell
from app.spreadsheets.detected_table import Column
from app.spreadsheets.exports.error_sheets import (
    REGISTRATION_FIELDS,
    ErrorRow,
    ErrorSheet,
    is_registration_sheet,
    write_error_sheet,
)
from app.spreadsheets.exports.field_headings import HEADINGS
from app.spreadsheets.reading import read_sheet
from app.spreadsheets.tables.columns.headings import heading_field

FORMULA = '=HYPERLINK("http://contoh.id";"klik")'
EITHER = (Candidate("kelurahan", "1", "Gunung Sari Ilir"), Candidate("kelurahan", "2", "Gunung Sari Ulu"))
UNCLEAR = Remark("review", "kelurahan", "kelurahan-unclear", {"found": "Gunung Sari"}, EITHER)
NAMELESS = Remark("error", "name", "name-missing", {})
ROUNDED = Remark("warning", "nik", "nik-corrupted", {})


def error_sheet(*rows: ErrorRow, columns: tuple[Column, ...] = ()) -> ErrorSheet:
    return ErrorSheet(columns, rows, kelurahan=("Damai", "Manggar"), target_groups=("UMKM", "Pengurus RT"))


def opened(sheet: ErrorSheet, language: Language = "en") -> Worksheet:
    page = load_workbook(BytesIO(write_error_sheet(sheet, translator(language)))).worksheets[0]
    assert isinstance(page, Worksheet)
    return page


def values(page: Worksheet, line: int) -> list[object]:
    return [cell.value for cell in page[line]]


def colour(page: Worksheet, cell: str) -> str | None:
    fill = page[cell].fill
    return str(fill.fgColor.rgb)[2:] if fill.fill_type else None


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_field_has_a_heading_that_the_reader_knows(language: Language) -> None:
    _ = translator(language)
    assert {field: heading_field(_(heading)) for field, heading in HEADINGS.items()} == {
        field: field for field in HEADINGS
    }


def test_the_sheets_own_headings_stay_where_they_are_understood() -> None:
    columns = (
        Column(0, "NO.", None),
        Column(1, "NAMA LENGKAP", "name"),
        Column(2, "Titik temu", "kelurahan"),
        Column(3, "Kehadiran – Hadir", "attendance"),
        Column(4, "Kehadiran – Izin", "attendance"),
    )
    page = opened(error_sheet(ErrorRow(7, {"name": "Rina", "rt": "3"}, (UNCLEAR,)), columns=columns))
    assert values(page, 1) == [
        "Row",
        "NAMA LENGKAP",
        "Kelurahan",
        "Attendance",
        "RT",
        "Target group",
        "What to correct",
    ]


def test_faults_are_coloured_and_explained_the_worst_first() -> None:
    row = ErrorRow(12, {"nik": 6471056001970000.0, "kelurahan": "Gunung Sari"}, (ROUNDED, UNCLEAR, NAMELESS))
    page = opened(error_sheet(row))
    assert values(page, 2)[0] == 12
    fills = {
        str(page.cell(1, column).value): colour(page, page.cell(2, column).coordinate)
        for column in range(1, 8)
    }
    assert fills == {
        "Row": None,
        "Name": "F6C6C0",
        "NIK": "E3EDF7",
        "Kelurahan": "FBE3A6",
        "Target group": None,
        "Attendance": None,
        "What to correct": None,
    }
    reasons = str(values(page, 2)[-1]).split("\n")
    assert reasons[0].startswith("The row has no name.")
    assert reasons[1].endswith("Choose the one that is meant. (Gunung Sari Ilir, Gunung Sari Ulu)")
    assert reasons[2].startswith("The NIK was kept as a number")


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        ("name", FORMULA),
        ("name", "-Oky"),
        ("note", "@SUM(A1)"),
        ("phone", "081200000101"),
        ("phone", "+6281200000101"),
        ("nik", "6471056001970001"),
        ("nik", 6471056001970000.0),
        ("birth_date", "5/8/1980"),
        ("rt", date(2025, 2, 12)),
        ("kelurahan", "Damai\x0b"),
    ],
)
def test_a_cell_comes_back_as_it_was(field: str, cell: Cell) -> None:
    row = ErrorRow(2, {"name": "Rina", "kelurahan": "Damai", field: cell}, (UNCLEAR,))
    content = write_error_sheet(error_sheet(row), translator("id"))

    page = load_workbook(BytesIO(content)).worksheets[0]
    assert "f" not in {cell.data_type for line in page.iter_rows() for cell in line}
    (read,) = read_sheet(content).rows
    assert read.cells[field] == (cell.strip("\x0b") if isinstance(cell, str) else cell)


def test_the_reasons_are_never_taken_for_data() -> None:
    """Three that each name an e-mail address would otherwise pass for a column of them."""
    wrong = Remark("warning", "email", "email-invalid", {"found": "rina@contoh"})
    rows = [ErrorRow(number, {"name": f"Rina {number}"}, (wrong, NAMELESS)) for number in range(2, 6)]

    read = read_sheet(write_error_sheet(error_sheet(*rows), translator("id")))

    assert [column.field for column in read.columns] == [
        None,
        "name",
        "kelurahan",
        "target_group",
        "attendance",
        None,
    ]


def test_answers_are_offered_but_others_may_be_typed() -> None:
    page = opened(error_sheet(ErrorRow(2, {"name": "Rina"}, (UNCLEAR,))))
    drop_downs = page.data_validations.dataValidation
    assert {str(found.sqref) for found in drop_downs} == {"C2", "D2", "E2"}
    assert not any(found.showErrorMessage for found in drop_downs)
    assert page.parent is not None
    offered = [[cell.value for cell in column if cell.value] for column in page.parent.worksheets[1].columns]
    assert offered == [
        ["Damai", "Manggar", "Luar kota"],
        ["UMKM", "Pengurus RT"],
        ["Present", "Excused", "Absent"],
    ]


def test_a_nik_typed_anew_loses_no_digits() -> None:
    rounded = ErrorRow(2, {"name": "Rina", "nik": 6471056001970000.0}, (ROUNDED,))
    page = opened(error_sheet(rounded, ErrorRow(3, {"rt": 12}, (NAMELESS,))))
    assert values(page, 1)[2] == "NIK"
    assert [page[cell].number_format for cell in ("C2", "C3")] == ["@", "@"]


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_sheet_of_people_to_register_says_where_it_belongs(language: Language) -> None:
    sheet = error_sheet(ErrorRow(2, {"name": "Rina"}, (UNCLEAR,)))
    assert is_registration_sheet(opened(replace(sheet, required=REGISTRATION_FIELDS), language).title)
    assert not is_registration_sheet(opened(sheet, language).title)
