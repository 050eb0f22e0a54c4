"""Marks made at the venue. Each is kept; the latest, by the clock of the device that made it, is the outcome."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import col, select

from app.database import Db
from app.errors import Conflict
from app.i18n import N_
from app.models import (
    Attendance,
    AttendanceImport,
    AttendanceMark,
    AttendanceStatus,
    Registration,
    RegistrationStatus,
    WorkshopSession,
)
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.registrations.check_in import days_to_come
from app.queries.registrations.registrations import registration_by_code
from app.queries.workshops.workshop_sessions import COUNTED_AS_REGISTERED
from app.services.activities import log_activity
from app.services.locks import lock_people_table, lock_row
from app.services.registrations.waiting_list import move_up

# From so many days before the session's on, nobody is asked whether they mean it.
DAYS_BEFORE = 1


@dataclass(frozen=True)
class Marking:
    """What is said of somebody's attendance; None takes back what was marked before.

    `at` is when the device was tapped, for marks that are sent later. `confirmed` marks long before the session.
    """

    status: AttendanceStatus | None
    at: datetime | None = None
    nonce: str | None = None
    confirmed: bool = False


def registration_at(db: Db, actor: Actor, workshop_session: WorkshopSession, code: str) -> Registration:
    """The registration of a ticket shown at a session. Raises `Conflict` where it is for another one."""
    registration = registration_by_code(db, actor, code, Permission.ATTENDANCE_WRITE)
    if registration.workshop_session_id != workshop_session.id:
        other = db.get_one(WorkshopSession, registration.workshop_session_id)
        text = N_("The ticket %(registration)s is for another session: %(other)s.")
        raise Conflict(text, code="other-session", registration=registration.code, other=other.code)
    return registration


def mark(db: Db, actor: Actor, registration: Registration, marking: Marking) -> AttendanceMark:
    """Keeps one mark and lets the latest one count, whatever the order in which marks arrive.

    A nonce that was had before changes nothing. A clock that is ahead counts as ours. Whoever waits again because
    they were marked by mistake gets a place that has become free meanwhile.

    Raises `Conflict` with the codes `session-not-started`, `session-cancelled` and `nonce-used`.
    """
    lock_people_table(db)
    if sent := _sent_before(db, registration, marking):
        return sent
    workshop_session = lock_row(db, WorkshopSession, registration.workshop_session_id)
    _require_markable(workshop_session, marking)
    registration = lock_row(db, Registration, registration.id)
    moment = now()
    made = AttendanceMark(
        registration_id=registration.id,
        status=marking.status,
        marked_at=min(marking.at or moment, moment).astimezone(UTC),
        received_at=moment,
        marked_by=actor.user_id,
        nonce=marking.nonce,
    )
    db.add(made)
    db.flush()
    before = _state(db, registration)
    latest = _latest(db, registration)
    if latest:
        _let_count(db, registration, latest)
    after = _state(db, registration) | {"marked": made.status, "marked_at": made.marked_at.isoformat()}
    log_activity(db, actor, "mark", "registration", registration.code, before=before, after=after)
    if latest and latest.status is None:
        move_up(db, actor, workshop_session, because="mark")
    return made


def _require_markable(workshop_session: WorkshopSession, marking: Marking) -> None:
    """Raises `Conflict` where the session is cancelled, or further ahead than a day and nobody confirmed it."""
    if workshop_session.cancelled_at is not None:
        raise Conflict(N_("This session is cancelled."), code="session-cancelled")
    if days_to_come(workshop_session.starts_at) > DAYS_BEFORE and not marking.confirmed:
        text = N_("This session is still to come. Confirm that you want to record its attendance already.")
        raise Conflict(text, code="session-not-started")


def _sent_before(db: Db, registration: Registration, marking: Marking) -> AttendanceMark | None:
    if marking.nonce is None:
        return None
    sent = db.scalars(select(AttendanceMark).where(col(AttendanceMark.nonce) == marking.nonce)).first()
    if sent and sent.registration_id != registration.id:
        raise Conflict(N_("This nonce was sent with the mark of another registration."), code="nonce-used")
    return sent


def _latest(db: Db, registration: Registration) -> AttendanceMark | None:
    """The mark that is the outcome; None where something later stands, such as what a sheet said.

    Marks that only take back don't reach behind it: what a sheet said, no mark can take back. Of whom a sheet says
    nothing, they are absent only as long as nobody marked them.
    """
    marks = select(AttendanceMark).where(col(AttendanceMark.registration_id) == registration.id)
    attendance = db.get(Attendance, registration.id)
    if attendance and not _was_unlisted(db, attendance):
        marks = marks.where(col(AttendanceMark.marked_at) >= attendance.recorded_at)
    counting = db.scalars(marks.order_by(col(AttendanceMark.marked_at), col(AttendanceMark.id))).all()
    return counting[-1] if any(one.status for one in counting) or not attendance else None


def _was_unlisted(db: Db, attendance: Attendance) -> bool:
    """Whether the outcome is that of people whom a sheet doesn't list."""
    said_by = attendance.attendance_import_id
    return said_by is not None and attendance.registration_id in db.get_one(AttendanceImport, said_by).others


def _let_count(db: Db, registration: Registration, latest: AttendanceMark) -> None:
    attendance = db.get(Attendance, registration.id)
    if latest.status is None:
        if attendance:
            db.delete(attendance)
    else:
        attendance = attendance or Attendance(registration_id=registration.id, status=latest.status)
        attendance.status, attendance.attendance_import_id = latest.status, None
        attendance.recorded_at, attendance.recorded_by = latest.marked_at, latest.marked_by
        db.add(attendance)
    registration.status = _status(registration, came=latest.status is AttendanceStatus.PRESENT)
    db.flush()


def _status(registration: Registration, *, came: bool) -> RegistrationStatus:
    """Who waits or cancelled and comes is a walk-in, and what they were before where that is taken back.

    Whoever waited kept their number, and of those a sheet made walk-ins nothing is known; the others had cancelled,
    or were registered at the door and didn't come after all.
    """
    if came:
        counted = registration.status in COUNTED_AS_REGISTERED
        return registration.status if counted else RegistrationStatus.WALK_IN
    if registration.status is not RegistrationStatus.WALK_IN or registration.channel is None:
        return registration.status
    if registration.waiting_number is not None:
        return RegistrationStatus.WAITLISTED
    return RegistrationStatus.CANCELLED


def _state(db: Db, registration: Registration) -> dict[str, Any]:
    attendance = db.get(Attendance, registration.id)
    return {
        "status": registration.status.value,
        "attendance": attendance.status.value if attendance else None,
    }
