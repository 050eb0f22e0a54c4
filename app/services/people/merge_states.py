"""The rows that a merge of two people changes, as JSON: what it found and what it left. Its undo compares the two."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import SQLModel, col

from app.database import Db
from app.models import (
    Attendance,
    AttendanceImportRow,
    AttendanceMark,
    GroupMembership,
    Participant,
    PeopleMerge,
    PossibleDuplicate,
    Registration,
)

ROW_KEY = ("attendance_import_id", "number")
ROW_COLUMNS = ("participant_id", "decision", "before", "after")

# The rows of the database as JSON, by kind.
States = dict[str, Any]
Thing = TypeVar("Thing", bound=SQLModel)


@dataclass(frozen=True)
class Fold:
    """Two registrations of one session: the later one stays, the other goes."""

    workshop_session_id: int
    staying: int
    going: int


@dataclass(frozen=True)
class Touched:
    """The ids of all that a merge changes. `rows` are rows of sheets (import, number)."""

    kept_id: int
    absorbed_id: int
    registrations: tuple[int, ...]
    rows: tuple[tuple[int, int], ...]

    @classmethod
    def by(cls, made: PeopleMerge) -> "Touched":
        """Return what a merge has changed."""
        before = made.before
        return cls(
            kept_id=made.kept_id,
            absorbed_id=made.absorbed_id,
            registrations=tuple(one["id"] for one in before["registrations"]),
            rows=tuple((row["attendance_import_id"], row["number"]) for row in before["rows"]),
        )


def folds_of(db: Db, kept_id: int, absorbed_id: int) -> tuple[Fold, ...]:
    """The registrations of sessions for which both people are registered."""
    kept, absorbed = (_registrations(db, id_) for id_ in (kept_id, absorbed_id))
    return tuple(
        Fold(one, staying=max(kept[one], absorbed[one]), going=min(kept[one], absorbed[one]))
        for one in sorted(kept.keys() & absorbed.keys())
    )


def touched_by(db: Db, kept_id: int, absorbed_id: int) -> Touched:
    """Return what a merge of the two would change now."""
    key = (col(AttendanceImportRow.attendance_import_id), col(AttendanceImportRow.number))
    rows = db.execute(
        select(*key).where(col(AttendanceImportRow.participant_id) == absorbed_id).order_by(*key)
    )
    return Touched(
        kept_id=kept_id,
        absorbed_id=absorbed_id,
        registrations=tuple(sorted(_registrations(db, absorbed_id).values())),
        rows=tuple((import_id, number) for import_id, number in rows),
    )


def states_of(db: Db, touched: Touched) -> States:
    """Return those of the rows that exist now."""
    db.flush()
    people = (touched.kept_id, touched.absorbed_id)
    pair_of_absorbed = or_(
        col(PossibleDuplicate.participant_id) == touched.absorbed_id,
        col(PossibleDuplicate.other_id) == touched.absorbed_id,
    )
    of_registration = col(Attendance.registration_id).in_(touched.registrations)
    marked = col(AttendanceMark.registration_id).in_(touched.registrations)
    rows = [found for key in touched.rows if (found := db.get(AttendanceImportRow, key))]
    return {
        "people": _stored(db, Participant, col(Participant.id).in_(people)),
        "memberships": _stored(db, GroupMembership, col(GroupMembership.participant_id).in_(people)),
        "pairs": _stored(db, PossibleDuplicate, pair_of_absorbed),
        "registrations": _stored(db, Registration, col(Registration.id).in_(touched.registrations)),
        "attendances": _stored(db, Attendance, of_registration),
        "marks": _stored(db, AttendanceMark, marked),
        "rows": [row.model_dump(mode="json", include={*ROW_KEY, *ROW_COLUMNS}) for row in rows],
    }


def rows_from_json(model: type[Thing], states: Iterable[Mapping[str, Any]]) -> list[Thing]:
    """Rows of a table as they were kept, not yet in the database."""
    return [model.model_validate(state) for state in states]


def _stored(db: Db, model: type[SQLModel], condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    """In the order of their keys."""
    key = SQLModel.metadata.tables[str(model.__tablename__)].primary_key
    found = db.scalars(select(model).where(condition).order_by(*key))
    return [thing.model_dump(mode="json") for thing in found]


def _registrations(db: Db, person_id: int) -> dict[int, int]:
    """A person's registrations, by session."""
    statement = select(col(Registration.workshop_session_id), col(Registration.id)).where(
        col(Registration.participant_id) == person_id
    )
    return dict(iter(db.execute(statement)))
