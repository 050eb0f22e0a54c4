"""The gaps of the coverage report: what isn't reached, with what may explain it."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import numpy as np
from sqlalchemy import case, func, select
from sqlmodel import col

from app.database import Db
from app.i18n import Language
from app.models import FactKind, Venue, Workshop, WorkshopSession
from app.permissions import Actor, Permission
from app.queries.coverage.counting import count_distinct, group_by_person
from app.queries.coverage.facts import Fact, Facts, Numbers, load_facts
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.report import build_coverage_report
from app.queries.in_values import in_values
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

Key = TypeVar("Key", bound=Hashable)


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
    facts = load_facts(db, report.period, filters)
    missed = [*_missed_by_kelurahan(facts, report), *_missed_by_group(facts, report)]
    venues = _load_venue_counts(db)
    return sort_gaps([_build_gap(target, venues[target.row.kelurahan]) for target in missed], order)


def sessions_without_outcomes(
    db: Db, actor: Actor, report: CoverageReport, filters: CoverageFilters, limit: int
) -> list[SessionWithoutOutcomes]:
    """Return the first `limit` sessions of the report that are over and lack outcomes of people from the city.

    The session with the most people is first, then the latest. Only sessions within the actor's scope for seeing
    workshops. `filters` are those of the report; waiting people are not counted.
    """
    facts = load_facts(db, report.period, filters)
    facts = facts.where(facts.from_city & facts.has(Fact.LIST_MISSING))
    people = count_distinct(facts.session, facts.person, len(facts.sessions))
    kelurahan = count_distinct(facts.session, facts.kelurahan, len(facts.sessions))
    incomplete = {
        session.id: (of_session, places)
        for session, of_session, places in zip(facts.sessions, people, kelurahan, strict=True)
        if of_session
    }
    statement = (
        select(
            col(WorkshopSession.id),
            col(WorkshopSession.code),
            col(Workshop.title),
            col(WorkshopSession.starts_at),
        )
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .where(
            in_values(db, col(WorkshopSession.id), incomplete),
            sessions_within(actor, Permission.WORKSHOP_READ),
        )
    )
    sessions = [
        SessionWithoutOutcomes(code, title, starts_at, *incomplete[session_id])
        for session_id, code, title, starts_at in db.execute(statement)
    ]
    return sorted(sessions, key=lambda session: (session.people, session.starts_at), reverse=True)[:limit]


def _missed_by_kelurahan(facts: Facts, report: CoverageReport) -> list[MissedTarget]:
    """Return the open kelurahan that aren't reached, by code.

    In a report filtered by a target group, the target and its `group` are that group's.
    """
    filters = report.filters
    group = TargetGroup(code=filters.group, label=filters.group_label or "") if filters.group else None
    kelurahan = facts.codes.listed(FactKind.KELURAHAN)
    reasons = _count_reasons(facts, facts.kelurahan, kelurahan)
    return [
        MissedTarget(
            row,
            group,
            Figures(target=row.target, registered=row.registered, participants=row.participants),
            reasons.get(row.kelurahan, GapReasons()),
        )
        for row in report.short_rows
    ]


def _missed_by_group(facts: Facts, report: CoverageReport) -> list[MissedTarget]:
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
    kelurahan = facts.codes.listed(FactKind.KELURAHAN)
    groups = facts.codes.listed(FactKind.TARGET_GROUP)
    cells = [(place, group) for place in kelurahan for group in groups]
    reasons = _count_reasons(facts, facts.kelurahan * len(groups) + facts.group, cells)
    return [
        MissedTarget(
            row,
            group,
            row.groups[group.code],
            reasons.get((row.kelurahan, group.code), GapReasons()),
        )
        for row, group in missed
    ]


def _gap(figures: Figures) -> int | None:
    """Return how many participants are missing to the target, 0 if it is reached, None if there is none."""
    return gap_of(target=figures.target, participants=figures.participants)


def _count_reasons(facts: Facts, key: Numbers, keys: Sequence[Key]) -> dict[Key, GapReasons]:
    """Return the reasons by key. `key` has for each row of `facts` its index in `keys`."""
    # The facts of a person are joined first, because a person who was present once counts as having come.
    people = group_by_person(facts.person[facts.counted], key[facts.counted], facts.facts[facts.counted])
    came_not = people.where((people.facts & np.uint8(Fact.PRESENT)) == 0)
    unrecorded = came_not.facts & np.uint8(Fact.TO_COME | Fact.LIST_MISSING)
    to_come, list_missing, waiting = (
        facts.from_city & facts.has(fact) for fact in (Fact.TO_COME, Fact.LIST_MISSING, Fact.WAITING)
    )
    counts = (
        np.bincount(came_not.key[unrecorded == 0], minlength=len(keys)).tolist(),
        np.bincount(came_not.key[(unrecorded & np.uint8(Fact.TO_COME)) > 0], minlength=len(keys)).tolist(),
        count_distinct(key[waiting], facts.person[waiting], len(keys)),
        count_distinct(key[list_missing], facts.session[list_missing], len(keys)),
        np.bincount(key[to_come], minlength=len(keys)).tolist(),
        np.bincount(key[list_missing], minlength=len(keys)).tolist(),
    )
    return {of: GapReasons(*values) for of, *values in zip(keys, *counts, strict=True)}


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
