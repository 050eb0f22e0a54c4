"""The waiting list: people for whom no seat is left wait, and move up when one becomes free."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from app.database import Db
from app.models import MessageKind, Registration, RegistrationStatus, WorkshopSession
from app.models.base import now
from app.permissions import Actor
from app.queries.registrations.seats import get_seats
from app.services.activities import log_activity
from app.services.messages.notifications import notify


def get_next_waiting_number(db: Db, workshop_session_id: int) -> int:
    """Return the number at the end of the session's queue: 1 if nobody waits.

    Lock the session's row first: the order of the locks is the order of the queue.
    """
    last = db.scalar(
        select(func.max(col(Registration.waiting_number))).where(
            col(Registration.workshop_session_id) == workshop_session_id,
            col(Registration.waiting_number).is_not(None),
        )
    )
    return (last or 0) + 1


def fill_free_seats(
    db: Db, actor: Actor, workshop_session: WorkshopSession, because: str, *, code: str | None = None
) -> list[Registration]:
    """Give free seats to people on the waiting list, each to the first who fits all caps; the others keep their number.

    Each of them is notified and logged. Returns the registrations that got a seat: none once the session has begun or
    is cancelled.

    The caller has locked the people table and the session's row, and required the permission for the change that freed
    the seats. `because` is the log's word for that change (see `queries.registrations.history`), and `code` that of the
    registration whose seat it was if the word does not tell it.
    """
    if workshop_session.cancelled_at is not None or workshop_session.starts_at <= now():
        return []
    db.flush()
    seats = get_seats(db, workshop_session)
    waiting = db.scalars(
        select(Registration)
        .where(
            col(Registration.workshop_session_id) == workshop_session.id,
            col(Registration.status) == RegistrationStatus.WAITLISTED,
        )
        .order_by(col(Registration.waiting_number), col(Registration.id))
    )
    why = {"because": because} | ({"registration": code} if code else {})
    moved_up = []
    for registration in waiting:
        kelurahan, group = registration.kelurahan_code, registration.target_group_code
        if not seats.full_caps(kelurahan, group):
            seats.take(kelurahan, group)
            confirm_waiting(db, actor, registration, "move-up", why)
            moved_up.append(registration)
    return moved_up


def confirm_waiting(
    db: Db, actor: Actor, registration: Registration, action: str, why: Mapping[str, str]
) -> None:
    """Give a seat to a person on the waiting list, log it, and notify them. The caps are not checked.

    `action` and `why` are for the activity log.
    """
    before = _state(registration)
    registration.status, registration.waiting_number = RegistrationStatus.CONFIRMED, None
    after = {**_state(registration), **why}
    log_activity(db, actor, action, "registration", registration.code, before=before, after=after)
    notify(db, MessageKind.MOVED_UP, registration)


def _state(registration: Registration) -> dict[str, Any]:
    """Return the registration's status and waiting number for the activity log."""
    return {"status": registration.status.value, "waiting_number": registration.waiting_number}
