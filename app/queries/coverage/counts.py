"""What the coverage report is counted from: the registrations that its period and filters mean."""

from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Literal

from sqlalchemy import BindParameter, ColumnElement, Subquery, bindparam, case, select
from sqlmodel import col

from app.i18n import utc
from app.models import (
    Area,
    Attendance,
    AttendanceStatus,
    Registration,
    RegistrationStatus,
    Sex,
    Workshop,
    WorkshopSession,
)
from app.models.base import Instant, now
from app.queries.workshops.workshop_sessions import COUNTED_AS_REGISTERED
from app.reports.coverage.parts import Pillar
from app.reports.periods import Period


@dataclass(frozen=True)
class CoverageFilters:
    """What to narrow the report to. Without a period it is the latest WITA year in which a session started."""

    from_: date | None = None
    to: date | None = None
    workshop: str | None = None
    group: str | None = None
    sex: Literal["L", "P"] | None = None
    kecamatan: str | None = None
    pillar: Pillar | None = None
    organization: int | None = None


@dataclass(frozen=True)
class Bounds:
    """Sessions count that start from `first` on and before `end`; `now` it is known whether they are over."""

    first: datetime | BindParameter[datetime]
    end: datetime | BindParameter[datetime]
    now: datetime | BindParameter[datetime]

    @classmethod
    def of(cls, period: Period) -> "Bounds":
        return cls(_midnight(period.from_), _midnight(period.to + timedelta(days=1)), now())


TO_BE_GIVEN = Bounds(*(bindparam(field.name, type_=Instant) for field in fields(Bounds)))
"""For a statement that is kept: its bounds are given to it whenever it is asked, by these names."""


def sessions_held(period: Period, filters: CoverageFilters) -> list[ColumnElement[bool]]:
    """Which sessions are meant, for statements that hold `WorkshopSession`; one that was cancelled was not held."""
    return _sessions_within(Bounds.of(period), filters)


def _sessions_within(bounds: Bounds, filters: CoverageFilters) -> list[ColumnElement[bool]]:
    conditions = [
        col(WorkshopSession.starts_at) >= bounds.first,
        col(WorkshopSession.starts_at) < bounds.end,
        col(WorkshopSession.cancelled_at).is_(None),
    ]
    if workshops := _workshops_meant(filters):
        conditions.append(col(WorkshopSession.workshop_id).in_(select(col(Workshop.id)).where(*workshops)))
    return conditions


def _workshops_meant(filters: CoverageFilters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.workshop:
        conditions.append(col(Workshop.code) == filters.workshop)
    if filters.pillar:
        conditions.append(col(Workshop.pillar) == filters.pillar)
    if filters.organization is not None:
        conditions.append(col(Workshop.organization_id) == filters.organization)
    return conditions


def registrations_meant(filters: CoverageFilters) -> list[ColumnElement[bool]]:
    """Whose registrations are meant, for statements that hold `Registration`."""
    conditions = [col(Registration.status) != RegistrationStatus.CANCELLED]
    if filters.group:
        conditions.append(col(Registration.target_group_code) == filters.group)
    if filters.sex:
        conditions.append(col(Registration.sex) == Sex(filters.sex))
    if filters.kecamatan:
        inside = select(col(Area.code)).where(col(Area.parent_code) == filters.kecamatan)
        conditions.append(col(Registration.kelurahan_code).in_(inside))
    return conditions


def registrations_that_count(period: Period, filters: CoverageFilters) -> Subquery:
    """One line per registration that counts: who, from where, in which group, and with what outcome."""
    return registrations_within(Bounds.of(period), filters)


def registrations_within(bounds: Bounds, filters: CoverageFilters) -> Subquery:
    """As `registrations_that_count`."""
    ended = col(WorkshopSession.ends_at) <= bounds.now
    unrecorded = col(Attendance.registration_id).is_(None)
    return (
        select(
            col(Registration.participant_id).label("person"),
            col(Registration.workshop_session_id).label("workshop_session"),
            col(Registration.kelurahan_code).label("kelurahan"),
            col(Registration.rt).label("rt"),
            col(Registration.target_group_code).label("target_group"),
            col(Registration.sex).label("sex"),
            col(Registration.status).label("status"),
            col(Attendance.status).label("outcome"),
            case(
                (col(Attendance.status) == AttendanceStatus.PRESENT, col(Registration.participant_id))
            ).label("present"),
            case((unrecorded & ~ended, 1)).label("to_come"),
            case((unrecorded & ended, 1)).label("list_missing"),
        )
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(*_sessions_within(bounds, filters), *registrations_meant(filters))
        .subquery()
    )


def registered(facts: Subquery) -> ColumnElement[bool]:
    """Not those who wait."""
    return facts.c.status.in_(COUNTED_AS_REGISTERED)


def within_the_city(facts: Subquery) -> ColumnElement[bool]:
    """The registrations that the rows of the report are counted from."""
    return registered(facts) & facts.c.kelurahan.is_not(None)


def _midnight(day: date) -> datetime:
    return utc(datetime.combine(day, time.min))
