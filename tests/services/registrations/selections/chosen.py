"""A session with people to choose from, and the actions for those chosen by their names."""

from collections.abc import Iterable

from sqlmodel import col, select

from app.database import Db, reading, writing
from app.models import AttendanceStatus, Participant, Registration, WorkshopSession
from app.services.registrations.selections.cancellations import CancellationResult, cancel_registrations
from app.services.registrations.selections.marks import (
    BulkResult,
    mark_registrations,
    mark_rest_absent,
    undo_marks,
)
from app.services.registrations.selections.moves import MovePlan, move_registrations, plan_moves
from tests.city import City

KEY = "a" * 32


class Chosen:
    """The session `code`, in which people are chosen by their names."""

    def __init__(self, city: City, code: str) -> None:
        self.city = city
        self.code = code

    def ids(self, *names: str) -> list[int]:
        """Return the ids of the registrations of these people, of everyone without names."""
        with reading(self.city.engine) as db:
            rows = db.execute(
                select(col(Registration.id), col(Participant.name))
                .join(Participant)
                .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
                .where(col(WorkshopSession.code) == self.code)
            ).all()
        return [id_ for id_, name in rows if not names or name in names]

    def mark(self, status: AttendanceStatus, *names: str, by: str = "sari", key: str = KEY) -> BulkResult:
        ids = self.ids(*names)
        with writing(self.city.engine) as db:
            return mark_registrations(db, self.city.actor(by), get_session(db, self.code), ids, status, key)

    def mark_rest(self, *, by: str = "sari", key: str = KEY) -> BulkResult:
        with writing(self.city.engine) as db:
            return mark_rest_absent(db, self.city.actor(by), get_session(db, self.code), key)

    def undo(self, *, by: str = "sari", key: str = KEY) -> BulkResult:
        with writing(self.city.engine) as db:
            return undo_marks(db, self.city.actor(by), get_session(db, self.code), key)

    def cancel(self, *names: str, why: str = "Sesi terlalu penuh", by: str = "sari") -> CancellationResult:
        ids = self.ids(*names)
        with writing(self.city.engine) as db:
            return cancel_registrations(db, self.city.actor(by), get_session(db, self.code), ids, why)

    def plan(self, target: str, *names: str, by: str = "sari") -> MovePlan:
        ids = self.ids(*names)
        with reading(self.city.engine) as db:
            source, other = get_session(db, self.code), get_session(db, target)
            return plan_moves(db, self.city.actor(by), source, ids)[other.id]

    def move(self, target: str, *names: str, by: str = "sari", expected_seats: int | None = None) -> MovePlan:
        """Move the people; the page before it has promised the seats that there are, or `expected_seats`."""
        ids = self.ids(*names)
        with writing(self.city.engine) as db:
            source, other = get_session(db, self.code), get_session(db, target)
            actor = self.city.actor(by)
            if expected_seats is None:
                plan = plan_moves(db, actor, source, ids).get(other.id)
                expected_seats = len(plan.confirmed) if plan else 0
            return move_registrations(db, actor, source, other, ids, expected_seats=expected_seats)

    def statuses(self) -> dict[str, str]:
        """Return the status of everyone in the session, with the waiting number of those who wait."""
        with reading(self.city.engine) as db:
            rows = db.execute(
                select(col(Participant.name), Registration)
                .join(Registration, col(Registration.participant_id) == col(Participant.id))
                .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
                .where(col(WorkshopSession.code) == self.code)
                .order_by(col(Registration.id))
            ).all()
        return {name: " ".join(_words(registration)) for name, registration in rows}


def get_session(db: Db, code: str) -> WorkshopSession:
    return db.scalars(select(WorkshopSession).where(col(WorkshopSession.code) == code)).one()


def _words(registration: Registration) -> Iterable[str]:
    yield registration.status.value
    if registration.waiting_number is not None:
        yield str(registration.waiting_number)
