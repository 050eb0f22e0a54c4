"""Cells of workbooks that users fill in: text that stays text, and drop-downs."""

from collections.abc import Iterable
from datetime import date, datetime, time

from openpyxl import Workbook
from openpyxl.cell import Cell as ExcelCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from app.excel import CENTRED, FONT, GRID, HEAD_FILL, WORDS, write_cell
from app.people.values.cells import Cell, CellError

TEXT_FORMAT = "@"
"""A number format in which typed text stays text: a NIK keeps its digits, a phone number its zero."""


def write_styled_cell(
    sheet: Worksheet, line: int, column: int, value: Cell, *, bold: bool = False
) -> ExcelCell:
    """Write a value with its type and return the cell. `line` and `column` count from 1.

    What is typed over a text or into a blank cell stays text. An error of Excel is written as its text.
    """
    if isinstance(value, CellError):
        value = value.text or None
    cell = write_cell(sheet, line, column, value)
    cell.number_format = _number_format(value)
    cell.font = Font(name=FONT, size=11, bold=bold)
    return cell


def write_heading(sheet: Worksheet, line: int, column: int, text: str) -> None:
    """Write a cell of a table's header."""
    cell = write_styled_cell(sheet, line, column, text, bold=True)
    cell.fill, cell.border, cell.alignment = HEAD_FILL, GRID, CENTRED


def write_table_cell(
    sheet: Worksheet, line: int, column: int, value: Cell, *, centred: bool = False
) -> ExcelCell:
    """Write a value with its type and a border into a table's body and return the cell."""
    cell = write_styled_cell(sheet, line, column, value)
    cell.border, cell.alignment = GRID, CENTRED if centred else WORDS
    return cell


def _number_format(value: Cell) -> str:
    """Return Excel's number format for a value; that of text for texts and blanks."""
    match value:
        case datetime() | date():
            return "DD-MM-YYYY"
        case time():
            return "HH:MM"
        case bool() | int() | float():
            return "General"
        case _:
            return TEXT_FORMAT


class ChoiceLists:
    """Drop-downs with their choices on a hidden sheet, as 34 kelurahan are too long for a list in the cell."""

    def __init__(self, book: Workbook, name: str) -> None:
        self._name = name
        self._sheet = book.create_sheet(name)
        self._sheet.sheet_state = "hidden"
        self._columns = 0

    def drop_down(self, choices: Iterable[str], *, refusal: str | None = None) -> DataValidation:
        """Return a drop-down; the caller adds cells to it, and it to their sheet.

        With a `refusal`, other texts are rejected and it is shown; without one they are accepted.
        """
        self._columns += 1
        line = 0
        for line, choice in enumerate(choices, 1):
            write_styled_cell(self._sheet, line, self._columns, choice)
        letter = get_column_letter(self._columns)
        return DataValidation(
            type="list",
            formula1=f"'{self._name}'!${letter}$1:${letter}${line}",
            allow_blank=True,
            showErrorMessage=refusal is not None,
            error=refusal,
        )
