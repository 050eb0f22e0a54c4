"""One sheet as rows of cells, before anything is recognised in it."""

from dataclasses import dataclass, field

from app.people.values.cells import Cell
from app.spreadsheets.detected_table import FileFormat

MAX_COLUMNS = 512
"""Columns beyond are far outside any list, and ignored."""


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged area; rows and columns count from 0, ends are part of it."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Grid:
    """`rows[0]` is Excel's row 1; rows may be shorter than others. `merges` None: the format tells none.

    `counts_from_1904`: a number that is a date without its format counts the days from 1904.
    """

    format: FileFormat
    sheet: str
    sheets: tuple[str, ...]
    rows: list[list[Cell]]
    merges: list[Merge] | None = field(default=None)
    counts_from_1904: bool = False
