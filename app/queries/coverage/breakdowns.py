"""Breakdowns of the coverage report by month, quarter, workshop, pillar and organizer."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.i18n import Language, month_text, translator, wita
from app.models import Organization, Workshop, WorkshopSession
from app.queries.coverage.counting import (
    NO_PEOPLE,
    PeopleCount,
    count_attendances,
    count_people,
    group_by_person,
)
from app.queries.coverage.facts import Facts
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.registrations import session_conditions
from app.reports.coverage.breakdowns import TIME_DIMENSIONS, Breakdown, Dimension, Part, Pillar, pillar_label
from app.reports.periods import (
    MONTHS_PER_QUARTER,
    Period,
    first_of_quarter,
    intersection,
    months_between,
    months_from,
    quarter_of,
    quarter_text,
)


@dataclass(frozen=True)
class DividedSession:
    """A session of a report. `keys` has for each dimension the key of the part to which it belongs."""

    id: int
    day: date
    title: str
    pillar: Pillar | None
    organizer: str
    keys: dict[Dimension, str]


def load_session_breakdowns(
    db: Db,
    period: Period,
    filters: CoverageFilters,
    facts: Facts,
    dimensions: Sequence[Dimension],
    language: Language,
) -> tuple[Breakdown, ...]:
    """Return a breakdown by each of the dimensions, in their order, with the counts of people from the city.

    The dimensions can be any but "kecamatan". `facts` are those of the period. Takes one query, none without
    dimensions.
    """
    if not dimensions:
        return ()
    sessions = _load_sessions(db, period, filters)
    # A session may have been cancelled since the facts were read: on PostgreSQL, issuing a report reads no snapshot.
    ids = {session.id for session in sessions}
    is_listed = facts.by_session(session.id in ids for session in facts.sessions) > 0
    from_city = facts.where(facts.from_city & is_listed)
    return tuple(
        Breakdown(
            by=dimension,
            parts=_fill_parts(
                dimension, sessions, _count_by(dimension, sessions, from_city), period, language
            ),
        )
        for dimension in dimensions
    )


def _load_sessions(db: Db, period: Period, filters: CoverageFilters) -> list[DividedSession]:
    """Return the sessions of a report by their start."""
    statement = (
        select(
            col(WorkshopSession.id),
            col(WorkshopSession.starts_at),
            col(Workshop.code),
            col(Workshop.title),
            col(Workshop.pillar),
            col(Organization.id),
            col(Organization.name),
        )
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .join(Organization, col(Organization.id) == col(Workshop.organization_id))
        .where(*session_conditions(period, filters))
        .order_by(col(WorkshopSession.starts_at))
    )
    return [
        DividedSession(
            id=session_id,
            day=(day := wita(starts_at).date()),
            title=title,
            pillar=pillar,
            organizer=organizer,
            keys={
                "month": f"{day:%Y-%m}",
                "quarter": f"{day.year}-Q{quarter_of(day)}",
                "workshop": workshop,
                "pillar": pillar or "",
                "organization": str(organization),
            },
        )
        for session_id, starts_at, workshop, title, pillar, organization, organizer in db.execute(statement)
    ]


def _count_by(
    dimension: Dimension, sessions: Sequence[DividedSession], facts: Facts
) -> dict[str, PeopleCount]:
    """Return the counts of people by the key of the part."""
    numbers: dict[str, int] = {}
    number_of = {
        session.id: numbers.setdefault(session.keys[dimension], len(numbers)) for session in sessions
    }
    key = facts.by_session(number_of.get(session.id, -1) for session in facts.sessions)
    counts = count_people(group_by_person(facts.person, key, facts.facts), len(numbers))
    attendances = count_attendances(key, facts.facts, len(numbers))
    return {
        part: count._replace(attendances=attended)
        for part, count, attended in zip(numbers, counts, attendances, strict=True)
    }


def _fill_parts(
    dimension: Dimension,
    sessions: Sequence[DividedSession],
    counts: Mapping[str, PeopleCount],
    period: Period,
    language: Language,
) -> tuple[Part, ...]:
    """Return the parts of a breakdown with their figures, zero where `counts` has none.

    Months and quarters are in order of time, other parts by participants, most first, then by label.
    """
    session_counts = Counter(session.keys[dimension] for session in sessions)
    is_time = dimension in TIME_DIMENSIONS
    empty_parts = (
        _list_time_parts(dimension, sessions, period, language)
        if is_time
        else _list_workshop_parts(dimension, sessions, language)
    )
    parts = []
    for part in empty_parts:
        count = counts.get(part.key, NO_PEOPLE)
        parts.append(
            replace(
                part,
                sessions=session_counts[part.key],
                registered=count.registered,
                attendances=count.attendances,
                participants=count.participants,
            )
        )
    return tuple(parts if is_time else sorted(parts, key=lambda part: (-part.participants, part.label)))


def _list_time_parts(
    dimension: Dimension, sessions: Sequence[DividedSession], period: Period, language: Language
) -> Iterator[Part]:
    """Yield every WITA month or quarter from the first session's to the last's, without figures.

    `narrowed` are the days of it that lie in the period. Nothing is yielded without sessions.
    """
    days = [session.day for session in sessions]
    months = months_between(min(days), max(days)) if days else []
    for first in months if dimension == "month" else dict.fromkeys(map(first_of_quarter, months)):
        if dimension == "month":
            key, label, whole = f"{first:%Y-%m}", month_text(first, language), months_from(first, 1)
        else:
            key, label = f"{first.year}-Q{quarter_of(first)}", quarter_text(first, translator(language))
            whole = months_from(first, MONTHS_PER_QUARTER)
        days_of_part = intersection(whole, period)
        narrowed = {"from": days_of_part.from_.isoformat(), "to": days_of_part.to.isoformat()}
        yield Part(key=key, label=label, narrowed=narrowed)


def _list_workshop_parts(
    dimension: Dimension, sessions: Sequence[DividedSession], language: Language
) -> Iterator[Part]:
    """Yield every workshop, pillar or organizer with sessions, without figures.

    Sessions without a pillar are one part; no filter can narrow a report to it.
    """
    for key, session in {session.keys[dimension]: session for session in sessions}.items():
        label = {
            "workshop": f"{session.title} ({session.keys['workshop']})",
            "pillar": pillar_label(session.pillar, translator(language)),
            "organization": session.organizer,
        }[dimension]
        yield Part(key=key, label=label, narrowed={dimension: key} if key else {})
