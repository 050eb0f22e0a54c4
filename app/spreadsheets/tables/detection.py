"""Detect the list of participants in a file: header, columns, rows, letterhead and totals."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from app.people.remarks import Remark
from app.people.values.cells import Cell, cell_text
from app.people.values.dates import convert_1904_serial
from app.people.values.place_names import place_key, section_place
from app.people.values.text import clean, collapse
from app.spreadsheets.detected_table import Column, DetectedTable
from app.spreadsheets.formats.failures import SheetFailure
from app.spreadsheets.formats.grid import Grid
from app.spreadsheets.formats.workbooks import read_grids
from app.spreadsheets.tables.columns import DetectedColumns, detect_columns
from app.spreadsheets.tables.header import Header, Heading, find_header, find_row_above_header
from app.spreadsheets.tables.headings import heading_field
from app.spreadsheets.tables.letterhead import parse_letterhead
from app.spreadsheets.tables.participants import collect_participants, fill_merged_cells
from app.spreadsheets.tables.signature_columns import merge_signature_columns

_PREVIEW_ROWS = 20
_PREVIEW_BELOW_HEADER = 10
_PREVIEW_COLUMNS = 60
_PREVIEW_TEXT = 120


def detect_table(
    content: bytes,
    *,
    sheet: str | None,
    header_row: int | None,
    columns: Mapping[int, str | None],
    place_keys: Collection[str],
    group_keys: Collection[str] = (),
    trim: bool,
) -> DetectedTable:
    """Return the list in the first visible sheet with a header and rows, or in the given `sheet` and `header_row`.

    `reading.read_sheet` explains the arguments; `place_keys` and `group_keys` are keys of their names. `trim` first
    removes cells far outside any list. Raises `SheetFailure`.
    """

    def detect(grid: Grid) -> DetectedTable | None:
        header = find_header(grid, header_row)
        return _detect_in_grid(grid, header, columns, place_keys, group_keys) if header else None

    return detect_first_table(
        read_grids(content, sheet, trim=trim), detect, no_header="no-header", no_rows="empty-list"
    )


def detect_first_table(
    sheets: Iterable[Grid], detect: Callable[[Grid], DetectedTable | None], *, no_header: str, no_rows: str
) -> DetectedTable:
    """Return the first table with rows that `detect` returns; it returns None for a sheet without a header.

    A sheet with headings alone is skipped, as an empty form in front of the filled one. Raises `SheetFailure` if there
    is no such table: "empty-file" if all cells are empty, `no_rows` if there was a header, else `no_header`.
    """
    empty, failure = True, no_header
    for grid in sheets:
        empty = empty and not any(cell not in (None, "") for row in grid.rows for cell in row)
        table = detect(grid)
        if table is not None and table.rows:
            return table
        if table is not None:
            failure = no_rows
    raise SheetFailure("empty-file" if empty else failure)


def _detect_in_grid(
    grid: Grid,
    header: Header,
    chosen: Mapping[int, str | None],
    place_keys: Collection[str],
    group_keys: Collection[str],
) -> DetectedTable | None:
    """Return the list below the header, or None if no column is the name's."""
    grid = merge_signature_columns(grid, header, chosen)
    columns = detect_columns(header, grid.rows[header.below :], chosen, place_keys)
    name_column = next((index for index, field in columns.fields.items() if field == "name"), None)
    if name_column is None:
        return None
    letterhead = parse_letterhead(grid.rows[: header.top])
    rows = fill_merged_cells(grid.rows, header.below, grid.merges or (), name_column)
    if grid.counts_from_1904:
        rows = _convert_1904_birth_dates(rows, header.below, columns)
    headings = {heading.index: heading for heading in header.headings}
    texts = {index: heading.text for index, heading in headings.items()}
    participants = collect_participants(rows, header.below, columns, texts, place_keys, group_keys)
    left_out = (
        ("rows-above-header", find_row_above_header(grid, header)),
        ("far-cells", participants.far_row),
        ("rows-below-end", participants.row_below_end),
    )
    unread = [Remark("warning", None, code, {"row": row}) for code, row in left_out if row]
    return DetectedTable(
        format=grid.format,
        sheet=grid.sheet,
        sheets=grid.sheets,
        header_row=header.top + 1,
        columns=_columns(headings, columns.fields),
        rows=tuple(participants.rows),
        stated_total=participants.total,
        stated_total_of=participants.total_of,
        stated_date=letterhead.stated_date,
        stated_until=letterhead.stated_until,
        letterhead_kelurahan=letterhead.kelurahan
        or _find_kelurahan_above(grid.rows[: header.top], header, place_keys),
        preview=_preview(grid, header),
        warnings=(*columns.warnings, *unread),
    )


def _find_kelurahan_above(
    rows: Sequence[Sequence[Cell]], header: Header, place_keys: Collection[str]
) -> str | None:
    """Return the kelurahan that stands alone above the header, as it is written; None if there is none or several.

    It is the first heading of a list in sections. In lists without a kelurahan column it may also be a line of the
    letterhead ("PEMERINTAH KOTA … / KELURAHAN MANGGAR").
    """
    filled = [texts for row in rows if (texts := [text for text in map(cell_text, row) if text.strip()])]
    alone = [texts[0] if len(texts) == 1 else "" for texts in filled]
    if any(heading_field(heading.text) == "kelurahan" for heading in header.headings):
        lines = alone[-1:]
    else:
        lines = [line for text in alone for line in text.splitlines()]
    lines = [collapse(clean(line)) for line in lines]
    columns = {place_key(place): line for line in lines if (place := section_place(line)) is not None}
    known = [text for key, text in columns.items() if key in place_keys]
    return known[0] if len(known) == 1 else None


def _convert_1904_birth_dates(
    rows: list[list[Cell]], below: int, columns: DetectedColumns
) -> list[list[Cell]]:
    """Return the rows with bare numbers in the birth date's column converted to dates."""
    column = next((index for index, field in columns.fields.items() if field == "birth_date"), None)
    if column is None:
        return rows
    return [
        [*row[:column], convert_1904_serial(row[column]), *row[column + 1 :]]
        if at >= below and column < len(row)
        else row
        for at, row in enumerate(rows)
    ]


def _columns(headings: Mapping[int, Heading], fields: Mapping[int, str]) -> tuple[Column, ...]:
    """Return the columns that have a heading or a field, in order."""
    indexes = sorted(headings.keys() | fields.keys())
    texts = {index: heading.full_text for index, heading in headings.items()}
    return tuple(Column(index, texts.get(index, ""), fields.get(index)) for index in indexes)


def _preview(grid: Grid, header: Header) -> tuple[tuple[str, ...], ...]:
    """Return the shortened texts of the sheet's first rows: twenty, or to ten below the header."""
    last = max(_PREVIEW_ROWS, header.below + _PREVIEW_BELOW_HEADER)
    return tuple(
        tuple(clean(cell_text(cell))[:_PREVIEW_TEXT] for cell in row[:_PREVIEW_COLUMNS])
        for row in grid.rows[:last]
    )
