"""Tables as an Excel workbook, one worksheet each, ready to print on A4 landscape. Texts are never formulas."""

from collections.abc import Sequence
from datetime import UTC, datetime

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from app.excel import (
    CENTRED,
    FONT,
    GRID,
    HEAD_FILL,
    WORDS,
    set_up_print,
    workbook_bytes,
    writable_text,
    write_cell,
)
from app.reports.coverage.states import STATE_STYLES
from app.reports.letterhead import Letterhead
from app.reports.table import Cell, Column, Row, Table

_FIGURE = Alignment(horizontal="right", vertical="center", wrap_text=True)
_SEPARATOR = " · "
_LINE_HEIGHT = 14
"""In points."""
_PADDING = 3
"""Added to the width of a column, in characters."""
_MAX_WIDTH = 28
"""Of a column, in characters; longer text wraps."""
_MAX_UPRIGHT = 18
"""With more columns of figures, their headings are rotated: upright they would make the print too small."""
_ROTATED = Alignment(horizontal="center", vertical="top", text_rotation=90)
_ROTATED_LETTER = 6.5
"""The height that a letter of a rotated heading takes, in points."""
_FILTER_BUTTON = 18
"""The height of the button below a rotated heading, in points."""


def render_xlsx(tables: Sequence[Table], generated_at: datetime, letterhead: Letterhead) -> bytes:
    """Return the .xlsx file, with a worksheet for each table.

    `generated_at`, an aware datetime, is stored as the time of its creation.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = letterhead.office
    book.properties.title = tables[0].title
    book.properties.created = book.properties.modified = generated_at.astimezone(UTC).replace(tzinfo=None)
    for table in tables:
        _write_sheet(book.create_sheet(writable_text(table.name)), table, letterhead)
    return workbook_bytes(book)


def _write_sheet(sheet: Worksheet, table: Table, letterhead: Letterhead) -> None:
    """Write a table to a sheet, and set up its view and its printing.

    Letterhead, title and subtitle take few lines, as they stay in view together with the headings.
    """
    heading = [*letterhead.names, table.title, _SEPARATOR.join(table.subtitle)]
    for line, text in enumerate(heading, 1):
        write_cell(sheet, line, 1, text).font = _font(bold=line < len(heading))
    heading_line = len(heading) + 1
    first_line = _write_headings(sheet, table, heading_line)
    last_line = first_line + len(table.rows) - 1
    for line, row in enumerate(table.rows, first_line):
        _write_row(sheet, line, row, table.columns)
    if table.total:
        _write_row(sheet, last_line + 1, table.total, table.columns, bold=True)
    widths = _set_widths(sheet, table)
    for line, note in enumerate(table.notes, last_line + 3):
        _write_note(sheet, line, note, widths)
    _set_up_view(sheet, table, first_line, last_line)
    set_up_print(sheet, heading_line, first_line - 1)


def _write_headings(sheet: Worksheet, table: Table, line: int) -> int:
    """Write one line of headings, or two if columns are grouped. Return the number of the line after them."""
    upper, lower = table.headings
    lines = 2 if lower else 1
    rotated = _has_rotated_headings(table)
    column = 1
    for heading in upper:
        write_cell(sheet, line, column, heading.text)
        if lower:
            sheet.merge_cells(
                start_row=line,
                end_row=line + heading.lines - 1,
                start_column=column,
                end_column=column + heading.columns - 1,
            )
        column += heading.columns
    grouped = [index for index, col in enumerate(table.columns, 1) if col.group]
    for index, heading in zip(grouped, lower, strict=True):
        write_cell(sheet, line + 1, index, heading.text)
    for cells in sheet.iter_rows(line, line + lines - 1, 1, len(table.columns)):
        for cell, column_of_cell in zip(cells, table.columns, strict=True):
            cell.font, cell.fill, cell.border, cell.alignment = _font(bold=True), HEAD_FILL, GRID, CENTRED
            is_lowest = cell.row == line + lines - 1 or not column_of_cell.group
            if rotated and is_lowest and column_of_cell.kind == "integer":
                cell.alignment = _ROTATED
    if rotated:
        _set_rotated_heights(sheet, table, line, lines)
    return line + lines


def _has_rotated_headings(table: Table) -> bool:
    """Return whether the headings of figures are rotated: with more than `_MAX_UPRIGHT` columns of them."""
    return sum(column.kind == "integer" for column in table.columns) > _MAX_UPRIGHT


def _set_rotated_heights(sheet: Worksheet, table: Table, line: int, lines: int) -> None:
    """Set the heights of rotated headings, as Excel doesn't fit merged or rotated cells."""
    longest = max(len(column.heading) for column in table.columns if column.kind == "integer")
    sheet.row_dimensions[line + lines - 1].height = longest * _ROTATED_LETTER + _FILTER_BUTTON
    if lines > 1:
        sheet.row_dimensions[line].height = 2 * _LINE_HEIGHT


def _write_row(
    sheet: Worksheet, line: int, row: Row, columns: Sequence[Column], *, bold: bool = False
) -> None:
    for index, (value, column) in enumerate(zip(row.cells, columns, strict=True), 1):
        cell = write_cell(sheet, line, index, value)
        cell.border = GRID
        cell.alignment = _FIGURE if column.kind == "integer" else WORDS
        cell.font = _font(bold=bold)
        if column.kind == "integer":
            cell.number_format = _number_format(value, column)
        if column.kind == "state" and row.mark:
            style = STATE_STYLES[row.mark]
            cell.fill = PatternFill("solid", fgColor=style.fill.lstrip("#"))
            cell.font = _font(colour=style.ink.lstrip("#"))


def _number_format(value: Cell, column: Column) -> str:
    """Return Excel's format: two to four decimals for a float, a sign for a signed whole number."""
    if isinstance(value, float):
        return "#,##0.00##"
    return "+#,##0;-#,##0;0" if column.signed else "#,##0"


def _font(*, bold: bool = False, colour: str | None = None) -> Font:
    return Font(name=FONT, size=10, bold=bold, color=colour)


def _set_widths(sheet: Worksheet, table: Table) -> list[int]:
    """Fit each column to its cells and to the longest word of its heading, up to `_MAX_WIDTH`.

    Return the widths in characters.
    """
    rows = [*table.rows, *([table.total] if table.total else [])]
    rotated = _has_rotated_headings(table)
    widths = []
    for index, column in enumerate(table.columns):
        texts = [str(row.cells[index]) for row in rows]
        if column.kind == "integer":
            texts = [word for text in texts for word in text.split()]
        headings = [] if rotated and column.kind == "integer" else column.heading.split()
        widths.append(min(_MAX_WIDTH, max(map(len, [*headings, *texts])) + _PADDING))
        sheet.column_dimensions[get_column_letter(index + 1)].width = widths[-1]
    return widths


def _write_note(sheet: Worksheet, line: int, note: str, widths: Sequence[int]) -> None:
    """Write a note in merged cells across the table and set its height, as Excel doesn't fit merged cells."""
    cell = write_cell(sheet, line, 1, note)
    cell.font, cell.alignment = _font(), WORDS
    sheet.merge_cells(start_row=line, end_row=line, start_column=1, end_column=len(widths))
    sheet.row_dimensions[line].height = _LINE_HEIGHT * (1 + len(note) // sum(widths))


def _set_up_view(sheet: Worksheet, table: Table, first_line: int, last_line: int) -> None:
    """Freeze the headings and the columns up to the names, add filter buttons, and hide the grid lines."""
    name = next(index for index, column in enumerate(table.columns, 1) if column.kind == "name")
    sheet.freeze_panes = f"{get_column_letter(name + 1)}{first_line}"
    last_column = get_column_letter(len(table.columns))
    sheet.auto_filter.ref = f"A{first_line - 1}:{last_column}{last_line}"
    sheet.sheet_view.showGridLines = False
