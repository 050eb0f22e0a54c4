"""The waiting list: people who find no seat wait, and move up by themselves when one becomes free."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from app.database import Db
from app.models import MessageKind, Registration, RegistrationStatus, WorkshopSession
from app.models.base import now
from app.permissions import Actor
from app.queries.registrations.seats import Seats, seats_of
from app.services.activities import log_activity
from app.services.messages.notifications import notify


def next_waiting_number(db: Db, workshop_session_id: int) -> int:
    """Return the number at the end of the queue. Lock the session's row first: its order is the order of the queue."""
    last = db.scalar(
        select(func.max(col(Registration.waiting_number))).where(
            col(Registration.workshop_session_id) == workshop_session_id,
            col(Registration.waiting_number).is_not(None),
        )
    )
    return (last or 0) + 1


def move_up(
    db: Db, actor: Actor, workshop_session: WorkshopSession, because: str, *, code: str | None = None
) -> list[Registration]:
    """Give free seats to people on the waiting list, each to the first who fits all caps; the others keep their number.

    The caller has locked the people table and the session's row. `because` is the log's word for what freed the seats
    (see `queries.registrations.history`), and `code` that of the registration whose seat it was if the word tells none.
    Nobody moves up once the session has begun or is cancelled.
    """
    if workshop_session.cancelled_at is not None or workshop_session.starts_at <= now():
        return []
    db.flush()
    seats = seats_of(db, workshop_session)
    waiting = db.scalars(
        select(Registration)
        .where(
            col(Registration.workshop_session_id) == workshop_session.id,
            col(Registration.status) == RegistrationStatus.WAITLISTED,
        )
        .order_by(col(Registration.waiting_number), col(Registration.id))
    )
    why = {"because": because} | ({"registration": code} if code else {})
    return [one for one in waiting if _moved_up(db, actor, one, seats, why)]


def is_to_come(workshop_session: WorkshopSession) -> bool:
    """Whether its places still matter: it is neither cancelled nor has it begun."""
    return workshop_session.cancelled_at is None and workshop_session.starts_at > now()


def _moved_up(db: Db, actor: Actor, waiting: Registration, seats: Seats, why: Mapping[str, str]) -> bool:
    if seats.full(waiting.kelurahan_code, waiting.target_group_code):
        return False
    seats.take(waiting.kelurahan_code, waiting.target_group_code)
    _confirm(db, actor, waiting, "move-up", why)
    return True


def give_place(db: Db, actor: Actor, waiting: Registration, action: str, because: str) -> None:
    """Confirms somebody who waited, and tells them; the log says by whom and why."""
    _confirm(db, actor, waiting, action, {"because": because})


def _confirm(db: Db, actor: Actor, waiting: Registration, action: str, why: Mapping[str, str]) -> None:
    before = _state(waiting)
    waiting.status, waiting.waiting_number = RegistrationStatus.CONFIRMED, None
    log_activity(
        db, actor, action, "registration", waiting.code, before=before, after={**_state(waiting), **why}
    )
    notify(db, MessageKind.MOVED_UP, waiting)


def _state(registration: Registration) -> dict[str, Any]:
    return {"status": registration.status.value, "waiting_number": registration.waiting_number}
