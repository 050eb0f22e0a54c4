"""Read what a note says about attendance, beside a mark or instead of one."""

from collections.abc import Mapping
from functools import lru_cache

from app.people.values.cells import Cell, cell_text, join_marks, split_marks
from app.people.values.text import clean, words
from app.spreadsheets.detected_table import AttendanceStatus
from app.spreadsheets.tables.marks.marks import (
    has_content,
    heading_outcome,
    is_blank_mark,
    is_mark_word,
    is_marked,
    is_yes_or_no,
    parse_mark,
)
from app.spreadsheets.tables.marks.note_words import (
    casts_doubt,
    gives_reason_for_absence,
    is_about_attendance,
)

QUESTION = " (?)"
_CODES = frozenset({"a", "i", "s", "th", "t h", "tk", "dl", "tl", "ct", "dc", "sk", "iz", "ls", "x"})
"""Short for absent, excused, on leave; as a note they may be anything else."""


@lru_cache(maxsize=4096)
def mark_beside(note: str) -> str | None:
    """Return what a note says about attendance, as a mark to be parsed; None if it is about anything else.

    "sakit" and "datang terlambat" are such notes, "batal" and "anak sakit" are to be asked about; "izin usaha
    lengkap" and "tidak bawa HP" are about something else.
    """
    if is_yes_or_no(note):
        return as_question(note) if is_mark_word(note) else None
    if casts_doubt(note):
        return note
    return note if has_content(note) and (is_mark_word(note) or is_about_attendance(note)) else None


def read_code(note: str) -> str | None:
    """Return a note that is only a code ("TH", "S", "dl") as a question, or None for any other."""
    return as_question(note) if words(note) in _CODES else None


def as_question(text: str) -> str:
    """Return a text about one row as a mark that is asked about, and that says nothing about the other rows."""
    return f"{text}{QUESTION}"


def join_mark_and_note(mark: Cell, note: str) -> Cell:
    """Return the mark, with a note beside it that contradicts it or names an excuse: "Hadir (diwakili Rudi)?"."""
    text = clean(cell_text(mark))
    noted = parse_mark(note) if is_mark_word(note) else None
    marks = split_marks(text)
    statuses = {parse_mark(text)} if marks is None else _statuses_of_marks(marks)
    status = statuses.pop() if len(statuses) == 1 else None
    away = noted in {"absent", "excused"} or (noted is None and gives_reason_for_absence(note))
    if casts_doubt(note) or (status == "present" and away):
        return _question_marks(text, note)
    if status == "absent" and noted == "present":
        return _question_marks(text, note)
    names_excuse = marks is None and status == "absent" and noted == "excused"
    return f"{text} ({note})" if names_excuse else mark


def _statuses_of_marks(marks: Mapping[str, str]) -> set[AttendanceStatus | None]:
    return {heading_outcome(label) or parse_mark(mark) for label, mark in marks.items() if is_marked(mark)}


def _question_marks(text: str, note: str) -> str:
    """Return a mark, or each of the marks of several columns, as a question that names the note."""
    marks = split_marks(text)
    if marks is None:
        return f"{text} ({note})?"
    return join_marks(
        (label, f"{mark} ({note})?" if is_marked(mark) else mark) for label, mark in marks.items()
    )


def add_remark(remark: str, cells: dict[str, Cell]) -> None:
    """Add to `cells` a remark about attendance: beside the row's mark, or as its mark if it has none."""
    mark = cells.get("attendance")
    cells["attendance"] = remark if is_blank_mark(mark) else join_mark_and_note(mark, remark)
