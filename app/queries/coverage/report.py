"""The coverage report: which kelurahan and target groups were reached. Takes a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter

from app.database import Db
from app.i18n import Language
from app.models import Area, AreaLevel
from app.models.base import YEARS, now
from app.permissions import Actor, Permission
from app.queries.areas.boundaries import find_boundaries
from app.queries.coverage.breakdowns import load_session_breakdowns
from app.queries.coverage.city_counts import CityCounts, count_city
from app.queries.coverage.counting import PeopleCount
from app.queries.coverage.denominators import list_areas
from app.queries.coverage.facts import Facts, load_facts
from app.queries.coverage.filters import (
    CoverageFilters,
    list_target_groups,
    load_filter_names,
    resolve_period,
)
from app.queries.coverage.rates import load_rates
from app.queries.coverage.targets import Targets, load_targets
from app.queries.coverage.trend import build_trend
from app.queries.installation.letterhead import get_letterhead
from app.queries.issued_reports.closed_periods import list_closed_periods
from app.reports.coverage.breakdowns import Breakdown, Dimension, Part
from app.reports.coverage.comparison import compare_reports
from app.reports.coverage.report import CoverageReport, CoverageRow, Figures, Filters, TargetGroup, Totals
from app.reports.coverage.states import gap_of, state_of, unmeasured_why
from app.reports.periods import Period, period_before

FIRST_DAY = date(YEARS[0], 1, 1)


@dataclass(frozen=True)
class ReportContext:
    """What a report depends on besides its period; loaded once for a report and the one before it.

    `areas` are in the order of their codes, as are the rows.
    """

    actor: Actor
    filters: CoverageFilters
    filter_names: Filters
    groups: tuple[TargetGroup, ...]
    areas: dict[str, Area]
    dimensions: Sequence[Dimension]
    language: Language


def build_coverage_report(
    db: Db,
    actor: Actor,
    filters: CoverageFilters,
    language: Language,
    *,
    dimensions: Sequence[Dimension] = (),
    compare: bool = False,
    trend: bool = False,
) -> CoverageReport:
    """Return the coverage report, with a breakdown by each of the dimensions; with any dimension it has rates, too.

    It covers the whole city, or the kecamatan of the filters. `compare` adds the report of the period before, `trend`
    the months and years up to the end of the period.

    Raises `Forbidden` if the actor's role may not see coverage, `Invalid` for an impossible period and `NotFound` for
    an unknown filter.
    """
    actor.require(Permission.COVERAGE_READ)
    groups = list_target_groups(db, language)
    context = ReportContext(
        actor=actor,
        filters=filters,
        filter_names=load_filter_names(db, filters, groups),
        groups=groups,
        areas={area.code: area for area in sorted(list_areas(db), key=attrgetter("code"))},
        dimensions=dimensions,
        language=language,
    )
    period = resolve_period(db, filters)
    earlier = period_before(period) if compare else None
    first_day = earlier.from_ if earlier else period.from_
    facts = load_facts(db, Period(from_=FIRST_DAY if trend else first_day, to=period.to), filters)
    report = _build_report(db, period, facts, context)
    if trend:
        report = replace(report, trend=build_trend(facts, period, language))
    return compare_reports(report, _build_report(db, earlier, facts, context)) if earlier else report


def _build_report(db: Db, period: Period, facts: Facts, context: ReportContext) -> CoverageReport:
    """Return the report of one period, not compared. `facts` may also be of other sessions."""
    facts = facts.within(period)
    kecamatan_of = {code: area.parent_code for code, area in context.areas.items()}
    counts = count_city(facts, kecamatan_of)
    rows = _rows(counts, period, load_targets(db, period.to.year), context)
    return CoverageReport(
        generated_at=now().replace(microsecond=0),
        period=period,
        filters=context.filter_names,
        target_year=period.to.year,
        totals=_totals(counts, rows, context.groups),
        rows=rows,
        groups=context.groups,
        breakdowns=_breakdowns(db, counts, facts, rows, period, context),
        rates=load_rates(db, context.actor, counts, period, context.filters) if context.dimensions else (),
        letterhead=get_letterhead(db),
        boundaries=find_boundaries(db),
        closed_periods=list_closed_periods(db, period),
    )


def _rows(
    counts: CityCounts, period: Period, targets: Targets, context: ReportContext
) -> tuple[CoverageRow, ...]:
    """Return a row for each kelurahan that exists on the period's last day, and others with registrations.

    They are in the order of their codes; a filter by kecamatan leaves out other kelurahan.
    """
    kecamatan = context.filters.kecamatan
    return tuple(
        _row(area, counts, period, targets, context)
        for area in context.areas.values()
        if area.level is AreaLevel.KELURAHAN
        and kecamatan in (None, area.parent_code)
        and (
            (area.valid_from <= period.to and not _is_closed(area, period))
            or counts.get("kelurahan", area.code).registered
        )
    )


def _is_closed(area: Area, period: Period) -> bool:
    """Return whether the area's last day is before the last day of the period."""
    return area.valid_to is not None and area.valid_to < period.to


def _row(
    area: Area, counts: CityCounts, period: Period, targets: Targets, context: ReportContext
) -> CoverageRow:
    """Return the row of a kelurahan, all zero if it has no people.

    In a report filtered by a target group the row's target is that group's.
    """
    count = counts.get("kelurahan", area.code)
    target = targets.get(area.code, context.filters.group)
    return CoverageRow(
        kelurahan=area.code,
        name=area.name,
        kecamatan=context.areas[area.parent_code].name if area.parent_code else "",
        state=state_of(
            target=target,
            registered=count.registered,
            participants=count.participants,
            unrecorded=count.to_come + count.list_missing,
        ),
        unmeasured_why=unmeasured_why(to_come=count.to_come, list_missing=count.list_missing),
        target=target,
        registered=count.registered,
        attendances=count.attendances,
        participants=count.participants,
        gap=gap_of(target=target, participants=count.participants),
        by_sex=count.by_sex,
        groups={
            group.code: _figures(
                counts.get("cell", area.code, group.code), targets.get(area.code, group.code)
            )
            for group in context.groups
        },
        tile_column=area.tile_column,
        tile_row=area.tile_row,
        closed_on=area.valid_to if _is_closed(area, period) else None,
    )


def _figures(count: PeopleCount, target: int | None) -> Figures:
    """Return the figures of a target group from its counts, with its target or None."""
    return Figures(
        target=target,
        registered=count.registered,
        attendances=count.attendances,
        participants=count.participants,
    )


def _totals(counts: CityCounts, rows: tuple[CoverageRow, ...], groups: tuple[TargetGroup, ...]) -> Totals:
    """Return the totals: people as counted for the whole city, targets and gaps as sums of the open rows.

    Closed kelurahan count for people only.
    """
    city = counts.city
    open_rows = [row for row in rows if row.closed_on is None]
    with_target = [row for row in open_rows if row.target]
    without_target = [row for row in open_rows if row.target is None]
    target_reached = _count_reached(with_target)
    return Totals(
        kelurahan=len(open_rows),
        with_target=len(with_target),
        without_target=len(without_target),
        covered=target_reached + _count_reached(without_target),
        target_reached=target_reached,
        target=_sum_set(row.target for row in open_rows),
        gap=_sum_set(row.gap for row in open_rows),
        registered=city.registered,
        attendances=city.attendances,
        participants=city.participants,
        outside=counts.outside,
        waitlisted=counts.waiting,
        moved=counts.moved,
        by_group={
            group.code: _figures(
                counts.get("group", group.code),
                _sum_set(row.groups[group.code].target for row in open_rows),
            )
            for group in groups
        },
        by_sex=city.by_sex,
    )


def _count_reached(rows: Iterable[CoverageRow]) -> int:
    return sum(row.state == "reached" for row in rows)


def _sum_set(numbers: Iterable[int | None]) -> int | None:
    """Return the sum of the numbers that are set, None if none is."""
    numbers_set = [number for number in numbers if number is not None]
    return sum(numbers_set) if numbers_set else None


def _breakdowns(
    db: Db,
    counts: CityCounts,
    facts: Facts,
    rows: tuple[CoverageRow, ...],
    period: Period,
    context: ReportContext,
) -> tuple[Breakdown, ...]:
    """Return the breakdowns by the report's dimensions: by kecamatan first, then the others in their order."""
    by_session = [dimension for dimension in context.dimensions if dimension != "kecamatan"]
    breakdowns = load_session_breakdowns(db, period, context.filters, facts, by_session, context.language)
    if "kecamatan" in context.dimensions:
        return (_by_kecamatan(counts, rows, context), *breakdowns)
    return breakdowns


def _by_kecamatan(counts: CityCounts, rows: tuple[CoverageRow, ...], context: ReportContext) -> Breakdown:
    """Return the breakdown by kecamatan in the order of codes, without kecamatan that have no row.

    Targets and gaps are sums of the open kelurahan that have a target, people are counted anew.
    """
    rows_by_kecamatan = defaultdict(list)
    for row in rows:
        rows_by_kecamatan[context.areas[row.kelurahan].parent_code].append(row)
    parts = []
    for area in context.areas.values():
        rows_inside = rows_by_kecamatan[area.code]
        if area.level is not AreaLevel.KECAMATAN or not rows_inside:
            continue
        count = counts.get("kecamatan", area.code)
        parts.append(
            Part(
                key=area.code,
                label=area.name,
                narrowed={"kecamatan": area.code},
                target=_sum_set(row.target for row in rows_inside if row.closed_on is None),
                gap=_sum_set(row.gap for row in rows_inside if row.closed_on is None),
                registered=count.registered,
                attendances=count.attendances,
                participants=count.participants,
            )
        )
    return Breakdown(by="kecamatan", parts=tuple(parts))
