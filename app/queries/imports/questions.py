"""The questions that the rows of an import ask, and the rows that ask the same question."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from app.database import Db
from app.models import AttendanceImportRow, RowKind
from app.people.remarks import Remark, remark_from_json
from app.people.values.text import collapse, fold

# Rows of these kinds are not committed before they are corrected, answered or skipped.
NEEDS_ATTENTION = (RowKind.REVIEW, RowKind.ERROR)

# Remarks whose answer holds for every row with the same text. Which person is meant is answered row by row.
CODES_WITH_SHARED_ANSWER = frozenset(
    {
        "attendance-differs",
        "attendance-unclear",
        "group-missing",
        "group-unclear",
        "kelurahan-missing",
        "kelurahan-unclear",
        "kelurahan-unknown",
    }
)

# Questions about the whole list that cannot be confirmed on saving: a choice answers them.
ANSWERED_BY_CHOICE = frozenset(
    {
        "looks-like-registration",
        "marks-few",
        "no-name-column",
        "no-signatures",
        "roster-unfilled",
        "several-attendance-columns",
    }
)


@dataclass(frozen=True)
class Question:
    """A question about a field. `text` is the cell's text in lower case with single spaces, "" for a blank cell."""

    field: str
    code: str
    text: str = ""

    @property
    def answer(self) -> str:
        """The cell or decision that answers the question."""
        return "keep" if self.code == "attendance-differs" else self.field


GROUP_MISSING = Question("target_group", "group-missing")
KELURAHAN_MISSING = Question("kelurahan", "kelurahan-missing")
ATTENDANCE_DIFFERS = Question("attendance", "attendance-differs")


def list_file_questions(warnings: Iterable[dict[str, Any]], confirmed: Collection[str] = ()) -> list[Remark]:
    """Return the warnings of an import that must be answered before it is saved, without the `confirmed` codes.

    They have the level "review": a user makes a choice for the whole file, or confirms them on saving. Those in
    `ANSWERED_BY_CHOICE` stay even if they are confirmed.
    """
    answered = frozenset(confirmed) - ANSWERED_BY_CHOICE
    remarks = map(remark_from_json, warnings)
    return [remark for remark in remarks if remark.level == "review" and remark.code not in answered]


def find_question(remark: Remark) -> Question | None:
    """Return the question that a remark asks, if other rows may ask the same (`CODES_WITH_SHARED_ANSWER`).

    None for other remarks, and for remarks about the whole row.
    """
    if remark.field is None or remark.code not in CODES_WITH_SHARED_ANSWER:
        return None
    return Question(remark.field, remark.code, fold(collapse(str(remark.params.get("found", "")))))


def count_questions(db: Db, import_id: int) -> Counter[Question]:
    """Return how many rows that need attention ask each question.

    The database counts equal remarks, as there may be a hundred thousand rows.
    """
    remarks = col(AttendanceImportRow.messages)
    counted = select(remarks, func.count()).where(*_open_rows(import_id)).group_by(remarks)
    counts: Counter[Question] = Counter()
    for stored, rows in db.execute(counted):
        counts.update(dict.fromkeys(_questions(stored), rows))
    return counts


def find_next_open_row(db: Db, import_id: int, after: int) -> int | None:
    """Return the number of the next row after row `after` that needs attention.

    If there is none, return that of the first row of the sheet that does, or None if no row does.
    """
    number = col(AttendanceImportRow.number)
    return db.scalars(
        select(number).where(*_open_rows(import_id)).order_by(number <= after, number).limit(1)
    ).first()


def list_rows_asking(db: Db, import_id: int, question: Question) -> list[AttendanceImportRow]:
    """Return the rows that need attention and ask this question, in the sheet's order."""
    rows = db.scalars(
        select(AttendanceImportRow).where(*_open_rows(import_id)).order_by(col(AttendanceImportRow.number))
    )
    return [row for row in rows if question in list_questions(row)]


def find_row_asking(db: Db, import_id: int, question: Question) -> int | None:
    """Return the number of the first row that asks this question, or None."""
    row = AttendanceImportRow
    rows = db.execute(
        select(col(row.number), col(row.messages)).where(*_open_rows(import_id)).order_by(col(row.number))
    )
    return next((number for number, remarks in rows if question in _questions(remarks)), None)


def list_questions(row: AttendanceImportRow) -> set[Question]:
    """Return the questions of a row that other rows may ask too."""
    return _questions(row.messages)


def _open_rows(import_id: int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the rows of an import that need attention."""
    return (
        col(AttendanceImportRow.attendance_import_id) == import_id,
        col(AttendanceImportRow.kind).in_(NEEDS_ATTENTION),
    )


def _questions(stored_remarks: Iterable[dict[str, Any]]) -> set[Question]:
    """Return the questions of stored remarks that other rows may ask too."""
    questions = (find_question(remark_from_json(remark)) for remark in stored_remarks)
    return {question for question in questions if question}
