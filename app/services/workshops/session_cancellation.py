"""Cancelling a session: it won't be held, and those who registered are told why."""

from sqlmodel import col, select

from app.database import Db
from app.errors import Conflict, Invalid
from app.i18n import N_
from app.models import Attendance, MessageKind, Registration, WorkshopSession
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.workshops.workshop_sessions import workshop_session_by_code
from app.services.activities import log_activity, snapshot
from app.services.locks import lock_people_table, lock_row
from app.services.messages.notifications import tell_everyone

LONGEST_REASON = 500


def cancel_session(db: Db, actor: Actor, code: str, why: str) -> WorkshopSession:
    """Calls a session off for the reason `why`. Registrations stay as they are and count nowhere.

    Cancelled twice, it stays as it was. Raises `Conflict` where attendance is recorded: it was held.
    """
    actor.require(Permission.SESSION_WRITE)
    found = workshop_session_by_code(db, actor, code, Permission.SESSION_WRITE)
    why = _checked_reason(why)
    lock_people_table(db)
    workshop_session = lock_row(db, WorkshopSession, found.id)
    if workshop_session.cancelled_at is not None:
        return workshop_session
    if _has_attendance(db, workshop_session.id):
        raise Conflict(
            N_("Attendance is recorded for this session: it was held and can't be cancelled."), code="held"
        )
    before = snapshot(workshop_session)
    workshop_session.cancelled_at, workshop_session.cancelled_why = now(), why
    log_activity(db, actor, "cancel", "session", code, before=before, after=snapshot(workshop_session))
    tell_everyone(db, MessageKind.SESSION_CANCELLED, workshop_session)
    return workshop_session


def _checked_reason(why: str) -> str:
    why = " ".join(why.split())
    needed = N_("Say why, in at most 500 characters: those who registered read it.")
    if not why or len(why) > LONGEST_REASON:
        raise Invalid(needed, fields={"why": needed})
    return why


def _has_attendance(db: Db, workshop_session_id: int) -> bool:
    recorded = (
        select(Attendance.registration_id)
        .join(Registration, col(Registration.id) == col(Attendance.registration_id))
        .where(col(Registration.workshop_session_id) == workshop_session_id)
    )
    return db.exec(recorded).first() is not None
