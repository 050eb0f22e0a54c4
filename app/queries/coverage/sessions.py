"""The sessions that the coverage report counts, within the actor's scope."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_, Language
from app.models import Area, AreaLevel, Venue, Workshop, WorkshopSession
from app.permissions import Actor, Permission
from app.queries.coverage.filters import (
    CoverageFilters,
    list_target_groups,
    load_filter_names,
    resolve_period,
)
from app.queries.coverage.registrations import counted_registrations, counts_by_session, session_conditions
from app.queries.issued_reports.closed_periods import list_closed_periods
from app.queries.scope import sessions_within
from app.reports.coverage.report import Filters
from app.reports.official import ClosedPeriodNote
from app.reports.periods import Period


@dataclass(frozen=True)
class CountedSession:
    """A session with the registrations and attendances that the report counts: those of people from the city."""

    code: str
    workshop_title: str
    starts_at: datetime
    venue: str
    registered: int
    attendances: int


@dataclass(frozen=True)
class CountedSessions:
    """The sessions of a report; `kelurahan` is the name of the kelurahan by which they are filtered.

    `sessions` are the latest of those within the actor's scope; `visible` counts these, `total` those of all
    organizations. `closed_periods` are those that the period touches: the sessions are counted as they are now.
    """

    period: Period
    closed_periods: tuple[ClosedPeriodNote, ...]
    filters: Filters
    kelurahan: str | None
    sessions: tuple[CountedSession, ...]
    visible: int
    total: int


def list_counted_sessions(
    db: Db,
    actor: Actor,
    filters: CoverageFilters,
    language: Language,
    *,
    kelurahan: str | None = None,
    counted: Literal["present", "registered"] | None = None,
    limit: int,
) -> CountedSessions:
    """Return at most `limit` sessions of a report within the actor's scope for seeing workshops, the latest first.

    Sessions without registrations are included, unless `counted` asks for those with registered or present people. With
    `kelurahan`, a code, only sessions with a registration from there are, and only those people are counted.

    Raises `Forbidden` if the actor's role may not see workshops, `Invalid` for an impossible period and `NotFound` for
    an unknown filter or kelurahan.
    """
    actor.require(Permission.WORKSHOP_READ)
    filter_names = load_filter_names(db, filters, list_target_groups(db, language))
    period = resolve_period(db, filters)
    kelurahan_name = _kelurahan_name(db, kelurahan) if kelurahan else None
    registrations = counted_registrations(period, filters)
    per_session = counts_by_session(registrations)
    if kelurahan:
        per_session = per_session.where(registrations.c.kelurahan == kelurahan)
    if counted == "present":
        per_session = per_session.having(func.count(registrations.c.present) > 0)
    counts = per_session.subquery()
    within = sessions_within(actor, Permission.WORKSHOP_READ)
    statement = (
        select(
            col(WorkshopSession.code),
            col(Workshop.title),
            col(WorkshopSession.starts_at),
            func.coalesce(col(Venue.name), ""),
            func.coalesce(counts.c.registered, 0),
            func.coalesce(counts.c.attendances, 0),
        )
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .outerjoin(Venue, col(Venue.id) == col(WorkshopSession.venue_id))
        .join(
            counts,
            counts.c.workshop_session == col(WorkshopSession.id),
            isouter=not (kelurahan or counted),
        )
        .where(*session_conditions(period, filters))
    )
    latest = (
        statement.where(within)
        .order_by(col(WorkshopSession.starts_at).desc(), col(WorkshopSession.id))
        .limit(limit)
    )
    sessions = tuple(CountedSession(*row) for row in db.execute(latest))
    visible, total = db.execute(
        statement.with_only_columns(func.count().filter(within), func.count(), maintain_column_froms=True)
    ).one()
    closed_periods = list_closed_periods(db, period)
    return CountedSessions(period, closed_periods, filter_names, kelurahan_name, sessions, visible, total)


def _kelurahan_name(db: Db, code: str) -> str:
    """Return the name of a kelurahan. Raises `NotFound`, also for the code of another area."""
    area = db.get(Area, code)
    if area is None or area.level is not AreaLevel.KELURAHAN:
        raise NotFound(N_("There is no kelurahan %(kelurahan)s."), kelurahan=code)
    return area.name
