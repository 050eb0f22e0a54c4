"""Whom staff told apart while they reviewed an import stays told apart: nobody is asked about them again."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.models import AttendanceImportRow
from app.permissions import Actor
from app.queries.in_values import in_values
from app.services.people.duplicates import keep_told_apart
from app.spreadsheets.attendance.judgement import JudgedRow, SameAsRow


def remember_told_apart(db: Db, actor: Actor, import_id: int, rows: Iterable[JudgedRow]) -> None:
    """`rows` are written, and linked to whose they became. People are held."""
    told_apart = {row.number: row.told_apart for row in rows if row.told_apart}
    if not told_apart:
        return
    others = {one.row for several in told_apart.values() for one in several if isinstance(one, SameAsRow)}
    person = _people_of_rows(db, import_id, {*told_apart, *others})
    pairs = [
        (person[number], other)
        for number, several in told_apart.items()
        for one in several
        if (other := person.get(one.row) if isinstance(one, SameAsRow) else one) is not None
    ]
    keep_told_apart(db, actor, pairs)


def _people_of_rows(db: Db, import_id: int, numbers: set[int]) -> dict[int, int]:
    row = AttendanceImportRow
    statement = select(col(row.number), col(row.participant_id)).where(
        col(row.attendance_import_id) == import_id, in_values(db, col(row.number), numbers)
    )
    return {number: person for number, person in db.execute(statement) if person is not None}
