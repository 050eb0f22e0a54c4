"""The tables of a document (Word, HTML, PDF), each with the lines of text above it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from app.people.values.cells import Cell
from app.spreadsheets.formats.failures import MAX_ROWS, SheetFailure
from app.spreadsheets.formats.grid import MAX_COLUMNS, Look, Merge

_MAX_LINES_ABOVE = 60
_MAX_TABLES = 500


@dataclass(slots=True)
class DocumentTable:
    """A table of a document: rows of cells, merged areas and what the eye sees. `above` are the lines before it."""

    rows: list[list[Cell]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    look: Look = field(default_factory=Look)
    above: list[list[Cell]] = field(default_factory=list)
    _covered_until: dict[int, int] = field(default_factory=dict)
    """By column the last row that a merged cell from above covers."""

    def add_row(self) -> None:
        self.rows.append([])
        if len(self.rows) > 2 * MAX_ROWS:
            raise SheetFailure("too-many-rows", limit=MAX_ROWS)

    def skip_to(self, column: int) -> None:
        """Leave the last row's cells before a column empty."""
        cells = self.rows[-1]
        cells.extend([None] * (min(column, MAX_COLUMNS) - len(cells)))

    def add_cell(self, text: str | None, *, rows: int = 1, columns: int = 1) -> tuple[int, int]:
        """Put a cell that spans rows and columns at the last row's next free place; return its row and column."""
        row, cells = len(self.rows) - 1, self.rows[-1]
        while self._covered_until.get(len(cells), -1) >= row:
            cells.append(None)
        left = len(cells)
        if left >= MAX_COLUMNS:
            return row, left
        right = left + max(1, min(columns, MAX_COLUMNS - left)) - 1
        bottom = row + max(1, min(rows, MAX_ROWS)) - 1
        cells += [text or None, *[None] * (right - left)]
        if bottom > row:
            self._covered_until |= dict.fromkeys(range(left, right + 1), bottom)
        if bottom > row or right > left:
            self.merges.append(Merge(row, left, bottom, right))
        return row, left


Block: TypeAlias = str | DocumentTable
"""A piece of text, which may hold several lines or a part of one, or a table."""


def collect_tables(blocks: Iterable[Block]) -> list[DocumentTable]:
    """Return the tables of a document, each with the last lines above it. Raises `SheetFailure` for too many."""
    tables: list[DocumentTable] = []
    texts: list[str] = []
    for block in blocks:
        if isinstance(block, str):
            texts.append(block)
            continue
        lines = [line.strip() for line in "".join(texts).splitlines() if line.strip()]
        block.above, texts = [[line] for line in lines[-_MAX_LINES_ABOVE:]], []
        tables.append(block)
        if len(tables) > _MAX_TABLES:
            raise SheetFailure("too-many-tables", limit=_MAX_TABLES)
    return tables
