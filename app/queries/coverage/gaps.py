"""The gaps of the coverage report: what isn't reached, with what may explain it."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Subquery, case, func, select
from sqlmodel import col

from app.database import Db
from app.i18n import Language
from app.models import RegistrationStatus, Venue, Workshop, WorkshopSession
from app.permissions import Actor, Permission
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.registrations import counted_registrations, is_counted_in_rows
from app.queries.coverage.report import build_coverage_report
from app.queries.scope import sessions_within
from app.reports.coverage.gaps import CoverageGaps, Order, sort_gaps
from app.reports.coverage.report import (
    CoverageGap,
    CoverageReport,
    CoverageRow,
    Figures,
    TargetGroup,
    VenueCounts,
)
from app.reports.coverage.states import gap_of, state_of, unmeasured_why


@dataclass(frozen=True)
class GapReasons:
    """What may explain a gap: people as in `CoverageGap`, and registrations without an outcome.

    `lists_missing` is the number of sessions, `list_missing` the number of their registrations without an outcome,
    `to_come` the number of registrations for sessions to come.
    """

    never_came: int = 0
    expected: int = 0
    waiting: int = 0
    lists_missing: int = 0
    to_come: int = 0
    list_missing: int = 0


@dataclass(frozen=True)
class MissedTarget:
    """A kelurahan, or a target group there, that hasn't reached its target, or has none and no participant."""

    row: CoverageRow
    group: TargetGroup | None
    figures: Figures
    reasons: GapReasons


@dataclass(frozen=True)
class SessionWithoutOutcomes:
    """A session that is over, in which `people` people from `kelurahan` kelurahan have no outcome yet."""

    code: str
    workshop_title: str
    starts_at: datetime
    people: int
    kelurahan: int


def build_coverage_gaps(
    db: Db, actor: Actor, filters: CoverageFilters, language: Language, order: Order = "gap"
) -> CoverageGaps:
    """Return the gaps of the coverage report with these filters, sorted by `order`.

    They are of kelurahan as a whole and of target groups with a target of their own; a kelurahan without a target is
    among them if nobody came from there. Closed kelurahan, and those whose target is 0, are left out.
    Raises like `build_coverage_report`.
    """
    report = build_coverage_report(db, actor, filters, language)
    return CoverageGaps(report=report, order=order, gaps=load_gaps(db, report, filters, order))


def load_gaps(
    db: Db, report: CoverageReport, filters: CoverageFilters, order: Order = "gap"
) -> tuple[CoverageGap, ...]:
    """Return the gaps of a report, sorted by `order`; `filters` are those of the report."""
    registrations = counted_registrations(report.period, filters)
    missed = [*_missed_by_kelurahan(db, registrations, report), *_missed_by_group(db, registrations, report)]
    venues = _load_venue_counts(db)
    return sort_gaps([_build_gap(target, venues[target.row.kelurahan]) for target in missed], order)


def sessions_without_outcomes(
    db: Db, actor: Actor, report: CoverageReport, filters: CoverageFilters, limit: int
) -> list[SessionWithoutOutcomes]:
    """Return the first `limit` sessions of the report that are over and lack outcomes of people from the city.

    The session with the most people is first, then the latest. Only sessions within the actor's scope for seeing
    workshops. `filters` are those of the report; waiting people are not counted.
    """
    registrations = counted_registrations(report.period, filters)
    people = func.count(registrations.c.person.distinct())
    statement = (
        select(
            col(WorkshopSession.code),
            col(Workshop.title),
            col(WorkshopSession.starts_at),
            people,
            func.count(registrations.c.kelurahan.distinct()),
        )
        .join(WorkshopSession, col(WorkshopSession.id) == registrations.c.workshop_session)
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .where(
            is_counted_in_rows(registrations),
            registrations.c.list_missing.is_not(None),
            sessions_within(actor, Permission.WORKSHOP_READ),
        )
        .group_by(col(WorkshopSession.id), col(Workshop.id))
        .order_by(people.desc(), col(WorkshopSession.starts_at).desc())
        .limit(limit)
    )
    return [SessionWithoutOutcomes(*row) for row in db.execute(statement)]


def _missed_by_kelurahan(db: Db, registrations: Subquery, report: CoverageReport) -> list[MissedTarget]:
    """Return the open kelurahan that aren't reached, by code.

    In a report filtered by a target group, the target and its `group` are that group's.
    """
    filters = report.filters
    group = TargetGroup(code=filters.group, label=filters.group_label or "") if filters.group else None
    reasons = _load_reasons(db, registrations, registrations.c.kelurahan)
    return [
        MissedTarget(
            row,
            group,
            Figures(target=row.target, registered=row.registered, participants=row.participants),
            reasons[(row.kelurahan,)],
        )
        for row in report.short_rows
    ]


def _missed_by_group(db: Db, registrations: Subquery, report: CoverageReport) -> list[MissedTarget]:
    """Return the open kelurahan and target groups where a group hasn't reached its own target, by kelurahan.

    Empty for a report filtered by a group: the rows have that group's targets then.
    """
    missed = [
        (row, group)
        for row in report.open_rows
        for group in report.groups
        if not report.filters.group and _gap(row.groups[group.code])
    ]
    if not missed:
        return []
    reasons = _load_reasons(db, registrations, registrations.c.kelurahan, registrations.c.target_group)
    return [
        MissedTarget(row, group, row.groups[group.code], reasons[(row.kelurahan, group.code)])
        for row, group in missed
    ]


def _gap(figures: Figures) -> int | None:
    """Return how many participants are missing to the target, 0 if it is reached, None if there is none."""
    return gap_of(target=figures.target, participants=figures.participants)


def _load_reasons(
    db: Db, registrations: Subquery, *by: ColumnElement[str]
) -> defaultdict[tuple[str, ...], GapReasons]:
    """Return the reasons by the values of the columns `by`, in three queries; all zero for missing keys.

    The columns are the kelurahan, and for groups also the target group. Only people from the city are counted.
    """
    # Outcomes are counted per person first, because a person who was present once counts as having come.
    by_person = (
        select(
            *by,
            func.count(registrations.c.present).label("present"),
            func.count(registrations.c.to_come).label("to_come"),
            func.count(registrations.c.list_missing).label("list_missing"),
        )
        .where(is_counted_in_rows(registrations))
        .group_by(*by, registrations.c.person)
        .subquery()
    )
    keys = [by_person.c[column.key] for column in by if column.key]
    unrecorded = by_person.c.to_come + by_person.c.list_missing
    people = db.execute(
        select(
            *keys,
            func.count(case(((by_person.c.present == 0) & (unrecorded == 0), 1))),
            func.count(case(((by_person.c.present == 0) & (by_person.c.to_come > 0), 1))),
            func.sum(by_person.c.to_come),
            func.sum(by_person.c.list_missing),
        ).group_by(*keys)
    )
    sessions = db.execute(
        select(*by, func.count(registrations.c.workshop_session.distinct()))
        .where(is_counted_in_rows(registrations), registrations.c.list_missing.is_not(None))
        .group_by(*by)
    )
    waiting = db.execute(
        select(*by, func.count(registrations.c.person.distinct()))
        .where(
            registrations.c.kelurahan.is_not(None), registrations.c.status == RegistrationStatus.WAITLISTED
        )
        .group_by(*by)
    )
    lists_missing = {tuple(key): count for *key, count in sessions}
    reasons: defaultdict[tuple[str, ...], GapReasons] = defaultdict(GapReasons)
    for *key, never_came, expected, to_come, list_missing in people:
        reasons[tuple(key)] = GapReasons(
            never_came=never_came,
            expected=expected,
            lists_missing=lists_missing.get(tuple(key), 0),
            to_come=to_come,
            list_missing=list_missing,
        )
    for *key, count in waiting:
        reasons[tuple(key)] = replace(reasons[tuple(key)], waiting=count)
    return reasons


def _load_venue_counts(db: Db) -> defaultdict[str, VenueCounts]:
    """Return the venues by kelurahan, all zero for a kelurahan without one.

    The suggested one is the first by name, of those with Wi-Fi if there are any.
    """
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
    venues: defaultdict[str, VenueCounts] = defaultdict(VenueCounts)
    for kelurahan, with_wifi, without_wifi, unknown, best in db.execute(statement):
        venues[kelurahan] = VenueCounts(
            with_wifi=with_wifi, without_wifi=without_wifi, unknown=unknown, best=best
        )
    return venues


def _build_gap(missed: MissedTarget, venues: VenueCounts) -> CoverageGap:
    """Return the gap of a missed target, with its state, its reasons and the venues of the kelurahan."""
    row, group, figures, reasons = missed.row, missed.group, missed.figures, missed.reasons
    return CoverageGap(
        kelurahan=row.kelurahan,
        name=row.name,
        kecamatan=row.kecamatan,
        group=group.code if group else None,
        group_label=group.label if group else None,
        state=state_of(
            target=figures.target,
            registered=figures.registered,
            participants=figures.participants,
            unrecorded=reasons.to_come + reasons.list_missing,
        ),
        unmeasured_why=unmeasured_why(to_come=reasons.to_come, list_missing=reasons.list_missing),
        target=figures.target,
        registered=figures.registered,
        participants=figures.participants,
        gap=_gap(figures),
        never_came=reasons.never_came,
        expected=reasons.expected,
        waiting=reasons.waiting,
        lists_missing=reasons.lists_missing,
        venues=venues,
    )
