"""Who is expected at a session and who has come, for those who take the attendance there."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.i18n import wita, wita_today
from app.models import (
    Attendance,
    AttendanceMark,
    AttendanceStatus,
    Registration,
    User,
    WorkshopSession,
)
from app.permissions import Actor
from app.queries.registrations.registrations import RegistrationView, registrations
from app.queries.workshops.workshop_sessions import COUNTED_AS_REGISTERED


@dataclass(frozen=True)
class PlaceCount:
    """How many of a kelurahan (or a place outside the city) are registered, and how many of them are present."""

    place: str
    present: int
    registered: int


@dataclass(frozen=True)
class CheckIn:
    """A session's people in name order: the `listed`, who have a place, and `others`, who wait or cancelled."""

    listed: tuple[RegistrationView, ...]
    others: tuple[RegistrationView, ...]

    @property
    def present(self) -> int:
        return sum(_is_present(one) for one in self.listed)

    def by_place(self) -> list[PlaceCount]:
        """Every place from which somebody is listed or would come, in the order of names."""
        registered = Counter(one.place for one in self.listed)
        present = Counter(one.place for one in self.listed if _is_present(one))
        places = {one.place for one in (*self.listed, *self.others)}
        return [PlaceCount(place, present[place], registered[place]) for place in sorted(places)]

    def matching(self, search: str) -> "CheckIn":
        """Those whose name or place holds the text."""
        text = search.strip().casefold()
        return CheckIn(
            tuple(one for one in self.listed if text in f"{one.name} {one.place}".casefold()),
            tuple(one for one in self.others if text in f"{one.name} {one.place}".casefold()),
        )


@dataclass(frozen=True)
class MarkView:
    """One mark with whose it is; `marked_at` is the time of the device, `received_at` ours."""

    status: AttendanceStatus | None
    marked_at: datetime
    received_at: datetime
    marked_by: str | None


def check_in(db: Db, actor: Actor, workshop_session: WorkshopSession) -> CheckIn:
    """Everyone who has to do with a session that the actor may check in."""
    everyone = sorted(
        registrations(db, actor, workshop_session), key=lambda one: (one.name.casefold(), one.id)
    )
    return CheckIn(
        listed=tuple(one for one in everyone if one.status in COUNTED_AS_REGISTERED),
        others=tuple(one for one in everyone if one.status not in COUNTED_AS_REGISTERED),
    )


def outcomes(db: Db, workshop_session: WorkshopSession) -> dict[str, AttendanceStatus | None]:
    """What is recorded of each registration of a session, by its code."""
    statement = (
        select(col(Registration.code), col(Attendance.status))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(col(Registration.workshop_session_id) == workshop_session.id)
    )
    return dict(iter(db.execute(statement)))


def marks_of(db: Db, registration: Registration) -> list[MarkView]:
    """All marks of a registration, the latest first: its first is the outcome unless a sheet said so later."""
    statement = (
        select(AttendanceMark, col(User.name))
        .outerjoin(User, col(User.id) == col(AttendanceMark.marked_by))
        .where(col(AttendanceMark.registration_id) == registration.id)
        .order_by(col(AttendanceMark.marked_at).desc(), col(AttendanceMark.id).desc())
    )
    return [
        MarkView(mark.status, mark.marked_at, mark.received_at, name) for mark, name in db.execute(statement)
    ]


def days_to_come(starts_at: datetime) -> int:
    """How many WITA days it is until a session's day; 0 on that day, negative afterwards."""
    return (wita(starts_at).date() - wita_today()).days


def kept_until(workshop_session: WorkshopSession) -> date | None:
    """The last WITA day on which a device may show the list without a connection; None where it keeps none.

    It is kept from the day before on, for there may be no signal at the venue.
    """
    last_day = wita(workshop_session.ends_at).date()
    is_near = days_to_come(workshop_session.starts_at) <= 1 and last_day >= wita_today()
    return last_day if is_near and workshop_session.cancelled_at is None else None


def _is_present(one: RegistrationView) -> bool:
    return one.attendance is AttendanceStatus.PRESENT
