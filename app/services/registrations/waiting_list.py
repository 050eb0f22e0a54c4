"""The waiting list: whoever finds no place waits, and moves up by itself when one becomes free."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from app.database import Db, lines
from app.models import MessageKind, Registration, RegistrationStatus, WorkshopSession
from app.models.base import now
from app.permissions import Actor
from app.queries.registrations.seats import Seats, seats_of
from app.services.activities import log_activity
from app.services.messages.notifications import tell

# Put together once: whoever registers asks it while others wait.
_LAST_NUMBER = select(func.max(col(Registration.waiting_number))).where(
    col(Registration.workshop_session_id) == bindparam("session"),
    col(Registration.waiting_number).is_not(None),
)


def next_waiting_number(db: Db, workshop_session_id: int) -> int:
    """The end of the queue. Numbers are in the order in which the session's row was held."""
    last = lines(db, _LAST_NUMBER, {"session": workshop_session_id}).scalar_one()
    return (last or 0) + 1


def move_up(
    db: Db, actor: Actor, workshop_session: WorkshopSession, because: str, *, code: str | None = None
) -> list[Registration]:
    """Gives free places to those who wait, each to the first who fits all caps; those passed over keep their number.

    The caller holds people and the session's row. `because` is the log's word for what made the places free (see
    `queries.registrations.history`), and `code` that of the registration whose place it was where the word tells none.
    Nobody moves up once the session has begun or is cancelled: they couldn't come any more.
    """
    if workshop_session.cancelled_at is not None or workshop_session.starts_at <= now():
        return []
    db.flush()
    places = seats_of(db, workshop_session)
    waiting = db.scalars(
        select(Registration)
        .where(
            col(Registration.workshop_session_id) == workshop_session.id,
            col(Registration.status) == RegistrationStatus.WAITLISTED,
        )
        .order_by(col(Registration.waiting_number), col(Registration.id))
    )
    why = {"because": because} | ({"registration": code} if code else {})
    return [one for one in waiting if _moved_up(db, actor, one, places, why)]


def _moved_up(db: Db, actor: Actor, waiting: Registration, places: Seats, why: Mapping[str, str]) -> bool:
    if places.full(waiting.kelurahan_code, waiting.target_group_code):
        return False
    places.take(waiting.kelurahan_code, waiting.target_group_code)
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
    tell(db, MessageKind.MOVED_UP, waiting)


def _state(registration: Registration) -> dict[str, Any]:
    return {"status": registration.status.value, "waiting_number": registration.waiting_number}
