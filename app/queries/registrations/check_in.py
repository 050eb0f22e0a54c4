"""The check-in list of a session: the people registered, their attendance, and the marks made so far."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil

from sqlalchemy import case, func, select
from sqlmodel import col

from app.database import Db
from app.i18n import wita, wita_today
from app.models import (
    Area,
    Attendance,
    AttendanceMark,
    AttendanceStatus,
    Registration,
    User,
    WorkshopSession,
)
from app.permissions import Actor
from app.queries.registrations.registrations import (
    RegistrationFilters,
    RegistrationView,
    count_at_the_door,
    count_registrations,
    list_at_the_door,
    list_registrations,
    list_registrations_with_code,
)
from app.queries.workshops.workshop_sessions import COUNTED_AS_REGISTERED

# A longer list is shown in pages: it would take seconds, and megabytes of a phone's connection.
MAX_WHOLE = 1_500
PAGE_LENGTH = 200


@dataclass(frozen=True)
class PlaceCount:
    """The number of people from a kelurahan, or a place outside the city, who are registered and who are present."""

    place: str
    present: int
    registered: int


@dataclass(frozen=True)
class CheckInList:
    """A session's registrations that match a search, in the order of names, and the counts of the whole session.

    `listed` are confirmed or walk-ins, `others` are on the waiting list or cancelled; `others_count` is how many of
    these match. A long list is one of `pages`, and then only the first of the others are there.
    """

    listed: tuple[RegistrationView, ...]
    others: tuple[RegistrationView, ...]
    others_count: int
    places: tuple[PlaceCount, ...]
    page: int = 1
    pages: int = 1
    is_paged: bool = False

    @property
    def registered(self) -> int:
        """The number of confirmed people and walk-ins of the session."""
        return sum(place.registered for place in self.places)

    @property
    def present(self) -> int:
        """How many of the confirmed people and walk-ins are present."""
        return sum(place.present for place in self.places)


@dataclass(frozen=True)
class MarkView:
    """A mark and the name of the user who made it; `marked_at` is the device's time, `received_at` the server's."""

    status: AttendanceStatus | None
    marked_at: datetime
    received_at: datetime
    marked_by: str | None


def get_check_in_list(
    db: Db,
    actor: Actor,
    workshop_session: WorkshopSession,
    search: str = "",
    *,
    page: int = 1,
    marked: str = "",
) -> CheckInList:
    """Return the check-in list of a session, with its registrations whose name or place contains the text.

    A list of more than `MAX_WHOLE` registrations comes in pages, before which stands the registration with the code
    `marked`. It is empty if the session is out of the actor's scope for recording attendance.
    """
    if count_registrations(db, actor, workshop_session, RegistrationFilters()) > MAX_WHOLE:
        return _get_page(db, actor, workshop_session, search, page, marked)
    registrations = sorted(
        list_registrations(db, actor, workshop_session), key=lambda row: (row.name.casefold(), row.id)
    )
    text = search.strip().casefold()
    matching = [row for row in registrations if text in f"{row.name} {row.place}".casefold()]
    others = tuple(row for row in matching if row.status not in COUNTED_AS_REGISTERED)
    return CheckInList(
        listed=tuple(row for row in matching if row.status in COUNTED_AS_REGISTERED),
        others=others,
        others_count=len(others),
        places=_count_by_place(registrations),
    )


def _count_by_place(registrations: Sequence[RegistrationView]) -> tuple[PlaceCount, ...]:
    """Return the counts of every place, sorted by its name.

    Only people with a seat are counted: a place of which only others are from has zeros.
    """
    listed = [row for row in registrations if row.status in COUNTED_AS_REGISTERED]
    registered = Counter(row.place for row in listed)
    present = Counter(row.place for row in listed if row.attendance is AttendanceStatus.PRESENT)
    places = {row.place for row in registrations}
    return tuple(PlaceCount(place, present[place], registered[place]) for place in sorted(places))


def _get_page(
    db: Db, actor: Actor, workshop_session: WorkshopSession, search: str, page: int, marked: str
) -> CheckInList:
    listed_count, others_count = (
        count_at_the_door(db, actor, workshop_session, search, registered=registered)
        for registered in (True, False)
    )
    pages = max(1, ceil(listed_count / PAGE_LENGTH))
    page = min(page, pages)
    listed, others = (
        list_at_the_door(
            db, actor, workshop_session, search, registered=registered, page=number, size=PAGE_LENGTH
        )
        for registered, number in ((True, page), (False, 1))
    )
    if marked and marked not in {row.code for row in (*listed, *others)}:
        listed = [*list_registrations_with_code(db, actor, workshop_session, marked), *listed]
    return CheckInList(
        listed=tuple(listed),
        others=tuple(others),
        others_count=others_count,
        places=_load_places(db, workshop_session),
        page=page,
        pages=pages,
        is_paged=True,
    )


def _load_places(db: Db, workshop_session: WorkshopSession) -> tuple[PlaceCount, ...]:
    """Return the counts of every place of confirmed people and walk-ins, sorted by its name."""
    place = func.coalesce(col(Area.name), col(Registration.outside_place))
    statement = (
        select(place, func.count(case((col(Attendance.status) == AttendanceStatus.PRESENT, 1))), func.count())
        .select_from(Registration)
        .outerjoin(Area, col(Area.code) == col(Registration.kelurahan_code))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(
            col(Registration.workshop_session_id) == workshop_session.id,
            col(Registration.status).in_(COUNTED_AS_REGISTERED),
        )
        .group_by(place)
    )
    return tuple(sorted((PlaceCount(*line) for line in db.execute(statement)), key=lambda one: one.place))


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
