"""Takes back what one import made or changed, and nothing else."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped
from sqlmodel import SQLModel, col

from app.database import Db
from app.errors import Conflict
from app.i18n import N_
from app.models import (
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    GroupMembership,
    ImportStatus,
    Message,
    MessageStatus,
    Participant,
    Registration,
    RegistrationStatus,
    WorkshopSession,
)
from app.models.base import now
from app.permissions import Actor
from app.queries.imports.attendance_imports import attendance_import_by_id
from app.queries.in_values import in_values
from app.services.activities import record
from app.services.imports.states import (
    NOTHING,
    SessionRows,
    WrittenRow,
    load_all_session_rows,
    load_session_rows,
    person_state,
    put_back,
    written_rows,
)
from app.services.imports.undo_obstacles import require_nothing_newer
from app.services.imports.upload import require_not_committing
from app.services.locks import lock_people_table, lock_row
from app.services.people.merge_undo import still_as_left
from app.services.registrations.waiting_list import move_up


@dataclass(frozen=True)
class TakenBack:
    """How much an undo deleted; `people_kept` had come to other sessions too."""

    attendances: int
    registrations: int
    people: int
    people_kept: int


def undo(db: Db, actor: Actor, import_id: int) -> AttendanceImport:
    """Puts back what was there before; people who are used elsewhere stay. An import undone already stays so.

    Raises `Conflict` where something newer was built on the same registrations, and names whose.
    """
    attendance_import_by_id(db, actor, import_id)
    lock_people_table(db)
    attendance_import = lock_row(db, AttendanceImport, import_id)
    if attendance_import.status is ImportStatus.UNDONE:
        return attendance_import
    require_not_committing(attendance_import)
    if attendance_import.status is not ImportStatus.COMMITTED:
        raise Conflict(N_("Only a committed import can be undone."), code="not-committed")
    workshop_session = lock_row(db, WorkshopSession, attendance_import.workshop_session_id)
    rows = written_rows(db, import_id)
    there = load_all_session_rows(db, attendance_import)
    require_nothing_newer(db, attendance_import, rows, there)
    taken_back = _take_back(db, attendance_import, rows, there)
    attendance_import.status = ImportStatus.UNDONE
    attendance_import.undone_at = now()
    attendance_import.undone_by = actor.user_id
    db.flush()
    record(db, actor, "undo", "attendance-import", import_id, after=asdict(taken_back))
    move_up(db, actor, workshop_session, because="undo")
    return attendance_import


def _take_back(
    db: Db, attendance_import: AttendanceImport, rows: Sequence[WrittenRow], there: SessionRows
) -> TakenBack:
    known = {row.participant_id for row in rows if row.participant_id and row.before}
    changed = load_session_rows(db, attendance_import, known)
    attendances = list(attendance_import.others)
    registrations: list[int] = []
    people: list[int] = []
    for row in rows:
        before = row.before or NOTHING
        registration = there.registration(row.participant_id)
        if registration is None or row.participant_id is None:
            continue
        if registration.id in there.attendances:
            if before["attendance"]:
                put_back(changed.attendances[registration.id], before["attendance"])
            else:
                attendances.append(registration.id)
        if before["registration"]:
            _put_back_registration(db, changed.registrations[row.participant_id], row)
        else:
            registrations.append(registration.id)
        if before["person"]:
            _put_back_person(changed.people[row.participant_id], row)
        else:
            people.append(row.participant_id)
    db.flush()
    _delete(db, Attendance, col(Attendance.registration_id), attendances)
    _delete(db, Registration, col(Registration.id), registrations)
    unused = _used_nowhere(db, attendance_import, people)
    _delete(db, Participant, col(Participant.id), unused)
    return TakenBack(len(attendances), len(registrations), len(unused), len(people) - len(unused))


def _put_back_registration(db: Db, registration: Registration, row: WrittenRow) -> None:
    """Only what this import changed: a place that came by itself since stays. Nobody is sent the ticket that goes."""
    before, left = ((state or {})["registration"] for state in (row.before, row.after))
    changed = {column: value for column, value in before.items() if value != left[column]}
    if "code" in changed:
        told_of = col(Message.registration_id) == registration.id
        since = col(Message.created_at) >= registration.created_at
        db.execute(delete(Message).where(told_of, since, col(Message.status) == MessageStatus.WAITING))
    put_back(registration, changed)
    if registration.status is RegistrationStatus.CANCELLED:
        registration.waiting_number = None


def _put_back_person(person: Participant, row: WrittenRow) -> None:
    """Only what this import changed and nobody changed since."""
    before, left = ((state or {})["person"] for state in (row.before, row.after))
    put_back(person, {column: before[column] for column in still_as_left(person_state(person), left)})


def _used_nowhere(db: Db, attendance_import: AttendanceImport, people: Sequence[int]) -> list[int]:
    """Those of the import's people who aren't registered for anything (any more) and of whom no group is known."""
    of_import = select(col(AttendanceImportRow.participant_id)).where(
        col(AttendanceImportRow.attendance_import_id) == attendance_import.id
    )
    used = {
        person_id
        for column in (col(Registration.participant_id), col(GroupMembership.participant_id))
        for person_id in db.scalars(select(column).where(column.in_(of_import)))
    }
    return [person_id for person_id in people if person_id not in used]


def _delete(db: Db, model: type[SQLModel], key: Mapped[int], identities: Sequence[int]) -> None:
    """Deletes the rows whose `key` is one of any number of identities."""
    db.connection().execute(delete(model).where(in_values(db, key, identities)))
