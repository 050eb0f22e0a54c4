"""Undo one import: delete what it created and restore what it changed, nothing else."""

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
from app.permissions import Actor, Permission
from app.queries.imports.attendance_imports import get_attendance_import
from app.queries.in_values import in_values
from app.services.activities import log_activity
from app.services.authorization import require_permission
from app.services.imports.shared.people import (
    forget_people,
    list_people_created_by_undone,
    lock_shared_imports,
)
from app.services.imports.states import (
    NO_STATE,
    CurrentState,
    WrittenRow,
    list_written_rows,
    load_current_state,
    load_session_state,
    person_state,
    restore_attendances,
    restore_state,
)
from app.services.imports.undo_obstacles import require_no_later_changes
from app.services.imports.upload import require_not_committing
from app.services.locks import lock_people_table, lock_row
from app.services.people.merge_undo import unchanged_columns
from app.services.people.proposals import withdraw_proposals
from app.services.registrations.waiting_list import fill_free_seats


@dataclass(frozen=True)
class UndoneCounts:
    """How much an undo deleted. `people_kept` are people that the import created and that are used elsewhere."""

    attendances: int
    registrations: int
    people: int
    people_kept: int


def undo_import(db: Db, actor: Actor, import_id: int) -> AttendanceImport:
    """Delete what the import created, restore what it changed, log it, and return the import with the status `undone`.

    People whom it created are kept if they have other registrations or group memberships, and details that were changed
    since stay. Seats that become free go to the waiting list. Does nothing if the import is undone already.

    Raises `Forbidden` without `IMPORT_COMMIT`, `NotFound`, and `Conflict` if the import is not committed, or, naming
    the people, if the same registrations were changed later.
    """
    attendance_import = get_attendance_import(db, actor, import_id)
    require_permission(db, actor, Permission.IMPORT_COMMIT, attendance_import)
    lock_people_table(db)
    lock_shared_imports(db, attendance_import)
    if attendance_import.status is ImportStatus.UNDONE:
        return attendance_import
    require_not_committing(attendance_import)
    if attendance_import.status is not ImportStatus.COMMITTED:
        raise Conflict(N_("Only a committed import can be undone."), code="not-committed")
    undo_locked(db, actor, attendance_import)
    return attendance_import


def undo_locked(db: Db, actor: Actor, attendance_import: AttendanceImport) -> None:
    """Undo a committed import. Raises `Conflict`, naming the people, if the same registrations were changed later.

    The caller has required the permission, and locked the people table and the imports of the file.
    """
    workshop_session = lock_row(db, WorkshopSession, attendance_import.workshop_session_id)
    rows = list_written_rows(db, attendance_import.id)
    current = load_session_state(db, attendance_import)
    require_no_later_changes(db, attendance_import, rows, current)
    undone = _restore_rows(db, attendance_import, rows, current)
    attendance_import.status = ImportStatus.UNDONE
    attendance_import.undone_at = now()
    attendance_import.undone_by = actor.user_id
    db.flush()
    log_activity(db, actor, "undo", "attendance-import", attendance_import.id, after=asdict(undone))
    fill_free_seats(db, actor, workshop_session, because="undo")


def _restore_rows(
    db: Db, attendance_import: AttendanceImport, rows: Sequence[WrittenRow], current: CurrentState
) -> UndoneCounts:
    """Restore or delete attendances, registrations and people of all rows; return how many were deleted."""
    known = {row.participant_id for row in rows if row.participant_id and row.before}
    changed = load_current_state(db, attendance_import, known)
    orphaned = list_people_created_by_undone(db, attendance_import)
    attendances = list(attendance_import.others)
    registrations: list[int] = []
    people: list[int] = []
    for row in rows:
        before = row.before or NO_STATE
        registration = current.registration(row.participant_id)
        if registration is None or row.participant_id is None:
            continue
        if registration.id in current.attendances:
            if before["attendance"]:
                restore_state(changed.attendances[registration.id], before["attendance"])
            else:
                attendances.append(registration.id)
        if before["registration"]:
            _restore_registration(db, changed.registrations[row.participant_id], row)
        else:
            registrations.append(registration.id)
        if before["person"]:
            _restore_person(changed.people[row.participant_id], row)
        if not before["person"] or row.participant_id in orphaned:
            people.append(row.participant_id)
    db.flush()
    _delete(db, Attendance, col(Attendance.registration_id), attendances)
    restore_attendances(db, attendance_import.removed)
    _delete(db, Registration, col(Registration.id), registrations)
    withdraw_proposals(db, attendance_import)
    unused = _list_unused_people(db, attendance_import, people)
    _delete(db, Participant, col(Participant.id), unused)
    forget_people(db, attendance_import, unused)
    return UndoneCounts(len(attendances), len(registrations), len(unused), len(people) - len(unused))


def _restore_registration(db: Db, registration: Registration, row: WrittenRow) -> None:
    """Restore the columns that this import changed. A seat that was assigned from the waiting list later is kept.

    Messages that wait to be sent with the former ticket are deleted.
    """
    before, left = ((state or {})["registration"] for state in (row.before, row.after))
    changed = {column: value for column, value in before.items() if value != left[column]}
    if "code" in changed:
        about_registration = col(Message.registration_id) == registration.id
        since = col(Message.created_at) >= registration.created_at
        db.execute(
            delete(Message).where(about_registration, since, col(Message.status) == MessageStatus.WAITING)
        )
    restore_state(registration, changed)
    if registration.status is RegistrationStatus.CANCELLED:
        registration.waiting_number = None


def _restore_person(person: Participant, row: WrittenRow) -> None:
    """Restore the columns that this import changed and that were not changed since."""
    before, left = ((state or {})["person"] for state in (row.before, row.after))
    restore_state(
        person, {column: before[column] for column in unchanged_columns(person_state(person), left)}
    )


def _list_unused_people(db: Db, attendance_import: AttendanceImport, people: Sequence[int]) -> list[int]:
    """Return the ids among `people`, created by the import, without registrations and group memberships."""
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
    """Delete the rows whose `key` is among `identities`; works for any number of them."""
    db.connection().execute(delete(model).where(in_values(db, key, identities)))
