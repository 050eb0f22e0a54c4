"""The table that was detected in a sheet, with its columns, rows and warnings, and its JSON.

The child process that parses a file returns it as JSON. No library is imported here, so that the child starts quickly.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal, TypeAlias

from app.people.remarks import Remark, remark_from_json, remark_to_json
from app.people.values.cells import Cell, CellError, cell_from_json, cell_to_json

FileFormat: TypeAlias = Literal["xlsx", "xls", "xlsb", "ods", "csv"]
StatedTotalOf: TypeAlias = Literal["rows", "present"]
AttendanceStatus: TypeAlias = Literal["present", "absent", "excused"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. `index` counts from 0, `header` is its heading; `field` is one of `FIELDS` or None."""

    index: int
    header: str
    field: str | None


@dataclass(slots=True)
class SheetRow:
    """A row of a table: `number` as Excel shows it, `cells` are the filled cells of columns that have a field."""

    number: int
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class DetectedTable:
    """The table of one sheet.

    `header_row` is the first of the one or two header rows, as Excel numbers them. `stated_total`, the days from
    `stated_date` to `stated_until` (mostly one) and `letterhead_kelurahan` (as written) are stated by the sheet itself.
    `preview` contains the texts of the sheet's first rows, up to some below the header.
    """

    format: FileFormat
    sheet: str
    sheets: tuple[str, ...]
    header_row: int
    columns: tuple[Column, ...]
    rows: tuple[SheetRow, ...]
    stated_total: int | None = None
    stated_total_of: StatedTotalOf | None = None
    stated_date: date | None = None
    stated_until: date | None = None
    letterhead_kelurahan: str | None = None
    preview: tuple[tuple[str, ...], ...] = ()
    warnings: tuple[Remark, ...] = ()


_NOT_IN_JSON = frozenset({date, datetime, time, CellError})


def table_to_json(table: DetectedTable) -> dict[str, Any]:
    """Return a table as JSON from which `table_from_json` restores it."""
    return {
        "format": table.format,
        "sheet": table.sheet,
        "sheets": table.sheets,
        "header_row": table.header_row,
        "columns": [[column.index, column.header, column.field] for column in table.columns],
        "rows": [[row.number, _cells_to_json(row)] for row in table.rows],
        "stated_total": table.stated_total,
        "stated_total_of": table.stated_total_of,
        "stated_date": _date_to_json(table.stated_date),
        "stated_until": _date_to_json(table.stated_until),
        "title_kelurahan": table.letterhead_kelurahan,
        "preview": table.preview,
        "warnings": [remark_to_json(remark) for remark in table.warnings],
    }


def table_from_json(stored: dict[str, Any]) -> DetectedTable:
    """Return the table that `table_to_json` stored."""
    return DetectedTable(
        format=stored["format"],
        sheet=stored["sheet"],
        sheets=tuple(stored["sheets"]),
        header_row=stored["header_row"],
        columns=tuple(Column(*column) for column in stored["columns"]),
        rows=tuple(SheetRow(number, _cells_from_json(cells)) for number, cells in stored["rows"]),
        stated_total=stored["stated_total"],
        stated_total_of=stored["stated_total_of"],
        stated_date=_date_from_json(stored["stated_date"]),
        stated_until=_date_from_json(stored["stated_until"]),
        letterhead_kelurahan=stored["title_kelurahan"],
        preview=tuple(tuple(row) for row in stored["preview"]),
        warnings=tuple(remark_from_json(remark) for remark in stored["warnings"]),
    )


def _date_to_json(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _date_from_json(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None


def _cells_to_json(row: SheetRow) -> dict[str, Any]:
    """Return a row's cells as JSON; most rows contain texts and numbers only and need no conversion."""
    if _NOT_IN_JSON.isdisjoint(map(type, row.cells.values())):
        return row.cells
    return {field: cell_to_json(cell) for field, cell in row.cells.items()}


def _cells_from_json(cells: dict[str, Any]) -> dict[str, Any]:
    """Return the cells that `_cells_to_json` stored."""
    if dict in map(type, cells.values()):
        return {field: cell_from_json(cell) for field, cell in cells.items()}
    return cells
