"""Shared by all workbooks that the service writes: text that stays text, styles of tables, the printed page."""

from datetime import date, time
from io import BytesIO
from typing import TypeAlias

from openpyxl import Workbook
from openpyxl.cell import Cell as ExcelCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, PatternFill, Side
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

Value: TypeAlias = str | float | date | time | None

FONT = "Calibri"
HEAD_FILL = PatternFill("solid", fgColor="DCEBE7")
_LINE = Side(style="thin", color="9AA5AB")
GRID = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
WORDS = Alignment(vertical="center", wrap_text=True)
_MARGIN = 0.4
"""Margin of a printed page, in inches."""


def write_cell(sheet: Worksheet, line: int, column: int, value: Value) -> ExcelCell:
    """Write a value with its type into a cell, counted from 1, and return the cell.

    Text that looks like a formula stays text, and loses the characters that a workbook can't contain.
    """
    cell = sheet.cell(line, column, writable_text(value) if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.data_type = "s"
    return cell


def writable_text(text: str) -> str:
    """Return the text without the control characters that a workbook can't contain."""
    return ILLEGAL_CHARACTERS_RE.sub("", text)


def set_up_print(sheet: Worksheet, first_line: int, last_line: int) -> None:
    """Print the sheet on A4 landscape, fitted to the width, with page numbers in the footer.

    The lines from `first_line` to `last_line` are the headings, repeated on each page.
    """
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.orientation = Worksheet.ORIENTATION_LANDSCAPE
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{first_line}:{last_line}"
    sheet.page_margins = PageMargins(left=_MARGIN, right=_MARGIN, top=_MARGIN, bottom=2 * _MARGIN)
    sheet.print_options.horizontalCentered = True
    footer = HeaderFooterItem()
    footer.right.text = "&P / &N"
    sheet.HeaderFooter.oddFooter = footer


def workbook_bytes(book: Workbook) -> bytes:
    """Return the content of the workbook's .xlsx file."""
    content = BytesIO()
    book.save(content)
    return content.getvalue()
