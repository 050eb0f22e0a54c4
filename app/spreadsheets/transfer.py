"""A recognised sheet as JSON and back: how it comes out of the child, and what can be kept of it."""

from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

from app.people.cells import CellError, cell_from_json, cell_to_json
from app.people.remarks import Candidate, Remark
from app.spreadsheets.document import Column, RecognisedSheet, SheetRow

_NOT_IN_JSON = frozenset({date, datetime, time, CellError})


def sheet_to_json(sheet: RecognisedSheet) -> dict[str, Any]:
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
        "title_kelurahan": sheet.title_kelurahan,
        "preview": sheet.preview,
        "warnings": [remark_to_json(remark) for remark in sheet.warnings],
    }


def sheet_from_json(stored: dict[str, Any]) -> RecognisedSheet:
    return RecognisedSheet(
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
        title_kelurahan=stored["title_kelurahan"],
        preview=tuple(tuple(row) for row in stored["preview"]),
        warnings=tuple(remark_from_json(remark) for remark in stored["warnings"]),
    )


def remark_to_json(remark: Remark) -> dict[str, Any]:
    return {
        "level": remark.level,
        "field": remark.field,
        "code": remark.code,
        "params": dict(remark.params),
        "candidates": [asdict(candidate) for candidate in remark.candidates],
    }


def remark_from_json(stored: dict[str, Any]) -> Remark:
    return Remark(
        stored["level"],
        stored["field"],
        stored["code"],
        stored["params"],
        tuple(Candidate(**candidate) for candidate in stored["candidates"]),
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
