"""Conditions for the sessions and registrations that the coverage report counts, given its period and filters."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, select
from sqlmodel import col

from app.i18n import utc
from app.models import Area, Registration, RegistrationStatus, Sex, Workshop, WorkshopSession
from app.queries.coverage.filters import CoverageFilters
from app.reports.periods import Period


def session_conditions(period: Period, filters: CoverageFilters) -> list[ColumnElement[bool]]:
    """Return conditions on `WorkshopSession` for the sessions that start in the period and aren't cancelled.

    They include the filters by workshop, pillar and organization.
    """
    conditions = [
        col(WorkshopSession.starts_at) >= _midnight(period.from_),
        col(WorkshopSession.starts_at) < _midnight(period.to + timedelta(days=1)),
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


def _midnight(day: date) -> datetime:
    """Return the first instant of a WITA day, in UTC."""
    return utc(datetime.combine(day, time.min))
