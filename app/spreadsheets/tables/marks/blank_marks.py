"""Decide what a blank attendance cell means in a list, and what must be asked about the whole list first.

This is decided once, by the marks of the file as it was uploaded: a row that staff correct in the review changes
nothing for the others.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.people.remarks import Remark
from app.people.values.cells import Cell, cell_text, split_marks
from app.people.values.text import clean
from app.spreadsheets.detected_table import BlankMeans, SheetRow
from app.spreadsheets.tables.columns.columns import DetectedColumns
from app.spreadsheets.tables.columns.headings import heading_field
from app.spreadsheets.tables.marks.marks import (
    are_days,
    heading_outcome,
    is_bare_mark,
    is_blank_mark,
    is_marked,
    parse_explicit_blank,
    parse_mark,
)
from app.spreadsheets.tables.marks.note_words import casts_doubt
from app.spreadsheets.tables.marks.notes import QUESTION
from app.spreadsheets.tables.sheets.list_titles import looks_like_registration

_MIN_ROWS = 4
_FEW = 3
"""Fewer than one row in three: so few of a list may come, but it is likelier that somebody noted exceptions."""


@dataclass(frozen=True, slots=True)
class BlankMarks:
    """What a blank means, and the questions about the whole list."""

    mean: BlankMeans
    warnings: tuple[Remark, ...]


def read_blank_marks(
    rows: Sequence[SheetRow], columns: DetectedColumns, headings: Mapping[int, str]
) -> BlankMarks:
    """Return what blanks mean: absent where somebody is marked present, else present (signed in ink).

    Where only few rows bear a mark, or all marks are unclear ("x"), that is asked, and the likelier answer is returned:
    for a column to sign in or for notes that the others came too. A note beside one row ("hadir terlambat") counts as
    no mark of the list.
    """
    marks = Counter(row.cells["attendance"] for row in rows if _is_marked(row.cells))
    for blank in filter(is_blank_mark, list(marks)):
        del marks[blank]
    present = any(map(_says_present, marks))
    if not present:
        question = _find_question_without_marks(rows, columns, headings)
        if question is None and any(map(_is_unclear, marks)):
            question = _marks_few(marks.total(), len(rows))
        return BlankMarks("present", () if question is None else (question,))
    several_days = are_days([label for _, label in columns.parts.get("attendance", ())])
    few = None if several_days else few_marks_question(marks.total(), len(rows))
    if few is None:
        return BlankMarks("absent", ())
    return BlankMarks("present" if _is_signed_in_ink(columns, headings) else "absent", (few,))


def few_marks_question(marked: int, rows: int) -> Remark | None:
    """Return the question whether the others came, where few of many rows bear a mark."""
    if rows < _MIN_ROWS or _FEW * marked >= rows:
        return None
    return _marks_few(marked, rows)


def _marks_few(marked: int, rows: int) -> Remark:
    return Remark("review", "attendance", "marks-few", {"marked": marked, "rows": rows})


def _find_question_without_marks(
    rows: Sequence[SheetRow], columns: DetectedColumns, headings: Mapping[int, str]
) -> Remark | None:
    """Return the question about a list of intentions, or our own roster left unfilled, where nobody is marked present.

    Only "sakit" noted beside a few of them does not say that the others came.
    """
    fields = columns.fields
    if any("intention" in row.cells for row in rows):
        index = next((index for index, field in sorted(fields.items()) if field == "intention"), 0)
        return looks_like_registration(headings.get(index, ""))
    unfilled = sum("registration" in row.cells and not _is_marked(row.cells) for row in rows)
    if unfilled and "attendance" in fields.values():
        return Remark("review", "attendance", "roster-unfilled", {"rows": unfilled})
    return None


def _is_marked(cells: Mapping[str, Cell]) -> bool:
    """Return whether a row bears a mark, and not only a remark in its note or behind its name."""
    mark = cells.get("attendance")
    if not isinstance(mark, str):
        return mark is not None
    note = cells.get("note") or cells.get("signature")
    if mark == note:
        return is_bare_mark(mark)
    return not (mark.endswith(QUESTION) or casts_doubt(mark) or parse_explicit_blank(mark))


def _is_unclear(mark: Cell) -> bool:
    """Return whether a mark is "x" or the like; marks of several columns and blanks written out are not."""
    one = split_marks(clean(cell_text(mark))) is None
    return one and parse_mark(mark) is None and parse_explicit_blank(mark) is None


def _says_present(mark: Cell) -> bool:
    marks = split_marks(clean(cell_text(mark)))
    if marks is None:
        return parse_mark(mark) == "present"
    return any(
        heading_outcome(label) == "present" if heading_outcome(label) else parse_mark(text) == "present"
        for label, text in marks.items()
        if is_marked(text)
    )


def _is_signed_in_ink(columns: DetectedColumns, headings: Mapping[int, str]) -> bool:
    if columns.marks_column is not None:
        return True
    read = [index for index, field in columns.fields.items() if field == "attendance"]
    return all(heading_field(headings.get(index, "")) == "signature" for index in read)
