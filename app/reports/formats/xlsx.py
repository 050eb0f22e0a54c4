"""Tables as an Excel workbook, a sheet each: real numbers, dead text, ready to print on A4 landscape."""

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
from app.reports.coverage.states import LOOKS
from app.reports.table import Cell, Column, Row, Table

_FIGURE = Alignment(horizontal="right", vertical="center", wrap_text=True)
_SEPARATOR = " · "
_LINE_HEIGHT = 14
"""Of a line of text, in points."""
_PADDING = 3
"""Beside the text of a column, in characters."""
_WIDEST = 28
"""Of a column, in characters; longer text wraps."""
_MOST_UPRIGHT = 18
"""Columns of figures: of more, the headings are turned, or the letters would be too small on paper."""
_TURNED = Alignment(horizontal="center", vertical="top", text_rotation=90)
_TURNED_LETTER = 6.5
"""How high a letter of a turned heading is, in points."""
_FILTER_BUTTON = 18
"""Below a turned heading, in points."""


def workbook(tables: Sequence[Table], letterhead: Sequence[str], made_at: datetime) -> bytes:
    """The .xlsx file; every sheet bears the letterhead. `made_at` is an aware instant."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = letterhead[-1]
    book.properties.title = tables[0].title
    book.properties.created = book.properties.modified = made_at.astimezone(UTC).replace(tzinfo=None)
    for table in tables:
        _write_sheet(book.create_sheet(writable_text(table.name)), table, letterhead)
    return workbook_bytes(book)


def _write_sheet(sheet: Worksheet, table: Table, letterhead: Sequence[str]) -> None:
    """Few lines above the headings, because they all stay in view with them."""
    heading = [*letterhead, table.title, _SEPARATOR.join(table.subtitle)]
    for line, text in enumerate(heading, 1):
        write_cell(sheet, line, 1, text).font = _font(bold=line < len(heading))
    head_line = len(heading) + 1
    first_line = _write_heads(sheet, table, head_line)
    last_line = first_line + len(table.rows) - 1
    for line, row in enumerate(table.rows, first_line):
        _write_row(sheet, line, row, table.columns)
    if table.total:
        _write_row(sheet, last_line + 1, table.total, table.columns, bold=True)
    widths = _set_widths(sheet, table)
    for line, note in enumerate(table.notes, last_line + 3):
        _write_note(sheet, line, note, widths)
    _set_up_view(sheet, table, first_line, last_line)
    set_up_print(sheet, head_line, first_line - 1)


def _write_heads(sheet: Worksheet, table: Table, line: int) -> int:
    """Writes one line of headings, or two where columns are grouped; the line after them."""
    upper, lower = table.heads
    lines = 2 if lower else 1
    turned = _is_turned(table)
    column = 1
    for head in upper:
        write_cell(sheet, line, column, head.text)
        if lower:
            sheet.merge_cells(
                start_row=line,
                end_row=line + head.lines - 1,
                start_column=column,
                end_column=column + head.columns - 1,
            )
        column += head.columns
    grouped = [index for index, col in enumerate(table.columns, 1) if col.group]
    for index, head in zip(grouped, lower, strict=True):
        write_cell(sheet, line + 1, index, head.text)
    for cells in sheet.iter_rows(line, line + lines - 1, 1, len(table.columns)):
        for cell, column_of_cell in zip(cells, table.columns, strict=True):
            cell.font, cell.fill, cell.border, cell.alignment = _font(bold=True), HEAD_FILL, GRID, CENTRED
            is_lowest = cell.row == line + lines - 1 or not column_of_cell.group
            if turned and is_lowest and column_of_cell.kind == "integer":
                cell.alignment = _TURNED
    if turned:
        _set_heights_of_turned(sheet, table, line, lines)
    return line + lines


def _is_turned(table: Table) -> bool:
    return sum(column.kind == "integer" for column in table.columns) > _MOST_UPRIGHT


def _set_heights_of_turned(sheet: Worksheet, table: Table, line: int, lines: int) -> None:
    """Merged and turned cells don't grow by themselves."""
    longest = max(len(column.head) for column in table.columns if column.kind == "integer")
    sheet.row_dimensions[line + lines - 1].height = longest * _TURNED_LETTER + _FILTER_BUTTON
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
            look = LOOKS[row.mark]
            cell.fill = PatternFill("solid", fgColor=look.fill.lstrip("#"))
            cell.font = _font(colour=look.ink.lstrip("#"))


def _number_format(value: Cell, column: Column) -> str:
    if isinstance(value, float):
        return "#,##0.00##"
    return "+#,##0;-#,##0;0" if column.signed else "#,##0"


def _font(*, bold: bool = False, colour: str | None = None) -> Font:
    return Font(name=FONT, size=10, bold=bold, color=colour)


def _set_widths(sheet: Worksheet, table: Table) -> list[int]:
    """Gives each column the width of its names, figures, and longest word of heading, in characters."""
    rows = [*table.rows, *([table.total] if table.total else [])]
    turned = _is_turned(table)
    widths = []
    for index, column in enumerate(table.columns):
        texts = [str(row.cells[index]) for row in rows]
        if column.kind == "integer":
            texts = [word for text in texts for word in text.split()]
        heads = [] if turned and column.kind == "integer" else column.head.split()
        widths.append(min(_WIDEST, max(map(len, [*heads, *texts])) + _PADDING))
        sheet.column_dimensions[get_column_letter(index + 1)].width = widths[-1]
    return widths


def _write_note(sheet: Worksheet, line: int, note: str, widths: Sequence[int]) -> None:
    """Writes a note across the table; merged cells don't grow by themselves, so their height is set."""
    cell = write_cell(sheet, line, 1, note)
    cell.font, cell.alignment = _font(), WORDS
    sheet.merge_cells(start_row=line, end_row=line, start_column=1, end_column=len(widths))
    sheet.row_dimensions[line].height = _LINE_HEIGHT * (1 + len(note) // sum(widths))


def _set_up_view(sheet: Worksheet, table: Table, first_line: int, last_line: int) -> None:
    """Keeps headings and names in view, and offers filters on the rows."""
    name = next(index for index, column in enumerate(table.columns, 1) if column.kind == "name")
    sheet.freeze_panes = f"{get_column_letter(name + 1)}{first_line}"
    last_column = get_column_letter(len(table.columns))
    sheet.auto_filter.ref = f"A{first_line - 1}:{last_column}{last_line}"
    sheet.sheet_view.showGridLines = False
