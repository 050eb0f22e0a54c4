"""The check-in list of a session: the people registered, their attendance, and the marks made so far."""

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
from app.queries.registrations.registrations import RegistrationView, list_registrations
from app.queries.workshops.workshop_sessions import COUNTED_AS_REGISTERED


@dataclass(frozen=True)
class PlaceCount:
    """The number of people from a kelurahan, or a place outside the city, who are registered and who are present."""

    place: str
    present: int
    registered: int


@dataclass(frozen=True)
class CheckInList:
    """A session's registrations in the order of names.

    `listed` are confirmed or walk-ins, `others` are on the waiting list or cancelled.
    """

    listed: tuple[RegistrationView, ...]
    others: tuple[RegistrationView, ...]

    @property
    def present(self) -> int:
        """The number of `listed` people whose attendance is "present"."""
        return sum(_is_present(row) for row in self.listed)

    def by_place(self) -> list[PlaceCount]:
        """Return the counts of every place in the two lists, sorted by its name.

        Only `listed` people are counted: a place of which only `others` are from has zeros.
        """
        registered = Counter(row.place for row in self.listed)
        present = Counter(row.place for row in self.listed if _is_present(row))
        places = {row.place for row in (*self.listed, *self.others)}
        return [PlaceCount(place, present[place], registered[place]) for place in sorted(places)]

    def search(self, search: str) -> "CheckInList":
        """Return a list of the registrations whose name or place contains the text, ignoring case.

        All registrations are returned for an empty text.
        """
        text = search.strip().casefold()
        return CheckInList(
            tuple(row for row in self.listed if text in f"{row.name} {row.place}".casefold()),
            tuple(row for row in self.others if text in f"{row.name} {row.place}".casefold()),
        )


@dataclass(frozen=True)
class MarkView:
    """A mark and the name of the user who made it; `marked_at` is the device's time, `received_at` the server's."""

    status: AttendanceStatus | None
    marked_at: datetime
    received_at: datetime
    marked_by: str | None


def get_check_in_list(db: Db, actor: Actor, workshop_session: WorkshopSession) -> CheckInList:
    """Return the check-in list of a session, with all its registrations, also cancelled ones.

    It is empty if the session is out of the actor's scope for recording attendance.
    """
    registrations = sorted(
        list_registrations(db, actor, workshop_session), key=lambda row: (row.name.casefold(), row.id)
    )
    return CheckInList(
        listed=tuple(row for row in registrations if row.status in COUNTED_AS_REGISTERED),
        others=tuple(row for row in registrations if row.status not in COUNTED_AS_REGISTERED),
    )


def get_attendance_by_code(db: Db, workshop_session: WorkshopSession) -> dict[str, AttendanceStatus | None]:
    """Return the attendance of each registration of a session, also of cancelled ones, by the registration's code.

    The value is None if none is recorded. The caller checks whether the actor may see it.
    """
    statement = (
        select(col(Registration.code), col(Attendance.status))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(col(Registration.workshop_session_id) == workshop_session.id)
    )
    return dict(iter(db.execute(statement)))


def list_marks(db: Db, registration: Registration) -> list[MarkView]:
    """Return all marks of a registration, the latest by the device's time (`marked_at`) first."""
    statement = (
        select(AttendanceMark, col(User.name))
        .outerjoin(User, col(User.id) == col(AttendanceMark.marked_by))
        .where(col(AttendanceMark.registration_id) == registration.id)
        .order_by(col(AttendanceMark.marked_at).desc(), col(AttendanceMark.id).desc())
    )
    return [
        MarkView(mark.status, mark.marked_at, mark.received_at, name) for mark, name in db.execute(statement)
    ]


def count_days_until(starts_at: datetime) -> int:
    """Return the number of WITA days until a session's day: 0 on that day, negative afterwards."""
    return (wita(starts_at).date() - wita_today()).days


def get_last_offline_day(workshop_session: WorkshopSession) -> date | None:
    """Return the last WITA day on which a device may show the list without a connection: that of the session's end.

    Devices store the list from the day before the session, because the venue may have no signal. None before that day,
    after the last day, and for a cancelled session: devices must not store the list then.
    """
    last_day = wita(workshop_session.ends_at).date()
    is_near = count_days_until(workshop_session.starts_at) <= 1 and last_day >= wita_today()
    return last_day if is_near and workshop_session.cancelled_at is None else None


def _is_present(registration: RegistrationView) -> bool:
    return registration.attendance is AttendanceStatus.PRESENT
