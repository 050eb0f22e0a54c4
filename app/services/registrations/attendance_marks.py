"""Attendance marks made at the venue.

Every mark is kept. The latest, by the clock of the device that made it, is the person's attendance.
"""

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
from app.queries.registrations.check_in import count_days_until
from app.queries.registrations.registrations import get_registration
from app.queries.workshops.workshop_sessions import COUNTED_AS_REGISTERED
from app.services.activities import log_activity
from app.services.authorization import require_permission
from app.services.locks import lock_people_table, lock_row
from app.services.registrations.waiting_list import fill_free_seats

# Marks that are made earlier than that before the session must be confirmed.
MAX_DAYS_BEFORE = 1


@dataclass(frozen=True)
class MarkInput:
    """A mark to store; the status None takes the earlier marks back.

    `at` is when the mark was made on the device, for marks that are sent later; None is now. A `nonce` that was sent
    before changes nothing. `confirmed` allows a mark more than `MAX_DAYS_BEFORE` days before the session.
    """

    status: AttendanceStatus | None
    at: datetime | None = None
    nonce: str | None = None
    confirmed: bool = False


def get_registration_at_session(
    db: Db, actor: Actor, workshop_session: WorkshopSession, code: str
) -> Registration:
    """Return the registration of a ticket that is shown at a session. `code` is the ticket's.

    Raises `NotFound`, also if it is not within the actor's scope for `ATTENDANCE_WRITE`, and `Conflict` (code
    "other-session") for a ticket of another session.
    """
    registration = get_registration(db, actor, code, Permission.ATTENDANCE_WRITE)
    if registration.workshop_session_id != workshop_session.id:
        other_session = db.get_one(WorkshopSession, registration.workshop_session_id)
        text = N_("The ticket %(registration)s is for another session: %(other)s.")
        raise Conflict(text, code="other-session", registration=registration.code, other=other_session.code)
    return registration


def mark_attendance(db: Db, actor: Actor, registration: Registration, data: MarkInput) -> AttendanceMark:
    """Store and log a mark, make the latest mark the attendance, in whatever order marks arrive, and return the mark.

    A nonce that was stored before changes nothing, and its mark is returned. A time in the future counts as now. A
    person who waits or has cancelled becomes a walk-in if they are present; if that is taken back, they get their
    former status again, and free seats go to the waiting list.

    Raises `Forbidden` without `ATTENDANCE_WRITE`, and `Conflict` with the codes "session-not-started" (see
    `MarkInput.confirmed`), "session-cancelled" and "nonce-used".
    """
    require_permission(db, actor, Permission.ATTENDANCE_WRITE, registration)
    lock_people_table(db)
    if earlier_mark := _find_mark_by_nonce(db, registration, data.nonce):
        return earlier_mark
    workshop_session = lock_row(db, WorkshopSession, registration.workshop_session_id)
    _require_markable(workshop_session, data)
    registration = lock_row(db, Registration, registration.id)
    moment = now()
    mark = AttendanceMark(
        registration_id=registration.id,
        status=data.status,
        marked_at=min(data.at or moment, moment).astimezone(UTC),
        received_at=moment,
        marked_by=actor.user_id,
        nonce=data.nonce,
    )
    db.add(mark)
    db.flush()
    before = _state(db, registration)
    latest = _find_deciding_mark(db, registration)
    if latest:
        _apply_mark(db, registration, latest)
    after = _state(db, registration) | {"marked": mark.status, "marked_at": mark.marked_at.isoformat()}
    log_activity(db, actor, "mark", "registration", registration.code, before=before, after=after)
    if latest and latest.status is None:
        fill_free_seats(db, actor, workshop_session, because="mark")
    return mark


def _require_markable(workshop_session: WorkshopSession, data: MarkInput) -> None:
    """Raise `Conflict` if the session is cancelled, or more than a day ahead and the mark is not confirmed."""
    if workshop_session.cancelled_at is not None:
        raise Conflict(N_("This session is cancelled."), code="session-cancelled")
    if count_days_until(workshop_session.starts_at) > MAX_DAYS_BEFORE and not data.confirmed:
        text = N_("This session is still to come. Confirm that you want to record its attendance already.")
        raise Conflict(text, code="session-not-started")


def _find_mark_by_nonce(db: Db, registration: Registration, nonce: str | None) -> AttendanceMark | None:
    """Return the registration's mark with this nonce, None if there is none or the nonce is None.

    Raises `Conflict` if a mark of another registration has it.
    """
    if nonce is None:
        return None
    mark = db.scalars(select(AttendanceMark).where(col(AttendanceMark.nonce) == nonce)).first()
    if mark and mark.registration_id != registration.id:
        raise Conflict(N_("This nonce was sent with the mark of another registration."), code="nonce-used")
    return mark


def _find_deciding_mark(db: Db, registration: Registration) -> AttendanceMark | None:
    """Return the latest mark if it is the person's attendance, None if the attendance that is recorded already stays.

    Marks made before an attendance was recorded, such as that of a sheet, don't count against it, and later ones that
    all only take marks back don't take it back. All marks count against an "absent" that is recorded only because a
    sheet does not list the person.
    """
    marks = select(AttendanceMark).where(col(AttendanceMark.registration_id) == registration.id)
    attendance = db.get(Attendance, registration.id)
    if attendance and not _is_of_unlisted_person(db, attendance):
        marks = marks.where(col(AttendanceMark.marked_at) >= attendance.recorded_at)
    deciding = db.scalars(marks.order_by(col(AttendanceMark.marked_at), col(AttendanceMark.id))).all()
    return deciding[-1] if any(mark.status for mark in deciding) or not attendance else None


def _is_of_unlisted_person(db: Db, attendance: Attendance) -> bool:
    """Return whether a sheet recorded the attendance of a person whom it does not list."""
    import_id = attendance.attendance_import_id
    return (
        import_id is not None and attendance.registration_id in db.get_one(AttendanceImport, import_id).others
    )


def _apply_mark(db: Db, registration: Registration, mark: AttendanceMark) -> None:
    """Make a mark the person's attendance, or delete the attendance if its status is None.

    Sets the registration's status too (`_status_after_mark`), and flushes.
    """
    attendance = db.get(Attendance, registration.id)
    if mark.status is None:
        if attendance:
            db.delete(attendance)
    else:
        attendance = attendance or Attendance(registration_id=registration.id, status=mark.status)
        attendance.status, attendance.attendance_import_id = mark.status, None
        attendance.recorded_at, attendance.recorded_by = mark.marked_at, mark.marked_by
        db.add(attendance)
    registration.status = _status_after_mark(registration, mark)
    db.flush()


def _status_after_mark(registration: Registration, mark: AttendanceMark) -> RegistrationStatus:
    """Return the registration's status: a person who waits or has cancelled becomes a walk-in if they are present.

    A walk-in who is not present any more gets the former status: "waitlisted" if they still have a waiting number, else
    "cancelled". A walk-in that a sheet registered (without a channel) stays one.
    """
    if mark.status is AttendanceStatus.PRESENT:
        has_seat = registration.status in COUNTED_AS_REGISTERED
        return registration.status if has_seat else RegistrationStatus.WALK_IN
    if registration.status is not RegistrationStatus.WALK_IN or registration.channel is None:
        return registration.status
    if registration.waiting_number is not None:
        return RegistrationStatus.WAITLISTED
    return RegistrationStatus.CANCELLED


def _state(db: Db, registration: Registration) -> dict[str, Any]:
    """Return the registration's status and its attendance (None if none is recorded) for the activity log."""
    attendance = db.get(Attendance, registration.id)
    return {
        "status": registration.status.value,
        "attendance": attendance.status.value if attendance else None,
    }
