"""The questions that rows of an import ask, and which rows ask the same."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from app.database import Db
from app.models import AttendanceImportRow, RowKind
from app.people.remarks import Remark, remark_from_json
from app.people.values.text import collapse, fold

# Rows that can't be imported before a person has said something.
NEEDS_ATTENTION = (RowKind.REVIEW, RowKind.ERROR)

# One answer holds for all rows with the same text. Who a person is has to be answered row by row.
ASKED_ALIKE = frozenset(
    {
        "attendance-unclear",
        "group-missing",
        "group-unclear",
        "kelurahan-missing",
        "kelurahan-unclear",
        "kelurahan-unknown",
    }
)


@dataclass(frozen=True)
class Question:
    """A question about a field. `found` is the text of the cell, without case and spacing; empty if it is blank."""

    field: str
    code: str
    found: str = ""


GROUP_MISSING = Question("target_group", "group-missing")
KELURAHAN_MISSING = Question("kelurahan", "kelurahan-missing")


def question(remark: Remark) -> Question | None:
    """Return the question of a remark that other rows may ask too, else None."""
    if remark.field is None or remark.code not in ASKED_ALIKE:
        return None
    return Question(remark.field, remark.code, fold(collapse(str(remark.params.get("found", "")))))


def question_counts(db: Db, import_id: int) -> Counter[Question]:
    """Return how many rows ask each question. The database counts equal remarks: there may be a hundred thousand."""
    remarks = col(AttendanceImportRow.messages)
    counted = select(remarks, func.count()).where(*_open_rows(import_id)).group_by(remarks)
    counts: Counter[Question] = Counter()
    for stored, rows in db.execute(counted):
        for asked in {question(remark_from_json(remark)) for remark in stored}:
            if asked is not None:
                counts[asked] += rows
    return counts


def next_open_row(db: Db, import_id: int, after: int) -> int | None:
    """Return the number of the next row after `after` that needs attention, else of the first; None without any."""
    number = col(AttendanceImportRow.number)
    return db.scalars(
        select(number).where(*_open_rows(import_id)).order_by(number <= after, number).limit(1)
    ).first()


def rows_asking(db: Db, import_id: int, asked: Question) -> list[AttendanceImportRow]:
    """Return the rows that ask a question, to be changed."""
    rows = db.scalars(
        select(AttendanceImportRow).where(*_open_rows(import_id)).order_by(col(AttendanceImportRow.number))
    )
    return [row for row in rows if asked in questions_of(row)]


def questions_of(row: AttendanceImportRow) -> set[Question | None]:
    return {question(remark_from_json(remark)) for remark in row.messages}


def _open_rows(import_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        col(AttendanceImportRow.attendance_import_id) == import_id,
        col(AttendanceImportRow.kind).in_(NEEDS_ATTENTION),
    )
