"""A sheet as rows of cells, before a table is detected in it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from app.people.values.cells import Cell
from app.spreadsheets.detected_table import FileFormat

MAX_COLUMNS = 512
"""Further columns are far outside any list, and ignored."""


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged area; rows and columns count from 0, the ends are included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Look:
    """What a reader sees in a sheet beside the values; rows and columns count from 0.

    `fills` are colours as RRGGBB by cell, `comments` the texts by row. `pictures` are cells that a picture begins in.
    """

    fills: dict[tuple[int, int], str] = field(default_factory=dict)
    struck: set[tuple[int, int]] = field(default_factory=set)
    pictures: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    comments: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Grid:
    """The cells of one sheet. `rows[0]` is Excel's row 1; rows differ in length. `merges` is None if they are unknown.

    `counts_from_1904`: dates that lost their format count from 1904, as in workbooks from old Macs. `above` are lines
    above the table of a document, which have no row numbers. `look` returns what the values don't say.
    """

    format: FileFormat
    sheet: str
    sheets: tuple[str, ...]
    rows: list[list[Cell]]
    merges: list[Merge] | None = field(default=None)
    counts_from_1904: bool = False
    above: list[list[Cell]] = field(default_factory=list)
    look: Callable[[], Look] = Look
