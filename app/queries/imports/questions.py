"""What the rows of an import ask a person, and which of them ask the same."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from app.database import Db
from app.models import AttendanceImportRow, RowKind
from app.people.remarks import Remark
from app.people.text import collapse, fold
from app.spreadsheets.transfer import remark_from_json

# Rows that can't be imported before a person has said something.
NEEDS_ATTENTION = (RowKind.REVIEW, RowKind.ERROR)

# What a text means, or what stands for none, has one answer for all rows that say it. Who somebody is has not.
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
    """`found` is the text as read, whatever its case and spacing; empty where the cell says nothing."""

    field: str
    code: str
    found: str = ""


GROUP_MISSING = Question("target_group", "group-missing")
KELURAHAN_MISSING = Question("kelurahan", "kelurahan-missing")


def question(remark: Remark) -> Question | None:
    """What a remark asks, where other rows may ask the same."""
    if remark.field is None or remark.code not in ASKED_ALIKE:
        return None
    return Question(remark.field, remark.code, fold(collapse(str(remark.params.get("found", "")))))


def question_counts(db: Db, import_id: int) -> Counter[Question]:
    """How many rows ask each question. The database counts equal remarks, for they may be a hundred thousand."""
    remarks = col(AttendanceImportRow.messages)
    counted = select(remarks, func.count()).where(*_open_rows(import_id)).group_by(remarks)
    counts: Counter[Question] = Counter()
    for stored, rows in db.execute(counted):
        for asked in {question(remark_from_json(remark)) for remark in stored}:
            if asked is not None:
                counts[asked] += rows
    return counts


def next_open_row(db: Db, import_id: int, after: int) -> int | None:
    """The number of the first row below row `after` that needs attention, else of the first one; None without any."""
    number = col(AttendanceImportRow.number)
    return db.scalars(
        select(number).where(*_open_rows(import_id)).order_by(number <= after, number).limit(1)
    ).first()


def rows_asking(db: Db, import_id: int, asked: Question) -> list[AttendanceImportRow]:
    """The rows that ask it, for changing them."""
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
