"""Where to go next, after the coverage report. A constant number of queries."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Subquery, case, func, select
from sqlmodel import col

from app.database import Db
from app.i18n import Language
from app.models import RegistrationStatus, Venue, Workshop, WorkshopSession
from app.permissions import Actor, Permission
from app.queries.coverage.counts import CoverageFilters, registrations_that_count, within_the_city
from app.queries.coverage.report import coverage
from app.queries.scope import workshops_within
from app.reports.coverage.gaps import CoverageGap, CoverageGaps, Order, VenuesThere, ranked
from app.reports.coverage.report import (
    CoverageReport,
    CoverageRow,
    Figures,
    TargetGroup,
    gap_of,
    state_of,
    unmeasured_why,
)


@dataclass(frozen=True)
class Unclear:
    """What stands behind a gap. `sessions` are over, and lack an outcome of somebody.

    `never_came`, `expected` and `waiting` are people, as in `CoverageGap`.
    `to_come` and `list_missing` are registrations without an outcome, of sessions still to come or over.
    """

    never_came: int = 0
    expected: int = 0
    waiting: int = 0
    sessions: int = 0
    to_come: int = 0
    list_missing: int = 0


@dataclass(frozen=True)
class Short:
    """A kelurahan, or a group there, with a target that it hasn't reached."""

    row: CoverageRow
    group: TargetGroup | None
    figures: Figures
    unclear: Unclear


@dataclass(frozen=True)
class SessionWithoutOutcomes:
    """A session that is over; `people` of so many `kelurahan` have no outcome yet."""

    code: str
    workshop_title: str
    starts_at: datetime
    people: int
    kelurahan: int


def coverage_gaps(
    db: Db, actor: Actor, filters: CoverageFilters, language: Language, order: Order = "gap"
) -> CoverageGaps:
    """What is missing in the coverage report of the same filters. Raises as `coverage` does."""
    report = coverage(db, actor, filters, language)
    facts = registrations_that_count(report.period, filters)
    short = [*_of_kelurahan(db, facts, report), *_of_groups(db, facts, report)]
    venues = _venues(db)
    gaps = [_described(one, venues[one.row.kelurahan]) for one in short]
    return CoverageGaps(report=report, order=order, gaps=ranked(gaps, order))


def sessions_without_outcomes(
    db: Db, actor: Actor, report: CoverageReport, filters: CoverageFilters, limit: int
) -> list[SessionWithoutOutcomes]:
    """The sessions behind "attendance list missing", as far as the actor may see them, those of most people first."""
    facts = registrations_that_count(report.period, filters)
    people = func.count(facts.c.person.distinct())
    statement = (
        select(
            col(WorkshopSession.code),
            col(Workshop.title),
            col(WorkshopSession.starts_at),
            people,
            func.count(facts.c.kelurahan.distinct()),
        )
        .join(WorkshopSession, col(WorkshopSession.id) == facts.c.workshop_session)
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .where(
            within_the_city(facts),
            facts.c.list_missing.is_not(None),
            workshops_within(actor, Permission.WORKSHOP_READ),
        )
        .group_by(col(WorkshopSession.id), col(Workshop.id))
        .order_by(people.desc(), col(WorkshopSession.starts_at).desc())
        .limit(limit)
    )
    return [SessionWithoutOutcomes(*line) for line in db.execute(statement)]


def _of_kelurahan(db: Db, facts: Subquery, report: CoverageReport) -> list[Short]:
    filters = report.filters
    group = TargetGroup(code=filters.group, label=filters.group_label or "") if filters.group else None
    unclear = _unclear(db, facts, facts.c.kelurahan)
    return [Short(row, group, _figures(row), unclear[(row.kelurahan,)]) for row in report.short_rows]


def _of_groups(db: Db, facts: Subquery, report: CoverageReport) -> list[Short]:
    """The groups' own targets; a report of one group has them as those of its kelurahan."""
    short = [
        (row, group)
        for row in report.open_rows
        for group in report.groups
        if not report.filters.group and _gap(row.groups[group.code])
    ]
    if not short:
        return []
    unclear = _unclear(db, facts, facts.c.kelurahan, facts.c.target_group)
    return [
        Short(row, group, row.groups[group.code], unclear[(row.kelurahan, group.code)])
        for row, group in short
    ]


def _figures(row: CoverageRow) -> Figures:
    return Figures(target=row.target, registered=row.registered, participants=row.participants)


def _gap(figures: Figures) -> int:
    return gap_of(target=figures.target or 0, participants=figures.participants)


def _unclear(db: Db, facts: Subquery, *by: ColumnElement[str]) -> defaultdict[tuple[str, ...], Unclear]:
    """By the columns given; first person by person, since who was present once has come."""
    of_person = (
        select(
            *by,
            func.count(facts.c.present).label("came"),
            func.count(facts.c.to_come).label("to_come"),
            func.count(facts.c.list_missing).label("list_missing"),
        )
        .where(within_the_city(facts))
        .group_by(*by, facts.c.person)
        .subquery()
    )
    columns = [of_person.c[column.key] for column in by if column.key]
    open_outcomes = of_person.c.to_come + of_person.c.list_missing
    people = db.execute(
        select(
            *columns,
            func.count(case(((of_person.c.came == 0) & (open_outcomes == 0), 1))),
            func.count(case(((of_person.c.came == 0) & (of_person.c.to_come > 0), 1))),
            func.sum(of_person.c.to_come),
            func.sum(of_person.c.list_missing),
        ).group_by(*columns)
    )
    sessions = db.execute(
        select(*by, func.count(facts.c.workshop_session.distinct()))
        .where(within_the_city(facts), facts.c.list_missing.is_not(None))
        .group_by(*by)
    )
    waiting = db.execute(
        select(*by, func.count(facts.c.person.distinct()))
        .where(facts.c.kelurahan.is_not(None), facts.c.status == RegistrationStatus.WAITLISTED)
        .group_by(*by)
    )
    lists = {tuple(place): count for *place, count in sessions}
    found: defaultdict[tuple[str, ...], Unclear] = defaultdict(Unclear)
    for *place, never_came, expected, to_come, list_missing in people:
        found[tuple(place)] = Unclear(
            never_came=never_came,
            expected=expected,
            sessions=lists.get(tuple(place), 0),
            to_come=to_come,
            list_missing=list_missing,
        )
    for *place, people_waiting in waiting:
        found[tuple(place)] = replace(found[tuple(place)], waiting=people_waiting)
    return found


def _venues(db: Db) -> defaultdict[str, VenuesThere]:
    """By kelurahan: how many there are, and the name of the first, of those with Wi-Fi if there are any."""
    wifi, name = col(Venue.public_wifi), col(Venue.name)
    statement = (
        select(
            col(Venue.kelurahan_code),
            func.count(case((wifi.is_(True), 1))),
            func.count(case((wifi.is_(False), 1))),
            func.count(case((wifi.is_(None), 1))),
            func.coalesce(func.min(case((wifi.is_(True), name))), func.min(name)),
        )
        .where(col(Venue.kelurahan_code).is_not(None))
        .group_by(col(Venue.kelurahan_code))
    )
    found: defaultdict[str, VenuesThere] = defaultdict(VenuesThere)
    for kelurahan, with_wifi, without_wifi, unknown, best in db.execute(statement):
        found[kelurahan] = VenuesThere(
            with_wifi=with_wifi, without_wifi=without_wifi, unknown=unknown, best=best
        )
    return found


def _described(short: Short, venues: VenuesThere) -> CoverageGap:
    row, group, figures, unclear = short.row, short.group, short.figures, short.unclear
    target = figures.target or 0
    return CoverageGap(
        kelurahan=row.kelurahan,
        name=row.name,
        kecamatan=row.kecamatan,
        group=group.code if group else None,
        group_label=group.label if group else None,
        state=state_of(
            target=target,
            registered=figures.registered,
            participants=figures.participants,
            unrecorded=unclear.to_come + unclear.list_missing,
        ),
        unmeasured_why=unmeasured_why(to_come=unclear.to_come, list_missing=unclear.list_missing),
        target=target,
        registered=figures.registered,
        participants=figures.participants,
        gap=_gap(figures),
        never_came=unclear.never_came,
        expected=unclear.expected,
        waiting=unclear.waiting,
        lists_missing=unclear.sessions,
        venues=venues,
    )
