"""The registrations that the coverage report counts, given its period and filters."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import BindParameter, ColumnElement, Select, Subquery, bindparam, case, func, select
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
from app.queries.coverage.filters import CoverageFilters
from app.queries.workshops.workshop_sessions import COUNTED_AS_REGISTERED
from app.reports.periods import Period


def period_parameters(period: Period) -> dict[str, datetime]:
    """Return the values of a statement's bind parameters for a period, as UTC instants.

    They are `period_start` (the first WITA day's midnight), `period_end` (the midnight after the last, not included)
    and `now`. With them a statement that was built for another period can be executed for this one.
    """
    return {
        "period_start": _midnight(period.from_),
        "period_end": _midnight(period.to + timedelta(days=1)),
        "now": now(),
    }


def session_conditions(period: Period, filters: CoverageFilters) -> list[ColumnElement[bool]]:
    """Return conditions on `WorkshopSession` for the sessions that start in the period and aren't cancelled.

    They include the filters by workshop, pillar and organization.
    """
    conditions = [
        col(WorkshopSession.starts_at) >= _parameter("period_start", period),
        col(WorkshopSession.starts_at) < _parameter("period_end", period),
        col(WorkshopSession.cancelled_at).is_(None),
    ]
    if workshops := _workshop_conditions(filters):
        conditions.append(col(WorkshopSession.workshop_id).in_(select(col(Workshop.id)).where(*workshops)))
    return conditions


def _workshop_conditions(filters: CoverageFilters) -> list[ColumnElement[bool]]:
    """Return conditions on `Workshop` for the filters by workshop, pillar and organization."""
    conditions: list[ColumnElement[bool]] = []
    if filters.workshop:
        conditions.append(col(Workshop.code) == filters.workshop)
    if filters.pillar:
        conditions.append(col(Workshop.pillar) == filters.pillar)
    if filters.organization is not None:
        conditions.append(col(Workshop.organization_id) == filters.organization)
    return conditions


def registration_conditions(filters: CoverageFilters) -> list[ColumnElement[bool]]:
    """Return conditions on `Registration` for registrations that aren't cancelled.

    They include the filters by target group, sex and kecamatan.
    """
    conditions = [col(Registration.status) != RegistrationStatus.CANCELLED]
    if filters.group:
        conditions.append(col(Registration.target_group_code) == filters.group)
    if filters.sex:
        conditions.append(col(Registration.sex) == Sex(filters.sex))
    if filters.kecamatan:
        kelurahan = select(col(Area.code)).where(col(Area.parent_code) == filters.kecamatan)
        conditions.append(col(Registration.kelurahan_code).in_(kelurahan))
    return conditions


def counted_registrations(period: Period, filters: CoverageFilters) -> Subquery:
    """Return a row per registration of a report: session, person, kelurahan, RT, target group, sex, status, outcome.

    Waiting people and people from outside the city (kelurahan NULL) are included. `present` is the person's id if they
    were present. `to_come` and `list_missing` are 1 for a registration without an outcome, whose session isn't over yet
    or is over. All three are NULL otherwise, so they can be counted by COUNT.
    """
    over = col(WorkshopSession.ends_at) <= _parameter("now", period)
    unrecorded = col(Attendance.registration_id).is_(None)
    present = col(Attendance.status) == AttendanceStatus.PRESENT
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
            case((present, col(Registration.participant_id))).label("present"),
            case((unrecorded & ~over, 1)).label("to_come"),
            case((unrecorded & over, 1)).label("list_missing"),
        )
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(*session_conditions(period, filters), *registration_conditions(filters))
        .subquery()
    )


def is_counted_in_rows(registrations: Subquery) -> ColumnElement[bool]:
    """Return the condition for rows of `counted_registrations` that the rows of a report count.

    These are confirmed people and walk-ins from the city.
    """
    return registrations.c.status.in_(COUNTED_AS_REGISTERED) & registrations.c.kelurahan.is_not(None)


def counts_by_session(registrations: Subquery) -> Select[tuple[int, int, int]]:
    """Return the statement for registered people and attendances of each session, of those in the report's rows."""
    return (
        select(
            registrations.c.workshop_session,
            func.count().label("registered"),
            func.count(registrations.c.present).label("attendances"),
        )
        .where(is_counted_in_rows(registrations))
        .group_by(registrations.c.workshop_session)
    )


def _parameter(name: str, period: Period) -> BindParameter[datetime]:
    """Return the bind parameter of this name, with its value for the period as default."""
    return bindparam(name, period_parameters(period)[name], type_=Instant)


def _midnight(day: date) -> datetime:
    """Return the first instant of a WITA day, in UTC."""
    return utc(datetime.combine(day, time.min))
