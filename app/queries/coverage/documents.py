"""What documents print besides the figures of a coverage report: sessions held, sessions to come, and gaps."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from app.database import Db
from app.i18n import wita
from app.models import Area, Organization, SessionMode, Venue, Workshop, WorkshopSession
from app.models.base import YEARS
from app.queries.coverage.counting import counts_by_session
from app.queries.coverage.facts import load_facts
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.gaps import load_gaps
from app.queries.coverage.registrations import session_conditions
from app.queries.in_values import in_values
from app.reports.coverage.report import CoverageReport
from app.reports.official import HeldSession, PlannedSession
from app.reports.periods import Period

MAX_PLANNED = 50


def add_document_parts(db: Db, report: CoverageReport, filters: CoverageFilters) -> CoverageReport:
    """Return a copy of the report with its sessions, the sessions to come, and its gaps.

    `filters` are those of the report. It takes the sessions of all organizations, as the figures do.
    """
    return replace(
        report,
        sessions=_held_sessions(db, report, filters),
        planned=_planned_sessions(db, report, filters),
        gaps=load_gaps(db, report, filters),
    )


def _held_sessions(db: Db, report: CoverageReport, filters: CoverageFilters) -> tuple[HeldSession, ...]:
    """Return the sessions of the period that had begun when the report was made, the earliest first.

    With a filter by target group, sex or kecamatan, only those in which such people are registered.
    """
    counts = counts_by_session(load_facts(db, report.period, filters))
    conditions = [
        *session_conditions(report.period, filters),
        col(WorkshopSession.starts_at) <= report.generated_at,
    ]
    if filters.group or filters.sex or filters.kecamatan:
        conditions.append(in_values(db, col(WorkshopSession.id), counts))
    statement = (
        select(
            col(WorkshopSession.id),
            col(WorkshopSession.code),
            col(Workshop.code),
            col(Workshop.title),
            col(Organization.name),
            col(WorkshopSession.starts_at),
            col(WorkshopSession.ends_at),
            func.coalesce(col(Venue.name), ""),
            col(WorkshopSession.mode) == SessionMode.DARING,
        )
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .join(Organization, col(Organization.id) == col(Workshop.organization_id))
        .outerjoin(Venue, col(Venue.id) == col(WorkshopSession.venue_id))
        .where(*conditions)
        .order_by(col(WorkshopSession.starts_at), col(WorkshopSession.id))
    )
    names = (
        "code",
        "workshop",
        "title",
        "organization",
        "starts_at",
        "ends_at",
        "venue",
        "is_online",
    )
    sessions = []
    for session_id, *values in db.execute(statement):
        registered, attendances = counts.get(session_id, (0, 0))
        named = dict(zip(names, values, strict=True))
        sessions.append(HeldSession(**named, registered=registered, attendances=attendances))
    return tuple(sessions)


def _planned_sessions(db: Db, report: CoverageReport, filters: CoverageFilters) -> tuple[PlannedSession, ...]:
    """Return the first `MAX_PLANNED` sessions that begin after the report was made and after the period's beginning.

    They are those of the workshops that the filters select. `kelurahan` is that of the venue, "" if it isn't known.
    """
    first = max(report.period.from_, wita(report.generated_at).date())
    last = date(YEARS[-1], 12, 31)
    to_come = Period(from_=min(first, last - timedelta(days=1)), to=last)
    conditions: Iterable[ColumnElement[bool]] = session_conditions(to_come, filters)
    statement = (
        select(
            col(WorkshopSession.code),
            col(Workshop.title),
            col(WorkshopSession.starts_at),
            func.coalesce(col(Venue.name), ""),
            func.coalesce(col(Area.name), ""),
            col(WorkshopSession.mode) == SessionMode.DARING,
        )
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .outerjoin(Venue, col(Venue.id) == col(WorkshopSession.venue_id))
        .outerjoin(Area, col(Area.code) == col(Venue.kelurahan_code))
        .where(*conditions, col(WorkshopSession.starts_at) > report.generated_at)
        .order_by(col(WorkshopSession.starts_at), col(WorkshopSession.id))
        .limit(MAX_PLANNED)
    )
    names = ("code", "title", "starts_at", "venue", "kelurahan", "is_online")
    return tuple(PlannedSession(**dict(zip(names, row, strict=True))) for row in db.execute(statement))
