"""The waiting list: whoever finds no place waits, and moves up by itself when one becomes free."""

from sqlalchemy import func, select
from sqlmodel import col

from app.database import Db
from app.models import MessageKind, Registration, RegistrationStatus, WorkshopSession
from app.models.base import now
from app.permissions import Actor
from app.queries.places import Places, places_of
from app.services.activities import record
from app.services.messages import tell


def next_waiting_number(db: Db, workshop_session_id: int) -> int:
    """The end of the queue. Numbers are in the order in which the session's row was held."""
    last = db.scalar(
        select(func.max(col(Registration.waiting_number))).where(
            col(Registration.workshop_session_id) == workshop_session_id
        )
    )
    return (last or 0) + 1


def move_up(db: Db, actor: Actor, workshop_session: WorkshopSession, because: str) -> list[Registration]:
    """Gives free places to those who wait, each to the first who fits all caps; those passed over keep their number.

    The caller holds people and the session's row. `because` is the log's word for what made the places free.
    Nobody moves up once the session has begun or is cancelled: they couldn't come any more.
    """
    if workshop_session.cancelled_at is not None or workshop_session.starts_at <= now():
        return []
    db.flush()
    places = places_of(db, workshop_session)
    waiting = db.scalars(
        select(Registration)
        .where(
            col(Registration.workshop_session_id) == workshop_session.id,
            col(Registration.status) == RegistrationStatus.WAITLISTED,
        )
        .order_by(col(Registration.waiting_number), col(Registration.id))
    )
    return [one for one in waiting if _moved_up(db, actor, one, places, because)]


def _moved_up(db: Db, actor: Actor, waiting: Registration, places: Places, because: str) -> bool:
    if places.full(waiting.kelurahan_code, waiting.target_group_code):
        return False
    places.take(waiting.kelurahan_code, waiting.target_group_code)
    give_place(db, actor, waiting, "move-up", because)
    return True


def give_place(db: Db, actor: Actor, waiting: Registration, action: str, because: str) -> None:
    """Confirms somebody who waited, and tells them; the log says by whom and why."""
    before = {"status": waiting.status.value, "waiting_number": waiting.waiting_number}
    waiting.status, waiting.waiting_number = RegistrationStatus.CONFIRMED, None
    after = {"status": waiting.status.value, "waiting_number": None, "because": because}
    record(db, actor, action, "registration", waiting.code, before=before, after=after)
    tell(db, MessageKind.MOVED_UP, waiting)
