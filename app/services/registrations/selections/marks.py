"""Mark the attendance of several people of a session at once, and undo it.

The marks of one action share a key: a form that is sent twice marks once, and the key finds the marks to undo.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from sqlalchemy import Select, select
from sqlmodel import col

from app.database import Db
from app.errors import Conflict
from app.i18n import N_, WITA, wita
from app.models import (
    Attendance,
    AttendanceMark,
    AttendanceStatus,
    Registration,
    RegistrationStatus,
    WorkshopSession,
)
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.in_values import in_values
from app.queries.registrations.history import list_outcomes_before
from app.queries.workshops.workshop_sessions import COUNTED_AS_REGISTERED
from app.services.authorization import require_permission
from app.services.locks import lock_people_table, lock_row
from app.services.registrations.attendance_marks import MarkInput, mark_attendance


class MarkObstacle(StrEnum):
    """Why a chosen person is not marked: they have this outcome already, or no seat."""

    SAME = "same"
    NO_SEAT = "no-seat"


@dataclass(frozen=True)
class BulkResult:
    """How many people were changed, and how many of the chosen were left out."""

    changed: int
    left_out: int


def find_mark_obstacle(
    status: RegistrationStatus, attendance: AttendanceStatus | None, new: AttendanceStatus
) -> MarkObstacle | None:
    """Return why a person with this registration and attendance is not marked as `new`, None if they are.

    People without a seat can only be marked present: they came nevertheless, and become walk-ins.
    """
    if status not in COUNTED_AS_REGISTERED and new is not AttendanceStatus.PRESENT:
        return MarkObstacle.NO_SEAT
    return MarkObstacle.SAME if attendance is new else None


def mark_registrations(
    db: Db,
    actor: Actor,
    workshop_session: WorkshopSession,
    registration_ids: Collection[int],
    status: AttendanceStatus,
    key: str,
) -> BulkResult:
    """Mark the chosen people of a session, one by one as `mark_attendance` does, and return how many were marked.

    Ids of other sessions and people with a `MarkObstacle` are left out. It is allowed long before the session, too: the
    page has asked for that.

    Raises `Forbidden` without `ATTENDANCE_WRITE`, and `Conflict` (code "session-cancelled").
    """
    require_permission(db, actor, Permission.ATTENDANCE_WRITE, workshop_session)
    _lock(db, workshop_session)
    chosen = _list_with_attendance(db, workshop_session, registration_ids)
    marked_before = _list_marks_of_action(db, workshop_session, key)
    marked = 0
    for registration, attendance in chosen:
        is_sent_again = registration.id in marked_before
        if not is_sent_again and find_mark_obstacle(registration.status, attendance, status):
            continue
        mark = MarkInput(status, nonce=_nonce(key, registration), confirmed=True)
        mark_attendance(db, actor, registration, mark)
        marked += 1
    return BulkResult(marked, len(registration_ids) - marked)


def mark_rest_absent(db: Db, actor: Actor, workshop_session: WorkshopSession, key: str) -> BulkResult:
    """Mark everyone absent who has a seat and no attendance yet, and return how many that were.

    The marks count as made at the beginning of the session's day: a mark made at the door that day without a connection
    is later than they are, and stays the person's attendance whenever it arrives.

    Raises `Forbidden` without `ATTENDANCE_WRITE`, and `Conflict` before the session has begun ("session-not-started")
    and for a cancelled one ("session-cancelled").
    """
    require_permission(db, actor, Permission.ATTENDANCE_WRITE, workshop_session)
    workshop_session = _lock(db, workshop_session)
    if workshop_session.starts_at > now():
        raise Conflict(
            N_("The session has not begun: nobody is absent from it yet."), code="session-not-started"
        )
    marked = len(_list_marks_of_action(db, workshop_session, key))
    day = datetime.combine(wita(workshop_session.starts_at).date(), time(), WITA)
    for registration in db.scalars(_select_unrecorded(workshop_session)).all():
        latest = _find_latest_mark(db, registration)
        at = max(day, latest.marked_at) if latest else day
        mark_attendance(
            db, actor, registration, MarkInput(AttendanceStatus.ABSENT, at, _nonce(key, registration))
        )
        marked += 1
    return BulkResult(marked, 0)


def undo_marks(db: Db, actor: Actor, workshop_session: WorkshopSession, key: str) -> BulkResult:
    """Give everyone whom the action with this key marked the outcome back that they had before it.

    People who were marked again since are left out, as are those whose data was erased. Raises `Forbidden` without
    `ATTENDANCE_WRITE`, and `Conflict` (code "session-cancelled").
    """
    require_permission(db, actor, Permission.ATTENDANCE_WRITE, workshop_session)
    _lock(db, workshop_session)
    marks = _list_marks_of_action(db, workshop_session, key)
    before = list_outcomes_before(db, marks.values())
    undone = 0
    for registration_id, mark in marks.items():
        registration = db.get_one(Registration, registration_id)
        latest = _find_latest_mark(db, registration)
        if mark.id not in before or latest is None or latest.id != mark.id:
            continue
        # At the time of the mark that it undoes: what happened at the door later stays later.
        nonce = f"{_nonce(key, registration)}-undo"
        mark_attendance(db, actor, registration, MarkInput(before[mark.id], mark.marked_at, nonce, True))
        undone += 1
    return BulkResult(undone, len(marks) - undone)


def _lock(db: Db, workshop_session: WorkshopSession) -> WorkshopSession:
    """Lock what `mark_attendance` locks for each person, and return the session's row as it is now."""
    lock_people_table(db)
    return lock_row(db, WorkshopSession, workshop_session.id)


def _nonce(key: str, registration: Registration) -> str:
    return f"{key}-{registration.id}"


def _list_with_attendance(
    db: Db, workshop_session: WorkshopSession, registration_ids: Collection[int]
) -> Iterable[tuple[Registration, AttendanceStatus | None]]:
    """Return the chosen registrations of the session with their attendance, None if none is recorded, by id."""
    statement = (
        select(Registration, col(Attendance.status))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(
            col(Registration.workshop_session_id) == workshop_session.id,
            in_values(db, col(Registration.id), registration_ids),
        )
        .order_by(col(Registration.id))
        .execution_options(populate_existing=True)
    )
    return [(registration, attendance) for registration, attendance in db.execute(statement)]


def _select_unrecorded(workshop_session: WorkshopSession) -> Select[Registration]:
    """Return the statement of the registrations with a seat and without an attendance, by id."""
    return (
        select(Registration)
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(
            col(Registration.workshop_session_id) == workshop_session.id,
            col(Registration.status).in_(COUNTED_AS_REGISTERED),
            col(Attendance.registration_id).is_(None),
        )
        .order_by(col(Registration.id))
    )


def _list_marks_of_action(db: Db, workshop_session: WorkshopSession, key: str) -> dict[int, AttendanceMark]:
    """Return the marks of the action with this key by registration id, without those that undid it."""
    statement = (
        select(AttendanceMark)
        .join(Registration, col(Registration.id) == col(AttendanceMark.registration_id))
        .where(
            col(Registration.workshop_session_id) == workshop_session.id,
            col(AttendanceMark.nonce).startswith(f"{key}-", autoescape=True),
        )
    )
    return {
        mark.registration_id: mark
        for mark in db.scalars(statement)
        if mark.nonce == f"{key}-{mark.registration_id}"
    }


def _find_latest_mark(db: Db, registration: Registration) -> AttendanceMark | None:
    """Return the registration's latest mark by the clocks of the devices, None without one."""
    return db.scalars(
        select(AttendanceMark)
        .where(col(AttendanceMark.registration_id) == registration.id)
        .order_by(col(AttendanceMark.marked_at).desc(), col(AttendanceMark.id).desc())
        .limit(1)
    ).first()
