"""Tables as an Excel workbook, one worksheet each, ready to print on A4 landscape. Texts are never formulas."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count, groupby
from textwrap import wrap

from openpyxl import Workbook
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill
from openpyxl.styles.differential import DifferentialStyle
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
from app.reports.coverage.states import STATE_STYLES, State
from app.reports.letterhead import Letterhead
from app.reports.table import Cell, Column, Row, Table

_FIGURE = Alignment(horizontal="right", vertical="center", wrap_text=True)
_SEPARATOR = " · "
_LINE_HEIGHT = 14
"""In points."""
_PADDING = 3
"""Added to the width of a column, in characters."""
MAX_WIDTH = 28
"""Of a column, in characters; longer text wraps."""
_MAX_STATE_WIDTH = 20
"""Of a column with states, of which only few are long."""
_MAX_UPRIGHT = 13
"""With more columns of figures, their headings are rotated: upright they would make the print too small."""
_ROTATED = Alignment(horizontal="center", vertical="top", text_rotation=90)
_ROTATED_LETTER = 6.5
"""The height that a letter of a rotated heading takes, in points."""
_GROUP_LINES = 2
"""Of the heading of a group of columns whose headings are rotated."""
_FILTER_BUTTON = 18
"""The height of the button below a rotated heading, in points."""
_LOOKS = {
    "text": ("General", WORDS),
    "date": ("DD-MM-YYYY", CENTRED),
    "figure": ("#,##0", _FIGURE),
    "change": ("+#,##0;-#,##0;0", _FIGURE),
    "rate": ("#,##0.00##", _FIGURE),
}
"""Excel's number format and the alignment of each kind of cell."""
_STYLE = {kind: f"Table {kind}" for kind in _LOOKS}
_TOTAL_STYLE = {kind: f"Table {kind} total" for kind in _LOOKS}
_HEADING, _ROTATED_HEADING = "Table heading", "Table heading rotated"


@dataclass(frozen=True, slots=True)
class TableSheet:
    """A worksheet with a table: its rows are the lines from `first_line` to `last_line`, without the total."""

    sheet: Worksheet
    table: Table
    first_line: int
    last_line: int

    def column(self, index: int) -> str:
        """Return the cells of a column, counted from 0, without heading and total: "H7:H40"."""
        letter = get_column_letter(index + 1)
        return f"{letter}{self.first_line}:{letter}{self.last_line}"


def render_xlsx(tables: Sequence[Table], generated_at: datetime, letterhead: Letterhead) -> bytes:
    """Return the .xlsx file, with a worksheet for each table.

    `generated_at`, an aware datetime, is stored as the time of its creation.
    """
    book = new_workbook(tables[0].title, generated_at, letterhead)
    for table in tables:
        add_table_sheet(book, table, letterhead)
    return workbook_bytes(book)


def new_workbook(title: str, generated_at: datetime, letterhead: Letterhead) -> Workbook:
    """Return a workbook without a sheet, with its title, its author and the time of its creation."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for style in table_styles():
        book.add_named_style(style)
    book.properties.creator = writable_text(letterhead.office)
    book.properties.title = writable_text(title)
    book.properties.created = book.properties.modified = generated_at.astimezone(UTC).replace(tzinfo=None)
    return book


def add_table_sheet(
    book: Workbook, table: Table, letterhead: Letterhead, footer: str = "", max_width: int = MAX_WIDTH
) -> TableSheet:
    """Add a sheet with a table to the workbook, and set up its view and its printing, with `footer` on each page.

    `max_width` is that of a column, in characters; longer texts wrap.

    Letterhead, title and subtitle take few lines, as they stay in view together with the headings. States are coloured
    by their text, so that the colours stay right when rows are sorted.
    """
    sheet = book.create_sheet(writable_text(table.name))
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
    widths = _set_widths(sheet, table, max_width)
    for line, note in enumerate(table.notes, last_line + 3):
        _write_note(sheet, line, note, widths)
    _set_up_view(sheet, table, first_line, last_line)
    set_up_print(sheet, heading_line, first_line - 1, footer=footer)
    written = TableSheet(sheet, table, first_line, last_line)
    for index, column in enumerate(table.columns):
        if column.kind == "state":
            colour_states(written, index)
    return written


def colour_states(written: TableSheet, index: int) -> None:
    """Colour the cells of a column by their text, in the colours of the states that the rows have."""
    states = {str(row.cells[index]): row.mark for row in written.table.rows if row.mark}
    for text, state in states.items():
        written.sheet.conditional_formatting.add(written.column(index), _state_rule(text, state))


def _state_rule(text: str, state: State) -> Rule:
    """Return the rule for cells with this text."""
    style = STATE_STYLES[state]
    quoted = '"' + writable_text(text).replace('"', '""') + '"'
    colours = DifferentialStyle(
        font=Font(color=style.ink.lstrip("#")), fill=PatternFill("solid", bgColor=style.fill.lstrip("#"))
    )
    return Rule(type="cellIs", operator="equal", formula=[quoted], dxf=colours)


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
            is_lowest = cell.row == line + lines - 1 or not column_of_cell.group
            is_rotated = rotated and is_lowest and column_of_cell.kind == "integer"
            cell.style = _ROTATED_HEADING if is_rotated else _HEADING
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
        sheet.row_dimensions[line].height = _GROUP_LINES * _LINE_HEIGHT


def _write_row(
    sheet: Worksheet, line: int, row: Row, columns: Sequence[Column], *, bold: bool = False
) -> None:
    for index, (value, column) in enumerate(zip(row.cells, columns, strict=True), 1):
        write_cell(sheet, line, index, value).style = _style_name(value, column, bold=bold)


def _style_name(value: Cell, column: Column, *, bold: bool) -> str:
    """Return the name of the style of a cell, one of `table_styles`."""
    if column.kind == "integer":
        kind = "rate" if isinstance(value, float) else "change" if column.signed else "figure"
    else:
        kind = "date" if isinstance(value, date) else "text"
    return _TOTAL_STYLE[kind] if bold else _STYLE[kind]


def table_styles() -> Iterator[NamedStyle]:
    """Yield the styles of tables' cells.

    They are set by name: a city's workbook takes half as long as where each cell is given font, border and alignment.
    """
    for name, alignment in ((_HEADING, CENTRED), (_ROTATED_HEADING, _ROTATED)):
        yield NamedStyle(name, font=_font(bold=True), fill=HEAD_FILL, border=GRID, alignment=alignment)
    for names, bold in ((_STYLE, False), (_TOTAL_STYLE, True)):
        for kind, name in names.items():
            number_format, alignment = _LOOKS[kind]
            yield NamedStyle(
                name,
                font=_font(bold=bold),
                border=GRID,
                alignment=alignment,
                number_format=number_format,
            )


def _font(*, bold: bool = False) -> Font:
    return Font(name=FONT, size=10, bold=bold)


def _set_widths(sheet: Worksheet, table: Table, max_width: int) -> list[int]:
    """Fit each column to its cells and to the longest word of its heading, up to `max_width`.

    The columns of a group are together at least as wide as the longest word of its heading, and above rotated headings
    as wide as two lines of it need. Return the widths in characters.
    """
    rows = [*table.rows, *([table.total] if table.total else [])]
    rotated = _has_rotated_headings(table)
    widths = []
    for index, column in enumerate(table.columns):
        texts = [str(row.cells[index]) for row in rows]
        if column.kind == "integer":
            texts = [word for text in texts for word in text.split()]
        headings = [] if rotated and column.kind == "integer" else column.heading.split()
        most = _MAX_STATE_WIDTH if column.kind == "state" else max_width
        widths.append(min(most, max(map(len, [*headings, *texts]), default=0) + _PADDING))
    for group, columns in groupby(range(len(widths)), key=lambda index: table.columns[index].group):
        indexes = list(columns)
        longest = max(map(len, group.split()), default=0)
        if rotated:
            longest = next(width for width in count(longest) if len(wrap(group, width or 1)) <= _GROUP_LINES)
        missing = (longest + _PADDING if group else 0) - sum(widths[index] for index in indexes)
        for index in indexes:
            widths[index] += max(0, -(-missing // len(indexes)))
    for index, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
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
    sheet.auto_filter.ref = f"A{first_line - 1}:{last_column}{max(last_line, first_line - 1)}"
    sheet.sheet_view.showGridLines = False
