"""The sessions behind the figures of the coverage report, as far as the actor may see them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_, Language
from app.models import Area, AreaLevel, Venue, Workshop, WorkshopSession
from app.permissions import Actor, Permission
from app.queries.coverage.counts import (
    CoverageFilters,
    registrations_that_count,
    sessions_held,
    within_the_city,
)
from app.queries.coverage.filters import named_filters, period_of, target_groups_of_report
from app.queries.scope import workshops_within
from app.reports.coverage.report import Filters
from app.reports.periods import Period


@dataclass(frozen=True)
class SessionBehind:
    """`registered` and `attendances` are those that the report counts: of people within the city."""

    code: str
    workshop_title: str
    starts_at: datetime
    venue: str
    registered: int
    attendances: int


@dataclass(frozen=True)
class SessionsBehind:
    """`kelurahan` is the name of the one that they were narrowed to."""

    period: Period
    filters: Filters
    kelurahan: str | None
    sessions: tuple[SessionBehind, ...]


def sessions_behind(
    db: Db,
    actor: Actor,
    filters: CoverageFilters,
    language: Language,
    *,
    kelurahan: str | None = None,
    limit: int,
) -> SessionsBehind:
    """The latest first; of a kelurahan, those for which somebody from there was registered. Raises as `coverage`."""
    actor.require(Permission.WORKSHOP_READ)
    named = named_filters(db, filters, target_groups_of_report(db, language))
    period = period_of(db, filters)
    place = _name_of(db, kelurahan) if kelurahan else None
    facts = registrations_that_count(period, filters)
    counts = select(
        facts.c.workshop_session,
        func.count().label("registered"),
        func.count(facts.c.present).label("attendances"),
    ).where(within_the_city(facts))
    if kelurahan:
        counts = counts.where(facts.c.kelurahan == kelurahan)
    counted = counts.group_by(facts.c.workshop_session).subquery()
    statement = (
        select(
            col(WorkshopSession.code),
            col(Workshop.title),
            col(WorkshopSession.starts_at),
            func.coalesce(col(Venue.name), ""),
            func.coalesce(counted.c.registered, 0),
            func.coalesce(counted.c.attendances, 0),
        )
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .outerjoin(Venue, col(Venue.id) == col(WorkshopSession.venue_id))
        .join(counted, counted.c.workshop_session == col(WorkshopSession.id), isouter=not kelurahan)
        .where(workshops_within(actor, Permission.WORKSHOP_READ), *sessions_held(period, filters))
        .order_by(col(WorkshopSession.starts_at).desc(), col(WorkshopSession.id))
        .limit(limit)
    )
    return SessionsBehind(period, named, place, tuple(SessionBehind(*line) for line in db.execute(statement)))


def _name_of(db: Db, kelurahan: str) -> str:
    area = db.get(Area, kelurahan)
    if area is None or area.level is not AreaLevel.KELURAHAN:
        raise NotFound(N_("There is no kelurahan %(kelurahan)s."), kelurahan=kelurahan)
    return area.name
