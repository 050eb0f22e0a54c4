"""The coverage report: which kelurahan and target groups were reached. A constant number of queries."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Subquery, case, func, select
from sqlmodel import col

from app.database import Db
from app.errors import Invalid, NotFound
from app.i18n import N_, Language, wita
from app.models import Area, AreaLevel, CoverageTarget, Workshop, WorkshopSession
from app.models.base import YEARS, now
from app.permissions import Actor, Permission
from app.queries import reference
from app.queries.coverage_counts import (
    CoverageFilters,
    Tally,
    people_by_sex,
    people_from_outside,
    people_in_several_kelurahan,
    people_only_waiting,
    registrations_that_count,
    tallies,
)
from app.reports.coverage import (
    CoverageReport,
    CoverageRow,
    Figures,
    Filters,
    Period,
    TargetGroup,
    Totals,
    gap_of,
    is_covered,
    state_of,
    unmeasured_why,
)

DEFAULT_TARGET = 1


def coverage(db: Db, actor: Actor, filters: CoverageFilters, language: Language) -> CoverageReport:
    """The coverage report. Raises `Invalid` for a reversed period and `NotFound` for an unknown filter."""
    actor.require(Permission.COVERAGE_READ)
    groups = reference.target_groups(db, language)
    named = _named_filters(db, filters, {group.code: group.label for group in groups})
    period = _period(db, filters)
    facts = registrations_that_count(period, filters)
    targets = _targets(db, period.to.year)
    rows = _rows(db, facts, period, filters, targets, [group.code for group in groups])
    return CoverageReport(
        generated_at=now().replace(microsecond=0),
        period=period,
        filters=named,
        target_year=period.to.year,
        totals=_totals(db, facts, rows, [group.code for group in groups]),
        rows=rows,
        groups=tuple(TargetGroup(code=group.code, label=group.label) for group in groups),
    )


def _named_filters(db: Db, filters: CoverageFilters, labels: Mapping[str, str]) -> Filters:
    title = None
    if filters.workshop:
        title = db.scalars(select(col(Workshop.title)).where(col(Workshop.code) == filters.workshop)).first()
        if title is None:
            raise NotFound(N_("There is no workshop %(workshop)s."), workshop=filters.workshop)
    if filters.group and filters.group not in labels:
        raise NotFound(N_("There is no target group %(group)s."), group=filters.group)
    return Filters(
        workshop=filters.workshop,
        workshop_title=title,
        group=filters.group,
        group_label=labels.get(filters.group or ""),
        sex=filters.sex,
    )


def _period(db: Db, filters: CoverageFilters) -> Period:
    """The period asked for. A missing end is that of the other end's year, or of the latest with a session."""
    year = (filters.from_ or filters.to or _latest_day(db, filters.workshop)).year
    period = Period(from_=filters.from_ or date(year, 1, 1), to=filters.to or date(year, 12, 31))
    if period.from_ > period.to:
        text = N_("The period ends before it begins.")
        raise Invalid(text, fields={"to": text})
    if period.from_.year not in YEARS or period.to.year not in YEARS:
        text = N_("The period must lie in the years 2000 to 2100.")
        raise Invalid(text, fields={"from": text})
    return period


def _latest_day(db: Db, workshop: str | None) -> date:
    """The WITA day on which the latest session started; while none has, that of the first to come, else today."""
    starts_at = col(WorkshopSession.starts_at)
    statement = select(func.max(case((starts_at <= now(), starts_at))), func.min(starts_at)).where(
        col(WorkshopSession.cancelled_at).is_(None)
    )
    if workshop:
        statement = statement.join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id)).where(
            col(Workshop.code) == workshop
        )
    latest, first = db.execute(statement).one()
    return wita(latest or first or now()).date()


def _rows(
    db: Db,
    facts: Subquery,
    period: Period,
    filters: CoverageFilters,
    targets: Mapping[tuple[str, str | None], int],
    groups: list[str],
) -> tuple[CoverageRow, ...]:
    whole = tallies(db, facts, facts.c.kelurahan)
    by_group = tallies(db, facts, facts.c.kelurahan, facts.c.target_group)
    by_sex = people_by_sex(db, facts, facts.c.kelurahan)
    areas = {area.code: area for area in db.scalars(select(Area))}
    rows: list[CoverageRow] = []
    for code, area in sorted(areas.items()):
        closed = area.valid_to is not None and area.valid_to < period.to
        valid = area.valid_from <= period.to and not closed
        tally = whole.get((code,), Tally())
        if area.level is not AreaLevel.KELURAHAN or not (valid or tally.registered):
            continue
        target = targets.get((code, filters.group), DEFAULT_TARGET)
        rows.append(
            CoverageRow(
                kelurahan=code,
                name=area.name,
                kecamatan=areas[area.parent_code].name if area.parent_code else "",
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
                by_sex=by_sex[(code,)],
                groups={
                    group: _figures(by_group.get((code, group), Tally()), targets.get((code, group)))
                    for group in groups
                },
                tile_column=area.tile_column,
                tile_row=area.tile_row,
                closed_on=area.valid_to if closed else None,
            )
        )
    return tuple(rows)


def _figures(tally: Tally, target: int | None) -> Figures:
    return Figures(
        target=target,
        registered=tally.registered,
        attendances=tally.attendances,
        participants=tally.participants,
    )


def _totals(
    db: Db,
    facts: Subquery,
    rows: tuple[CoverageRow, ...],
    groups: list[str],
) -> Totals:
    city = tallies(db, facts).get((), Tally())
    by_group = tallies(db, facts, facts.c.target_group)
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
        outside=people_from_outside(db, facts),
        waitlisted=people_only_waiting(db, facts),
        moved=people_in_several_kelurahan(db, facts),
        by_group={group: _figures(by_group.get((group,), Tally()), _summed(rows, group)) for group in groups},
        by_sex=people_by_sex(db, facts)[()],
    )


def _summed(rows: tuple[CoverageRow, ...], group: str) -> int | None:
    """The city's target for a group: the sum of its kelurahan's, where any is set."""
    targets = [row.groups[group].target for row in rows if row.closed_on is None]
    return sum(target or 0 for target in targets) if any(target is not None for target in targets) else None


def _targets(db: Db, year: int) -> dict[tuple[str, str | None], int]:
    """Targets by kelurahan and group; without a group, of the kelurahan as a whole."""
    found = db.scalars(select(CoverageTarget).where(col(CoverageTarget.year) == year))
    return {(target.kelurahan_code, target.target_group_code): target.target for target in found}
