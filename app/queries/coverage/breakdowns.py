"""Breakdowns of the coverage report by month, quarter, workshop, pillar and organizer."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import CTE, ColumnElement, Integer, Row, String, cast, func, select, union_all
from sqlmodel import col

from app.database import Db, is_postgresql
from app.i18n import WITA, Language, month_text, translator, wita
from app.models import Organization, Workshop, WorkshopSession
from app.queries.coverage.aggregates import (
    NO_PEOPLE,
    PeopleCount,
    count_people_by,
    group_by_person,
    load_counts,
    with_outcome_rank,
)
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.registrations import counted_registrations, session_conditions
from app.reports.coverage.breakdowns import TIME_DIMENSIONS, Breakdown, Dimension, Part, pillar_label
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


def load_session_breakdowns(
    db: Db,
    period: Period,
    filters: CoverageFilters,
    dimensions: Sequence[Dimension],
    language: Language,
) -> tuple[Breakdown, ...]:
    """Return a breakdown by each of the dimensions, in their order, with the counts of people from the city.

    The dimensions can be any but "kecamatan". Takes two queries, none without dimensions.
    """
    if not dimensions:
        return ()
    keyed_sessions = _sessions_with_keys(db, period, filters)
    sessions = db.execute(select(keyed_sessions)).all()
    counts = _load_counts(db, period, filters, keyed_sessions, dimensions)
    return tuple(
        Breakdown(by=dimension, parts=_fill_parts(dimension, sessions, counts[dimension], period, language))
        for dimension in dimensions
    )


def _sessions_with_keys(db: Db, period: Period, filters: CoverageFilters) -> CTE:
    """Return the sessions of a report by their start, with workshop title and organizer's name.

    For each dimension there is a column of its name, with the key of the part to which the session belongs.
    """
    month = session_month(db)
    quarter = (cast(func.substr(month, 6), Integer) + MONTHS_PER_QUARTER - 1) // MONTHS_PER_QUARTER
    return (
        select(
            col(WorkshopSession.id),
            col(WorkshopSession.starts_at),
            col(Workshop.title),
            col(Organization.name),
            month.label("month"),
            (func.substr(month, 1, 4) + "-Q" + cast(quarter, String)).label("quarter"),
            col(Workshop.code).label("workshop"),
            func.coalesce(cast(col(Workshop.pillar), String), "").label("pillar"),
            cast(col(Workshop.organization_id), String).label("organization"),
        )
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .join(Organization, col(Organization.id) == col(Workshop.organization_id))
        .where(*session_conditions(period, filters))
        .order_by(col(WorkshopSession.starts_at))
        .cte("keyed_sessions")
    )


def session_month(db: Db) -> ColumnElement[str]:
    """Return the SQL expression for the WITA month in which a session starts, as "2025-08"."""
    starts_at = col(WorkshopSession.starts_at)
    if is_postgresql(db):
        return func.to_char(func.timezone(WITA.key, starts_at), "YYYY-MM")
    return func.strftime("%Y-%m", starts_at, "+8 hours")


def _load_counts(
    db: Db,
    period: Period,
    filters: CoverageFilters,
    keyed_sessions: CTE,
    dimensions: Sequence[Dimension],
) -> dict[Dimension, dict[str, PeopleCount]]:
    """Return the counts of people from the city by dimension, then by the key of the part.

    Parts without people are missing.
    """
    registrations = with_outcome_rank(counted_registrations(period, filters))
    rows = (
        select(registrations, *(keyed_sessions.c[dimension] for dimension in dimensions))
        .join(keyed_sessions, keyed_sessions.c.id == registrations.c.workshop_session)
        .where(registrations.c.kelurahan.is_not(None))
        .cte("registrations")
    )
    counts = load_counts(
        db,
        union_all(
            *(
                count_people_by(dimension, group_by_person(rows, dimension).subquery(), dimension)
                for dimension in dimensions
            )
        ),
    )
    return {
        dimension: {str(key): count for (key,), count in counts[dimension].items()}
        for dimension in dimensions
    }


def _fill_parts(
    dimension: Dimension,
    sessions: Sequence[Row[Any]],
    counts: Mapping[str, PeopleCount],
    period: Period,
    language: Language,
) -> tuple[Part, ...]:
    """Return the parts of a breakdown with their figures, zero where `counts` has none.

    Months and quarters are in order of time, other parts by participants, most first, then by label.
    """
    session_counts = Counter(session._mapping[dimension] for session in sessions)
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
    dimension: Dimension, sessions: Sequence[Row[Any]], period: Period, language: Language
) -> Iterator[Part]:
    """Yield every WITA month or quarter from the first session's to the last's, without figures.

    `narrowed` are the days of it that lie in the period. Nothing is yielded without sessions.
    """
    days = [wita(session.starts_at).date() for session in sessions]
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
    dimension: Dimension, sessions: Sequence[Row[Any]], language: Language
) -> Iterator[Part]:
    """Yield every workshop, pillar or organizer with sessions, without figures.

    Sessions without a pillar are one part; no filter can narrow a report to it.
    """
    for key, session in {session._mapping[dimension]: session for session in sessions}.items():
        label = {
            "workshop": f"{session.title} ({session.workshop})",
            "pillar": pillar_label(session.pillar, translator(language)),
            "organization": session.name,
        }[dimension]
        yield Part(key=key, label=label, narrowed={dimension: key} if key else {})
