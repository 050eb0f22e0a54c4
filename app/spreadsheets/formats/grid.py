"""A sheet as rows of cells, before a table is detected in it."""

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
class Grid:
    """The cells of one sheet. `rows[0]` is Excel's row 1; rows differ in length. `merges` is None if they are unknown.

    `counts_from_1904`: dates that lost their format count from 1904, as in workbooks from old Macs.
    """

    format: FileFormat
    sheet: str
    sheets: tuple[str, ...]
    rows: list[list[Cell]]
    merges: list[Merge] | None = field(default=None)
    counts_from_1904: bool = False
