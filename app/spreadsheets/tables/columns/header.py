"""Find the header of a table, in one row or two."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.people.values.cells import Cell, cell_text
from app.people.values.sex import parse_sex
from app.people.values.text import clean, collapse, words
from app.spreadsheets.formats.failures import MAX_HEADER_COLUMNS, SheetFailure
from app.spreadsheets.formats.grid import Grid, Merge
from app.spreadsheets.tables.columns.headings import (
    heading_field,
    is_attendance_part,
    is_exact_heading,
    is_number_heading,
    may_name_people,
)
from app.spreadsheets.tables.marks.marks import join_day_heading

MAX_HEADER_ROW = 40
NO_HEADER_ROW = 0
_ROWS_FOR_WIDTH = 50
_MARK_FIELDS = frozenset({"attendance", "signature"})
_DAY = "Hari"
_MIN_FIELDS = 3
"""A further header without a number column names so many fields, "name" among them."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading: its own text, and the text of the merged cell above it or ""."""

    index: int
    text: str
    above: str = ""

    @property
    def full_text(self) -> str:
        """Return both texts: "Kehadiran – Hadir"."""
        return f"{self.above} – {self.text}" if self.above else self.text


@dataclass(frozen=True, slots=True)
class Header:
    """A header. `top` is its first row and `below` the first row after it, both counted from 0; `top` -1 is none."""

    top: int
    below: int
    headings: tuple[Heading, ...]


def find_header(
    grid: Grid, header_row: int | None, field_of: Callable[[str], str | None] = heading_field
) -> Header | None:
    """Return the header at Excel's row `header_row`, or that of the first 40 rows which names most fields, or None.

    Only a row that names the field "name" is found; a given `header_row` is None only outside the sheet.
    `NO_HEADER_ROW` gives a header without texts above the first row, for lists that begin at once. `field_of` returns
    the field of a heading in the kind of list that is searched for. Raises `SheetFailure` for too many columns.
    """
    if header_row == NO_HEADER_ROW:
        width = max(map(len, grid.rows[:_ROWS_FOR_WIDTH]), default=0)
        return Header(-1, 0, tuple(Heading(index, "") for index in range(min(width, MAX_HEADER_COLUMNS))))
    if header_row is not None:
        return _header_at(grid, header_row - 1) if 0 < header_row <= len(grid.rows) else None
    best, best_score = None, 0
    for top, row in enumerate(grid.rows[:MAX_HEADER_ROW]):
        score = _count_fields(row, field_of)
        if score > best_score:
            best, best_score = top, score
    return None if best is None else _header_at(grid, best)


def find_row_above_header(grid: Grid, header: Header) -> int | None:
    """Return Excel's number of the first person's row in a smaller table above the detected one (speakers), or None."""
    for top, row in enumerate(grid.rows[: max(header.top, 0)]):
        if not _count_fields(row, heading_field):
            continue
        name = next(index for index, text in enumerate(row_texts(row)) if heading_field(text) == "name")
        for number, below in enumerate(grid.rows[top + 1 : header.top], start=top + 2):
            texts = row_texts(below)
            if len(texts) > name and texts[name] and len(list(filter(None, texts))) > 1:
                return number
    return None


def find_headers_below(grid: Grid, header: Header) -> list[Header]:
    """Return the headers of further lists below the first one, also those that repeat it on every page."""
    found = []
    at = header.below
    tops = (top for top, row in enumerate(grid.rows) if top >= at and any(map(may_name_people, row)))
    for top in tops:
        if top >= at and _is_header(grid.rows[top], header):
            found.append(_header_at(grid, top))
            at = found[-1].below
    return found


def _is_header(row: Sequence[Cell], header: Header) -> bool:
    """Return whether a row below the first header is one too: it names the name, and two more fields or "No".

    A row with a number is none, as a person may be called "Nama …".
    """
    texts = [text for text in row_texts(row) if text]
    known = {words(heading.text) for heading in header.headings}
    names = any(
        is_exact_heading("name", text) or words(text) in known for text in texts if may_name_people(text)
    )
    if not names or any(text.rstrip(".").isdigit() for text in texts):
        return False
    counts = any(map(is_number_heading, texts))
    return _count_fields(row, heading_field) >= _MIN_FIELDS - counts


def has_same_columns(header: Header, other: Header) -> bool:
    """Return whether the second header has the fields of the first one, in the same columns."""
    return _fields_by_column(header) == _fields_by_column(other)


def _fields_by_column(header: Header) -> dict[int, str]:
    fields = {heading.index: heading_field(heading.text) for heading in header.headings}
    return {index: field for index, field in fields.items() if field}


def row_texts(row: Sequence[Cell]) -> list[str]:
    """Return the cleaned texts of a row's cells, "" for blank ones."""
    return [collapse(clean(cell_text(cell))) for cell in row]


def _count_fields(row: Sequence[Cell], field_of: Callable[[str], str | None]) -> int:
    """Return how many fields a row names; 0 without "name", or if that is a letterhead's "Nama : …"."""
    texts = [text for text in row_texts(row) if text]
    fields = {field_of(text) for text in texts if ":" not in text.rstrip(": ")}
    if "name" not in fields or (len(texts) == 1 and len(row) > 1 and not _is_name_alone(texts[0])):
        return 0
    return len(fields - {None})


def _is_name_alone(text: str) -> bool:
    """Return whether the only text of a row is short enough to be a heading."""
    return len(text.split()) <= 2 and ":" not in text


def _header_at(grid: Grid, top: int) -> Header:
    """Return the header whose first row is `top` (from 0), with the sub-headings in the row below if there are any.

    Raises `SheetFailure` for more than `MAX_HEADER_COLUMNS`.
    """
    upper = row_texts(grid.rows[top])
    lower = row_texts(grid.rows[top + 1]) if top + 1 < len(grid.rows) else []
    texts_above = _spanning_texts(upper, top, grid.merges)
    if _is_sub_header(upper, lower, texts_above):
        headings = _combine_rows(upper, lower, texts_above)
        below = top + 2
    else:
        headings = tuple(Heading(index, text) for index, text in enumerate(upper))
        below = max([top + 1, *(merge.bottom + 1 for merge in _header_merges(grid, top))])
    named = [heading for heading in headings if heading.text or heading.above]
    if len(named) > MAX_HEADER_COLUMNS:
        raise SheetFailure("too-many-columns", limit=MAX_HEADER_COLUMNS)
    last = max((heading.index for heading in named), default=-1)
    return Header(top, below, headings[: last + 1])


def _header_merges(grid: Grid, top: int) -> list[Merge]:
    """Return merged areas that begin in the header row and reach below it, of headers two or three rows high."""
    return [merge for merge in grid.merges or () if merge.top == top and top < merge.bottom <= top + 2]


def _spanning_texts(upper: Sequence[str], top: int, merges: Sequence[Merge] | None) -> dict[int, str]:
    """Return by column the text above it that spans several columns: merged, or followed by empty cells.

    Many programs write a heading over several columns without merging them.
    """
    if merges and any(merge.top <= top <= merge.bottom for merge in merges):
        return {
            column: upper[merge.left]
            for merge in merges
            if merge.top == merge.bottom == top and merge.right > merge.left and merge.left < len(upper)
            for column in range(merge.left, merge.right + 1)
            if upper[merge.left]
        }
    spanned: dict[int, str] = {}
    for column in range(1, len(upper)):
        if not upper[column] and (upper[column - 1] or column - 1 in spanned):
            spanned[column] = spanned.get(column - 1) or upper[column - 1]
            spanned[column - 1] = spanned[column]
    return spanned


def _is_sub_header(upper: Sequence[str], lower: Sequence[str], texts_above: dict[int, str]) -> bool:
    """Return whether the row below is sub-headings: all its texts stand under spanning cells and name columns."""
    filled = {column: text for column, text in enumerate(lower) if text}
    if len(filled) < 2 or not all(column in texts_above or _is_blank(upper, column) for column in filled):
        return False
    under = [(texts_above[column], text) for column, text in filled.items() if column in texts_above]
    return any(
        _day_heading(above, text) or is_attendance_part(text) or heading_field(text) or parse_sex(text)
        for above, text in under
    )


def _day_heading(above: str, number: str) -> str | None:
    """Return the heading of a day that is a number below "Tanggal" or "Kehadiran" (monthly lists), or None."""
    if not number.isdigit():
        return None
    return join_day_heading(_DAY if heading_field(above) in _MARK_FIELDS else above, number)


def _is_blank(upper: Sequence[str], column: int) -> bool:
    """Return whether a column of the upper row is blank or beyond its end."""
    return column >= len(upper) or not upper[column]


def _combine_rows(
    upper: Sequence[str], lower: Sequence[str], texts_above: dict[int, str]
) -> tuple[Heading, ...]:
    """Return the headings of a header of two rows: each sub-heading with the text above it."""
    headings = []
    for column in range(max(len(upper), len(lower))):
        sub = lower[column] if column < len(lower) else ""
        above = texts_above.get(column, "")
        own = upper[column] if column < len(upper) else ""
        if day := _day_heading(above, sub):
            headings.append(Heading(column, day))
        else:
            headings.append(Heading(column, sub, above) if above and sub else Heading(column, own or sub))
    return tuple(headings)
