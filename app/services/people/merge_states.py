"""All that a merge of two people touches, as JSON: what it found and left, and by which it is undone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import SQLModel, col

from app.database import Db
from app.models import (
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    AttendanceMark,
    GroupMembership,
    Message,
    Participant,
    PeopleMerge,
    PossibleDuplicate,
    Registration,
)

ROW_KEY = ("attendance_import_id", "number")
ROW_COLUMNS = ("participant_id", "decision", "before", "after")

# By kind the rows of the database as JSON; under "others" each import's list, by the import's number as text, and
# under "messages" only whose they are: what became of them since stays.
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
    """The numbers of all that a merge changes. `rows` are rows of sheets (import, number)."""

    kept_id: int
    absorbed_id: int
    registrations: tuple[int, ...]
    rows: tuple[tuple[int, int], ...]
    imports: tuple[int, ...]

    @classmethod
    def by(cls, made: PeopleMerge) -> "Touched":
        """What a merge that was made has changed."""
        before = made.before
        return cls(
            kept_id=made.kept_id,
            absorbed_id=made.absorbed_id,
            registrations=tuple(one["id"] for one in before["registrations"]),
            rows=tuple((row["attendance_import_id"], row["number"]) for row in before["rows"]),
            imports=tuple(int(id_) for id_ in before["others"]),
        )


def folds_of(db: Db, kept_id: int, absorbed_id: int) -> tuple[Fold, ...]:
    """The registrations of sessions for which both people are registered."""
    kept, absorbed = (_registrations(db, id_) for id_ in (kept_id, absorbed_id))
    return tuple(
        Fold(one, staying=max(kept[one], absorbed[one]), going=min(kept[one], absorbed[one]))
        for one in sorted(kept.keys() & absorbed.keys())
    )


def touched_by(db: Db, kept_id: int, absorbed_id: int, folds: Iterable[Fold]) -> Touched:
    """What a merge of the two would change now."""
    going = {fold.going for fold in folds}
    registrations = {fold.staying for fold in folds} | going | set(_registrations(db, absorbed_id).values())
    key = (col(AttendanceImportRow.attendance_import_id), col(AttendanceImportRow.number))
    rows = db.execute(
        select(*key).where(col(AttendanceImportRow.participant_id) == absorbed_id).order_by(*key)
    )
    sessions = select(col(Registration.workshop_session_id)).where(col(Registration.id).in_(going))
    imports = db.execute(
        select(col(AttendanceImport.id), col(AttendanceImport.others))
        .where(col(AttendanceImport.workshop_session_id).in_(sessions))
        .order_by(col(AttendanceImport.id))
    )
    return Touched(
        kept_id=kept_id,
        absorbed_id=absorbed_id,
        registrations=tuple(sorted(registrations)),
        rows=tuple((import_id, number) for import_id, number in rows),
        imports=tuple(import_id for import_id, others in imports if going & set(others)),
    )


def states_of(db: Db, touched: Touched) -> States:
    """What is there of it now; what isn't there is left out."""
    db.flush()
    people = (touched.kept_id, touched.absorbed_id)
    pair_of_absorbed = or_(
        col(PossibleDuplicate.participant_id) == touched.absorbed_id,
        col(PossibleDuplicate.other_id) == touched.absorbed_id,
    )
    of_registration = col(Attendance.registration_id).in_(touched.registrations)
    marked = col(AttendanceMark.registration_id).in_(touched.registrations)
    messages = select(col(Message.id), col(Message.registration_id)).where(
        col(Message.registration_id).in_(touched.registrations)
    )
    rows = [found for key in touched.rows if (found := db.get(AttendanceImportRow, key))]
    return {
        "people": _stored(db, Participant, col(Participant.id).in_(people)),
        "memberships": _stored(db, GroupMembership, col(GroupMembership.participant_id).in_(people)),
        "pairs": _stored(db, PossibleDuplicate, pair_of_absorbed),
        "registrations": _stored(db, Registration, col(Registration.id).in_(touched.registrations)),
        "attendances": _stored(db, Attendance, of_registration),
        "marks": _stored(db, AttendanceMark, marked),
        "messages": [
            {"id": id_, "registration_id": registration_id}
            for id_, registration_id in db.execute(messages.order_by(col(Message.id)))
        ],
        "rows": [row.model_dump(mode="json", include={*ROW_KEY, *ROW_COLUMNS}) for row in rows],
        "others": {str(id_): db.get_one(AttendanceImport, id_).others for id_ in touched.imports},
    }


def things(model: type[Thing], states: Iterable[Mapping[str, Any]]) -> list[Thing]:
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
