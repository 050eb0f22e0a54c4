"""The coverage report divided by when the sessions were held, what they were about, and who held them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import CTE, ColumnElement, Integer, Row, String, Subquery, cast, func, select, union_all
from sqlmodel import col

from app.database import Db, is_postgresql
from app.i18n import WITA, Language, month_text, translator, wita
from app.models import Organization, Workshop, WorkshopSession
from app.queries.coverage.counts import CoverageFilters, registrations_that_count, sessions_held
from app.queries.coverage.tallies import NOBODY, Tally, people, tallied, tallies, tally
from app.reports.coverage.parts import TIMES, Breakdown, Division, Part, pillar_label
from app.reports.periods import (
    MONTHS_OF_QUARTER,
    Period,
    first_of_quarter,
    months_between,
    months_from,
    quarter_of,
    quarter_text,
    within,
)

Tallies = Mapping[str, Tally]


def breakdowns_by_session(
    db: Db,
    period: Period,
    filters: CoverageFilters,
    divisions: Sequence[Division],
    language: Language,
) -> tuple[Breakdown, ...]:
    """A breakdown for each of the divisions, of which `kecamatan` can't be one. Two queries, however many."""
    if not divisions:
        return ()
    held = _sessions_held(db, period, filters)
    found = _tallies(db, registrations_that_count(period, filters), held, divisions)
    sessions = db.execute(select(held)).all()
    return tuple(
        Breakdown(by=division, parts=_parts(division, sessions, found[division], period, language))
        for division in divisions
    )


def _sessions_held(db: Db, period: Period, filters: CoverageFilters) -> CTE:
    """The sessions of the period, each with the key of its part by every division."""
    month = _month(db)
    quarter = (cast(func.substr(month, 6), Integer) + MONTHS_OF_QUARTER - 1) // MONTHS_OF_QUARTER
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
        .where(*sessions_held(period, filters))
        .order_by(col(WorkshopSession.starts_at))
        .cte("held")
    )


def _month(db: Db) -> ColumnElement[str]:
    """The WITA month in which a session starts, as 2025-08."""
    starts_at = col(WorkshopSession.starts_at)
    if is_postgresql(db):
        return func.to_char(func.timezone(WITA.key, starts_at), "YYYY-MM")
    return func.strftime("%Y-%m", starts_at, "+8 hours")


def _tallies(db: Db, facts: Subquery, held: CTE, divisions: Sequence[Division]) -> dict[Division, Tallies]:
    counted = tallied(facts)
    keys = [held.c[division] for division in divisions]
    lines = (
        select(counted, *keys)
        .join(held, held.c.id == counted.c.workshop_session)
        .where(counted.c.kelurahan.is_not(None))
        .cte("counted")
    )
    parts = (tally(division, people(lines, division).subquery(), division) for division in divisions)
    found = tallies(db, union_all(*parts))
    return {
        division: {str(key): counted for (key,), counted in found.get(division, {}).items()}
        for division in divisions
    }


def _parts(
    division: Division, sessions: Sequence[Row[Any]], found: Tallies, period: Period, language: Language
) -> tuple[Part, ...]:
    held = Counter(session._mapping[division] for session in sessions)
    parts = (
        _times(division, sessions, period, language)
        if division in TIMES
        else _kinds(division, sessions, language)
    )
    counted = [
        replace(
            part,
            sessions=held[part.key],
            registered=tally.registered,
            attendances=tally.attendances,
            participants=tally.participants,
        )
        for part in parts
        for tally in [found.get(part.key, NOBODY)]
    ]
    if division in TIMES:
        return tuple(counted)
    return tuple(sorted(counted, key=lambda part: (-part.participants, part.label)))


def _times(
    division: Division, sessions: Sequence[Row[Any]], period: Period, language: Language
) -> Iterator[Part]:
    """Every month or quarter from that of the first session to that of the last."""
    days = [wita(session.starts_at).date() for session in sessions]
    months = months_between(min(days), max(days)) if days else []
    for day in months if division == "month" else dict.fromkeys(map(first_of_quarter, months)):
        if division == "month":
            key, label, whole = f"{day:%Y-%m}", month_text(day, language), months_from(day, 1)
        else:
            key, label = f"{day.year}-Q{quarter_of(day)}", quarter_text(day, translator(language))
            whole = months_from(day, MONTHS_OF_QUARTER)
        part = within(whole, period)
        yield Part(key=key, label=label, narrowed={"from": part.from_.isoformat(), "to": part.to.isoformat()})


def _kinds(division: Division, sessions: Sequence[Row[Any]], language: Language) -> Iterator[Part]:
    """Every workshop, pillar or organizer that has sessions."""
    for key, session in {session._mapping[division]: session for session in sessions}.items():
        label = {
            "workshop": f"{session.title} ({session.workshop})",
            "pillar": pillar_label(session.pillar, translator(language)),
            "organization": session.name,
        }[division]
        yield Part(key=key, label=label, narrowed={division: key} if key else {})
