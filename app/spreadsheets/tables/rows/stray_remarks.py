"""Find remarks about attendance in cells where they don't belong: beside the list, or instead of a phone number."""

import re
from collections.abc import Mapping, Sequence

from app.people.values.cells import Cell
from app.people.values.text import clean
from app.spreadsheets.detected_table import SheetRow, to_excel_row
from app.spreadsheets.tables.columns.columns import DetectedColumns
from app.spreadsheets.tables.marks.marks import is_mark_word, is_yes_or_no, may_be_mark, parse_mark
from app.spreadsheets.tables.marks.note_words import casts_doubt
from app.spreadsheets.tables.marks.notes import add_remark, as_question

_READ_ELSEWHERE = frozenset(
    {"name", "attendance", "note", "signature", "intention", "target_group", "kelurahan"}
)
_ORDINAL = re.compile(r"\(?\d{0,6}[.)]*\s*")
_MAX_LENGTH = 60
_MAX_ROWS = 20_000
"""Longer lists are exports, in which nobody scribbles."""


def add_stray_remarks(
    rows: list[SheetRow],
    grid: Sequence[Sequence[Cell]],
    columns: DetectedColumns,
    headings: Mapping[int, str],
) -> list[SheetRow]:
    """Return the rows with remarks that say that somebody did not come ("tidak hadir" below "No HP") as their marks.

    Anything that casts doubt counts only where no heading stands above it; marks in the column of numbers are asked
    about.
    """
    if len(rows) > _MAX_ROWS:
        return rows
    spread = {index for part in columns.parts.values() for index, _ in part}
    read = {index for index, field in columns.fields.items() if field in _READ_ELSEWHERE} | spread
    result = []
    for row in rows:
        remarks = [
            remark
            for index, cell in enumerate(grid[to_excel_row(row.number) - 1])
            if isinstance(cell, str)
            and index not in read
            and (remark := _remark(cell, is_number=index == columns.number, headed=bool(headings.get(index))))
        ]
        result.append(_with_remark(row, remarks[0]) if remarks else row)
    return result


def _remark(cell: str, *, is_number: bool, headed: bool) -> str | None:
    if len(cell) > _MAX_LENGTH:
        return None
    text = clean(cell)
    if is_number:
        text = _ORDINAL.sub("", text, count=1)
        return as_question(text) if text and (may_be_mark(text) or casts_doubt(text)) else None
    if is_yes_or_no(text) or len(text) <= 2:
        return None
    if is_mark_word(text) and parse_mark(text) in {"absent", "excused"}:
        return text
    return text if not headed and casts_doubt(text) else None


def _with_remark(row: SheetRow, remark: str) -> SheetRow:
    cells = dict(row.cells)
    add_remark(remark, cells)
    return SheetRow(row.number, cells, row.remarks)
