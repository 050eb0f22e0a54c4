"""Shared by all workbooks that the service writes: text that stays text, styles of tables, the printed page."""

import re
from collections.abc import Sequence
from datetime import date, time
from io import BytesIO
from typing import Any, TypeAlias
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import Cell as ExcelCell
from openpyxl.styles import Alignment, Border, PatternFill, Side
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

Value: TypeAlias = str | float | date | time | None

FONT = "Calibri"
HEAD_FILL = PatternFill("solid", fgColor="DCEBE7")
_LINE = Side(style="thin", color="9AA5AB")
GRID = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
WORDS = Alignment(vertical="center", wrap_text=True)
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DRAWING_PROPERTIES = re.compile(
    r'(?P<start><(?:\w+:)?cNvPr id="(?P<id>\d+)" name="[^"]*")(?: descr="[^"]*")?(?P<end>[ />])'
)
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
    """Return the text without the characters that XML, and so a workbook, can't contain.

    openpyxl refuses only some of them; lxml, by which it writes, refuses the others.
    """
    return _NOT_IN_XML.sub("", text)


def set_up_print(
    sheet: Worksheet, first_line: int, last_line: int, *, portrait: bool = False, footer: str = ""
) -> None:
    """Print the sheet on A4, fitted to the width, with `footer` and page numbers below.

    The lines from `first_line` to `last_line` are the headings, repeated on each page; without them pass 0.
    """
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.orientation = (
        Worksheet.ORIENTATION_PORTRAIT if portrait else Worksheet.ORIENTATION_LANDSCAPE
    )
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if first_line:
        sheet.print_title_rows = f"{first_line}:{last_line}"
    sheet.page_margins = PageMargins(left=_MARGIN, right=_MARGIN, top=_MARGIN, bottom=2 * _MARGIN)
    sheet.print_options.horizontalCentered = True
    printed = HeaderFooterItem()
    printed.left.text = writable_text(footer).replace("&", "&&")
    printed.right.text = "&P / &N"
    sheet.HeaderFooter.oddFooter = printed


def workbook_bytes(book: Workbook, alt_texts: Sequence[str] = ()) -> bytes:
    """Return the content of the workbook's .xlsx file.

    `alt_texts` describe its drawings for people who can't see them: first the charts, then the pictures. Only one sheet
    of such a workbook may have drawings.
    """
    content = BytesIO()
    with _Archive(content, alt_texts) as archive:
        ExcelWriter(book, archive).save()
    return content.getvalue()


class _Archive(ZipFile):
    """A new .xlsx file that adds alternative texts to drawings, as openpyxl can't."""

    def __init__(self, file: BytesIO, alt_texts: Sequence[str]) -> None:
        super().__init__(file, "w", ZIP_DEFLATED)
        self._alt_texts = alt_texts

    def writestr(
        self,
        zinfo_or_arcname: str | ZipInfo,
        data: Any,
        compress_type: int | None = None,
        compresslevel: int | None = None,
    ) -> None:
        if self._alt_texts and str(zinfo_or_arcname).startswith("xl/drawings/drawing"):
            data = _DRAWING_PROPERTIES.sub(self._described, data.decode())
        super().writestr(zinfo_or_arcname, data, compress_type, compresslevel)

    def _described(self, properties: re.Match[str]) -> str:
        text = writable_text(self._alt_texts[int(properties["id"]) - 1])
        return f"{properties['start']} descr={quoteattr(text)}{properties['end']}"
