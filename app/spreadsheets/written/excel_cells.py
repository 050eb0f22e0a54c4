"""What the workbooks that the service makes for filling in have in common: dead text, lines, a printed page."""

from collections.abc import Iterable
from datetime import date, datetime, time
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell as ExcelCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from app.people.cells import Cell, CellError

TEXT_FORMAT = "@"
"""What is typed into such a cell stays text: a NIK keeps its digits, a telephone number its zero."""

_FONT = "Calibri"
_HEAD_FILL = PatternFill("solid", fgColor="DCEBE7")
_LINE = Side(style="thin", color="9AA5AB")
_GRID = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
_WORDS = Alignment(vertical="center", wrap_text=True)
_MARGIN = 0.4
"""Of a printed page, in inches."""


def put(sheet: Worksheet, line: int, column: int, value: Cell, *, bold: bool = False) -> ExcelCell:
    """Writes a value as what it is; text stays text also where it reads like a formula, now and when it is edited."""
    if isinstance(value, CellError):
        value = value.text or None
    cell = sheet.cell(line, column, ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.data_type = "s"
    cell.number_format = _number_format(value)
    cell.font = Font(name=_FONT, size=11, bold=bold)
    return cell


def put_heading(sheet: Worksheet, line: int, column: int, text: str) -> None:
    """One cell of a table's header."""
    cell = put(sheet, line, column, text, bold=True)
    cell.fill, cell.border, cell.alignment = _HEAD_FILL, _GRID, _CENTRED


def put_in_grid(sheet: Worksheet, line: int, column: int, value: Cell, *, centred: bool = False) -> ExcelCell:
    """One cell of a table's body."""
    cell = put(sheet, line, column, value)
    cell.border, cell.alignment = _GRID, _CENTRED if centred else _WORDS
    return cell


def _number_format(value: Cell) -> str:
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
    """Drop-downs whose choices stand on a hidden sheet: 34 kelurahan are too long for a list in the cell itself."""

    def __init__(self, book: Workbook, name: str) -> None:
        self._name = name
        self._sheet = book.create_sheet(name)
        self._sheet.sheet_state = "hidden"
        self._columns = 0

    def drop_down(self, choices: Iterable[str], *, refusal: str | None = None) -> DataValidation:
        """A drop-down for cells to be added to. With a `refusal` nothing else may be typed there."""
        self._columns += 1
        line = 0
        for line, choice in enumerate(choices, 1):
            put(self._sheet, line, self._columns, choice)
        letter = get_column_letter(self._columns)
        return DataValidation(
            type="list",
            formula1=f"'{self._name}'!${letter}$1:${letter}${line}",
            allow_blank=True,
            showErrorMessage=refusal is not None,
            error=refusal,
        )


def set_up_print(sheet: Worksheet, head_line: int) -> None:
    """A4 landscape, as wide as the page, the header's line and page numbers on each."""
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.orientation = Worksheet.ORIENTATION_LANDSCAPE
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{head_line}:{head_line}"
    sheet.page_margins = PageMargins(left=_MARGIN, right=_MARGIN, top=_MARGIN, bottom=2 * _MARGIN)
    sheet.print_options.horizontalCentered = True
    footer = HeaderFooterItem()
    footer.right.text = "&P / &N"
    sheet.HeaderFooter.oddFooter = footer


def file_of(book: Workbook) -> bytes:
    """The workbook as an .xlsx file."""
    content = BytesIO()
    book.save(content)
    return content.getvalue()
