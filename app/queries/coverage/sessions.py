"""The sessions that the coverage report counts, within the actor's scope."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_, Language
from app.models import Area, AreaLevel, FactKind, Venue, Workshop, WorkshopSession
from app.permissions import Actor, Permission
from app.queries.coverage.counting import counts_by_session
from app.queries.coverage.facts import load_facts
from app.queries.coverage.filters import (
    CoverageFilters,
    list_target_groups,
    load_filter_names,
    resolve_period,
)
from app.queries.coverage.registrations import session_conditions
from app.queries.in_values import in_values
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
    facts = load_facts(db, period, filters)
    if kelurahan:
        facts = facts.where(facts.kelurahan == facts.codes.number(FactKind.KELURAHAN, kelurahan))
    counts = counts_by_session(facts)
    conditions = session_conditions(period, filters)
    if kelurahan or counted:
        at_least = [
            session_id
            for session_id, (_registered, attendances) in counts.items()
            if attendances or counted != "present"
        ]
        conditions.append(in_values(db, col(WorkshopSession.id), at_least))
    within = sessions_within(actor, Permission.WORKSHOP_READ)
    statement = (
        select(
            col(WorkshopSession.id),
            col(WorkshopSession.code),
            col(Workshop.title),
            col(WorkshopSession.starts_at),
            func.coalesce(col(Venue.name), ""),
        )
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .outerjoin(Venue, col(Venue.id) == col(WorkshopSession.venue_id))
        .where(*conditions)
    )
    latest = (
        statement.where(within)
        .order_by(col(WorkshopSession.starts_at).desc(), col(WorkshopSession.id))
        .limit(limit)
    )
    sessions = tuple(
        CountedSession(code, title, starts_at, venue, *counts.get(session_id, (0, 0)))
        for session_id, code, title, starts_at, venue in db.execute(latest)
    )
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
