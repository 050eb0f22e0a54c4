"""The coverage report: which kelurahan and target groups were reached. A constant number of queries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.i18n import Language
from app.models import Area, AreaLevel
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.coverage.breakdowns import breakdowns_by_session
from app.queries.coverage.census import Census, census
from app.queries.coverage.counts import CoverageFilters
from app.queries.coverage.filters import named_filters, period_of, target_groups_of_report
from app.queries.coverage.rates import coverage_rates
from app.queries.coverage.tallies import Tally
from app.queries.coverage.targets import DEFAULT_TARGET, Targets, targets_of
from app.reports.coverage.comparison import compared_with
from app.reports.coverage.parts import Breakdown, Division, Part
from app.reports.coverage.report import (
    CoverageReport,
    CoverageRow,
    Figures,
    Filters,
    TargetGroup,
    Totals,
    gap_of,
    is_covered,
    state_of,
    unmeasured_why,
)
from app.reports.periods import Period, period_before


@dataclass(frozen=True)
class Asked:
    """What a report is made of besides its period: the filters, by code and by name, and how it is divided."""

    actor: Actor
    filters: CoverageFilters
    named: Filters
    groups: tuple[TargetGroup, ...]
    areas: dict[str, Area]
    divisions: Sequence[Division]
    language: Language


def coverage(
    db: Db,
    actor: Actor,
    filters: CoverageFilters,
    language: Language,
    *,
    divisions: Sequence[Division] = (),
    compared: bool = False,
) -> CoverageReport:
    """The coverage report, divided further where that is asked for, and `compared` with the period before.

    Raises `Invalid` for a reversed period and `NotFound` for an unknown filter.
    """
    actor.require(Permission.COVERAGE_READ)
    groups = target_groups_of_report(db, language)
    asked = Asked(
        actor=actor,
        filters=filters,
        named=named_filters(db, filters, groups),
        groups=groups,
        areas={area.code: area for area in db.scalars(select(Area).order_by(col(Area.code)))},
        divisions=divisions,
        language=language,
    )
    period = period_of(db, filters)
    report = _report(db, period, asked)
    earlier = period_before(period) if compared else None
    return compared_with(report, _report(db, earlier, asked)) if earlier else report


def _report(db: Db, period: Period, asked: Asked) -> CoverageReport:
    kecamatan_of = {code: area.parent_code for code, area in asked.areas.items()}
    counted = census(db, period, asked.filters, kecamatan_of)
    rows = _rows(counted, period, targets_of(db, period.to.year), asked)
    by_session = [division for division in asked.divisions if division != "kecamatan"]
    breakdowns = breakdowns_by_session(db, period, asked.filters, by_session, asked.language)
    if "kecamatan" in asked.divisions:
        breakdowns = (_by_kecamatan(counted, rows, asked), *breakdowns)
    return CoverageReport(
        generated_at=now().replace(microsecond=0),
        period=period,
        filters=asked.named,
        target_year=period.to.year,
        totals=_totals(counted, rows, asked.groups),
        rows=rows,
        groups=asked.groups,
        breakdowns=breakdowns,
        rates=coverage_rates(db, asked.actor, counted, period, asked.filters) if asked.divisions else (),
    )


def _rows(counted: Census, period: Period, targets: Targets, asked: Asked) -> tuple[CoverageRow, ...]:
    """A row for every kelurahan that is valid on the period's last day, or closed with people in the period."""
    kecamatan = asked.filters.kecamatan
    return tuple(
        _row(area, counted, period, targets, asked)
        for area in asked.areas.values()
        if area.level is AreaLevel.KELURAHAN
        and kecamatan in (None, area.parent_code)
        and (
            (area.valid_from <= period.to and not _closed(area, period))
            or counted.of("kelurahan", area.code).registered
        )
    )


def _closed(area: Area, period: Period) -> bool:
    return area.valid_to is not None and area.valid_to < period.to


def _row(area: Area, counted: Census, period: Period, targets: Targets, asked: Asked) -> CoverageRow:
    tally = counted.of("kelurahan", area.code)
    target = targets.of(area.code, asked.filters.group)
    target = DEFAULT_TARGET if target is None else target
    return CoverageRow(
        kelurahan=area.code,
        name=area.name,
        kecamatan=asked.areas[area.parent_code].name if area.parent_code else "",
        state=state_of(
            target=target,
            registered=tally.registered,
            participants=tally.participants,
            unrecorded=tally.to_come + tally.list_missing,
        ),
        unmeasured_why=unmeasured_why(to_come=tally.to_come, list_missing=tally.list_missing),
        target=target,
        registered=tally.registered,
        attendances=tally.attendances,
        participants=tally.participants,
        gap=gap_of(target=target, participants=tally.participants),
        by_sex=tally.by_sex,
        groups={
            group.code: _figures(
                counted.of("cells", area.code, group.code), targets.of(area.code, group.code)
            )
            for group in asked.groups
        },
        tile_column=area.tile_column,
        tile_row=area.tile_row,
        closed_on=area.valid_to if _closed(area, period) else None,
    )


def _figures(tally: Tally, target: int | None) -> Figures:
    return Figures(
        target=target,
        registered=tally.registered,
        attendances=tally.attendances,
        participants=tally.participants,
    )


def _totals(counted: Census, rows: tuple[CoverageRow, ...], groups: tuple[TargetGroup, ...]) -> Totals:
    city = counted.city
    open_rows = [row for row in rows if row.closed_on is None]
    with_target = [row for row in open_rows if row.target > 0]
    return Totals(
        kelurahan=len(open_rows),
        with_target=len(with_target),
        covered=sum(is_covered(target=row.target, participants=row.participants) for row in with_target),
        target=sum(row.target for row in open_rows),
        gap=sum(row.gap for row in open_rows),
        registered=city.registered,
        attendances=city.attendances,
        participants=city.participants,
        outside=counted.outside,
        waitlisted=counted.waiting,
        moved=counted.moved,
        by_group={
            group.code: _figures(counted.of("group", group.code), _summed(rows, group.code))
            for group in groups
        },
        by_sex=city.by_sex,
    )


def _summed(rows: tuple[CoverageRow, ...], group: str) -> int | None:
    """The city's target for a group: the sum of its kelurahan's, where any is set."""
    targets = [row.groups[group].target for row in rows if row.closed_on is None]
    return sum(target or 0 for target in targets) if any(target is not None for target in targets) else None


def _by_kecamatan(counted: Census, rows: tuple[CoverageRow, ...], asked: Asked) -> Breakdown:
    """Target and gap are sums over the kelurahan that still exist; people are counted anew, each once."""
    inside_of = defaultdict(list)
    for row in rows:
        inside_of[asked.areas[row.kelurahan].parent_code].append(row)
    parts = []
    for area in asked.areas.values():
        inside = inside_of[area.code]
        if area.level is not AreaLevel.KECAMATAN or not inside:
            continue
        tally = counted.of("kecamatan", area.code)
        parts.append(
            Part(
                key=area.code,
                label=area.name,
                narrowed={"kecamatan": area.code},
                target=sum(row.target for row in inside if row.closed_on is None),
                gap=sum(row.gap for row in inside if row.closed_on is None),
                registered=tally.registered,
                attendances=tally.attendances,
                participants=tally.participants,
            )
        )
    return Breakdown(by="kecamatan", parts=tuple(parts))
