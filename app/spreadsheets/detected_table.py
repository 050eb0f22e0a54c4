"""A sheet once its table is found: its columns, rows and what is to be remarked on it.

Nothing here imports a library, so that the parsing child starts quickly.
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
class DetectedTable:
    """One sheet, with its table found and its columns named.

    `header_row` is the first of the one or two header rows, as Excel numbers them. `preview` holds the texts of
    the sheet from its first row on, past the header. `letterhead_kelurahan` is the letterhead's, as read, and so are the
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
    letterhead_kelurahan: str | None
    preview: tuple[tuple[str, ...], ...]
    warnings: tuple[Remark, ...]


_NOT_IN_JSON = frozenset({date, datetime, time, CellError})


def table_to_json(sheet: DetectedTable) -> dict[str, Any]:
    return {
        "format": sheet.format,
        "sheet": sheet.sheet,
        "sheets": sheet.sheets,
        "header_row": sheet.header_row,
        "columns": [[column.index, column.header, column.field] for column in sheet.columns],
        "rows": [[row.number, _cells_to_json(row)] for row in sheet.rows],
        "stated_total": sheet.stated_total,
        "stated_total_of": sheet.stated_total_of,
        "stated_date": _date_to_json(sheet.stated_date),
        "stated_until": _date_to_json(sheet.stated_until),
        "title_kelurahan": sheet.letterhead_kelurahan,
        "preview": sheet.preview,
        "warnings": [remark_to_json(remark) for remark in sheet.warnings],
    }


def table_from_json(stored: dict[str, Any]) -> DetectedTable:
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
    """Most rows hold texts and numbers only and go as they are."""
    if _NOT_IN_JSON.isdisjoint(map(type, row.cells.values())):
        return row.cells
    return {field: cell_to_json(cell) for field, cell in row.cells.items()}


def _cells_from_json(cells: dict[str, Any]) -> dict[str, Any]:
    if dict in map(type, cells.values()):
        return {field: cell_from_json(cell) for field, cell in cells.items()}
    return cells
