"""Merge the two columns of signatures of printed lists into one.

Such lists have one heading "Tanda tangan" over two columns; people sign alternately in the left and the right one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.people.values.cells import Cell, cell_text
from app.people.values.text import clean
from app.spreadsheets.formats.grid import Grid
from app.spreadsheets.tables.columns.header import Header
from app.spreadsheets.tables.columns.headings import heading_field
from app.spreadsheets.tables.marks.marks import is_mark_word, is_preprinted, may_be_mark

_SIGNED_IN = frozenset({"attendance", "signature"})


def merge_signature_columns(grid: Grid, header: Header, chosen: Mapping[int, str | None]) -> Grid:
    """Return the sheet with the marks of the right column moved to the left one, or unchanged without such columns.

    `chosen` maps index to field, as a user chose.
    """
    rows = grid.rows[header.below :]
    pairs = [left for left in _find_double_columns(header, chosen) if _holds_marks(rows, left + 1)]
    if not pairs:
        return grid
    moved = [_move_marks(row, pairs) for row in rows]
    # A box to sign in is often merged over two rows and reaches the next person's row. It belongs to the upper row.
    boxes = {column for left in pairs for column in (left, left + 1)}
    merges = None if grid.merges is None else [merge for merge in grid.merges if merge.left not in boxes]
    return replace(grid, rows=[*grid.rows[: header.below], *moved], merges=merges)


def _find_double_columns(header: Header, chosen: Mapping[int, str | None]) -> list[int]:
    """Return the left columns of marks whose right neighbour has no heading, and no field that a user chose for it."""
    fields = {heading.index: heading_field(heading.text) for heading in header.headings} | dict(chosen)
    headed = {heading.index for heading in header.headings if heading.full_text}
    return [
        index
        for index, field in fields.items()
        if field in _SIGNED_IN and index + 1 not in headed and not chosen.get(index + 1)
    ]


def _holds_marks(rows: Sequence[Sequence[Cell]], column: int) -> bool:
    """Return whether a text of the column can only be a mark."""
    return any(map(is_mark_word, {_text(row, column) for row in rows}))


def _move_marks(row: list[Cell], pairs: Sequence[int]) -> list[Cell]:
    """Return the row with marks moved to the left column of each pair where that is blank or preprinted.

    `row` itself is not changed.
    """
    moved = row
    for left in pairs:
        mark = _text(row, left + 1)
        if is_preprinted(_text(row, left)) and (is_mark_word(mark) or may_be_mark(mark)):
            moved = list(moved)
            moved[left], moved[left + 1] = mark, None
    return moved


def _text(row: Sequence[Cell], column: int) -> str:
    """Return the cleaned text of a cell, "" beyond the end of the row."""
    return clean(cell_text(row[column])) if column < len(row) else ""
