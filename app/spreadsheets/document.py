"""A sheet once its table is found: its columns, rows and what is to be remarked on it.

Nothing here imports a library, so that the parsing child starts quickly.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from app.people.cells import Cell
from app.people.remarks import Remark

FileFormat: TypeAlias = Literal["xlsx", "xls", "xlsb", "ods", "csv"]
StatedTotalOf: TypeAlias = Literal["rows", "present"]
AttendanceStatus: TypeAlias = Literal["present", "absent", "excused"]


@dataclass(frozen=True, slots=True)
class Column:
    """`index` counts from 0; `header` is the text as read; `field` is one of `field_headings.FIELDS`, or None."""

    index: int
    header: str
    field: str | None


@dataclass(slots=True)
class SheetRow:
    """A participant's row: `number` is the row number that Excel shows, `cells` holds the mapped, filled cells."""

    number: int
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class RecognisedSheet:
    """One sheet, with its table found and its columns named.

    `header_row` is the first of the one or two header rows, as Excel numbers them. `preview` holds the texts of
    the sheet from its first row on, past the header. `title_kelurahan` is the letterhead's, as read, and so are the
    days from `stated_date` to `stated_until`, mostly one.
    """

    format: FileFormat
    sheet: str
    sheets: tuple[str, ...]
    header_row: int
    columns: tuple[Column, ...]
    rows: tuple[SheetRow, ...]
    stated_total: int | None
    stated_total_of: StatedTotalOf | None
    stated_date: date | None
    stated_until: date | None
    title_kelurahan: str | None
    preview: tuple[tuple[str, ...], ...]
    warnings: tuple[Remark, ...]
