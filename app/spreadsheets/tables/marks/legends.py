"""Apply what a list explains itself: codes in its columns ("1 = meninggal dunia") and asterisks ("*) tidak hadir")."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.people.values.cells import Cell, cell_text, join_marks, split_marks
from app.people.values.text import clean, fold
from app.spreadsheets.detected_table import SheetRow
from app.spreadsheets.tables.marks.marks import parse_mark
from app.spreadsheets.tables.marks.note_words import casts_doubt, is_about_attendance
from app.spreadsheets.tables.marks.notes import add_remark, as_question, read_code

_ENTRY = re.compile(
    r"(?:^|[\s,;|(:.])(?:(?P<code>[^\W_]{1,12}|[x×✓√✗✘])\s*[)\]]?\s*=|(?P<short>[^\W_]{1,3})\s*:)\s*(?P<meaning>[^\W\d_][^,;|=\n]*)"
)
_LABEL = re.compile(r"(?:keterangan|ket|catatan|legenda|legend|kode|nb)\b[^:=]*[:.]", re.IGNORECASE)
_FOOTNOTE = re.compile(r"(?P<code>\*+|[¹²³])\s*\)?\s*[=:]?\s*(?P<meaning>[^\W\d_].*)")
_ASTERISKS = re.compile(r"\s*(?P<code>\*+|[¹²³])\s*\)?$")
_NEXT_CODE = re.compile(r"\s+\S{1,3}$")
"""The code of the next entry, where nothing but a space stands between two."""
_PRESENT = frozenset({"tepat waktu", "terlambat", "telat", "on time", "late"})
_MAX_LINE_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Legend:
    """Meanings by code, none if they are not about attendance, and by the sign of a footnote."""

    codes: Mapping[str, str]
    footnotes: Mapping[str, str]


def find_legend(others: Iterable[Sequence[Cell]], headings: Iterable[str]) -> Legend:
    """Return the legend of a list; `others` are the lines around the participants."""
    lines = [text for row in others for cell in row if (text := _legend_text(cell))]
    return Legend(
        _find_codes([*lines, *(text for text in headings if "=" in text)]),
        {match["code"]: match["meaning"].strip() for match in map(_FOOTNOTE.fullmatch, lines) if match},
    )


def translate_marks(rows: list[SheetRow], legend: Legend) -> list[SheetRow]:
    """Return the rows with the meaning of each code in place of the mark."""
    if not legend.codes:
        return rows
    marked = ((row, row.cells.get("attendance")) for row in rows)
    return [row if mark is None else _with_cell(row, _translate(mark, legend.codes)) for row, mark in marked]


def add_explained_remarks(rows: list[SheetRow], legend: Legend) -> list[SheetRow]:
    """Return the rows with what the codes of their notes, and asterisks behind their names or marks, say of them.

    An asterisk that no line explains is asked about.
    """
    if legend.codes:
        rows = [_with_note(row, legend.codes) for row in rows]
    return [_with_footnote(row, legend.footnotes) if _may_have_footnote(row.cells) else row for row in rows]


def find_explained_columns(
    legend: Legend, rows: Sequence[Sequence[Cell]], columns: Iterable[int]
) -> list[int]:
    """Return those of the columns in which mostly codes of the legend stand."""
    if not legend.codes:
        return []
    found = []
    for index in columns:
        texts = {_code(row[index]) for row in rows if index < len(row)} - {""}
        if texts and 2 * len(texts & legend.codes.keys()) > len(texts):
            found.append(index)
    return found


def _legend_text(cell: Cell) -> str:
    return clean(cell) if isinstance(cell, str) and len(cell) < _MAX_LINE_LENGTH else ""


def _find_codes(lines: Sequence[str]) -> dict[str, str]:
    """Return meaning by code of the legend, or nothing if it is about something else ("P = pedagang")."""
    codes: dict[str, str] = {}
    for line in lines:
        for code, meaning in _entries(line):
            codes.setdefault(code, meaning)
    return codes if any(map(_is_about_presence, codes.values())) else {}


def _entries(line: str) -> Iterator[tuple[str, str]]:
    entries = list(_ENTRY.finditer(_LABEL.sub(" ", line))) if "=" in line or ":" in line else []
    for entry in entries:
        meaning = entry["meaning"].strip()
        is_last = entry is entries[-1]
        yield fold(entry["code"] or entry["short"]), meaning if is_last else _NEXT_CODE.sub("", meaning)


def _is_about_presence(meaning: str) -> bool:
    return casts_doubt(meaning) or is_about_attendance(meaning) or fold(meaning) in _PRESENT


def _with_cell(row: SheetRow, mark: Cell) -> SheetRow:
    if mark == row.cells.get("attendance"):
        return row
    return SheetRow(row.number, {**row.cells, "attendance": mark}, row.remarks)


def _with_note(row: SheetRow, codes: Mapping[str, str]) -> SheetRow:
    cells = dict(row.cells)
    for field in ("note", "signature"):
        code = _code(cells.get(field))
        if code in codes:
            if "attendance" in cells and cells["attendance"] == read_code(cell_text(cells[field])):
                del cells["attendance"]  # It was asked about before it was explained.
            add_remark(_as_mark(code, codes[code]), cells)
    return _with_cell(row, cells.get("attendance"))


def _translate(mark: Cell, codes: Mapping[str, str]) -> Cell:
    marks = split_marks(clean(cell_text(mark)))
    if marks is not None:
        return join_marks(
            (label, _as_mark(code, codes[code]) if (code := _code(text)) in codes else text)
            for label, text in marks.items()
        )
    code = _code(mark)
    return _as_mark(code, codes[code]) if code in codes else mark


def _code(cell: Cell) -> str:
    return fold(clean(cell_text(cell)))


def _as_mark(code: str, meaning: str) -> str:
    """Return the meaning of a code as a mark, the code if it is known; a meaning that decides nothing is a question."""
    if fold(meaning) in _PRESENT:
        return "hadir"
    status = parse_mark(meaning)
    if status is None:
        return as_question(f"{code} = {meaning}")
    return code if parse_mark(code) == status else meaning


# --- asterisks ---


def _may_have_footnote(cells: Mapping[str, Cell]) -> bool:
    return any(
        isinstance(text := cells.get(field), str) and ("*" in text or not text.isascii())
        for field in ("name", "attendance", "note", "signature")
    )


def _with_footnote(row: SheetRow, footnotes: Mapping[str, str]) -> SheetRow:
    """Return the row without an asterisk behind its name or mark, and with what that means as a remark."""
    cells = dict(row.cells)
    for field in ("name", "attendance", "note", "signature"):
        text = cells.get(field)
        match = _ASTERISKS.search(text) if isinstance(text, str) else None
        if match is None or (field in {"note", "signature"} and match["code"] not in footnotes):
            continue
        meaning = footnotes.get(match["code"])
        if field in {"name", "attendance"}:
            cells[field] = str(text)[: match.start()]
        if meaning is None or _is_about_presence(meaning):
            _add_footnote(match["code"], meaning, cells)
    return row if cells == row.cells else SheetRow(row.number, cells, row.remarks)


def _add_footnote(code: str, meaning: str | None, cells: dict[str, Cell]) -> None:
    mark = cells.get("attendance")
    if meaning is not None and parse_mark(meaning):
        add_remark(meaning, cells)
    else:
        cells["attendance"] = as_question(f"{cell_text(mark)} {code} {meaning or ''}".strip())
