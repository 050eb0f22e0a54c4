"""The coverage report: which kelurahan and which target groups were reached, in figures already counted.

`queries.coverage.report` fills these; whatever shows a report only reads them. The rules that turn figures into a
state and a gap stand here too, so that the query and its tests use the same ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Literal

from app.i18n import Translator
from app.reports.coverage.parts import Breakdown, Pillar
from app.reports.coverage.rates import Rate, rate_document
from app.reports.periods import Period

State = Literal["none", "unmeasured", "zero", "partial", "reached"]
UnmeasuredWhy = Literal["session-to-come", "list-missing"]
Sex = Literal["L", "P", "unknown"]

STATES: tuple[State, ...] = ("reached", "partial", "zero", "unmeasured", "none")
"""All states in the order in which a legend lists them: from most to least is known and done."""

SEXES: tuple[Sex, ...] = ("L", "P", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the report was narrowed to; None is "all". Titles and labels are in the reader's language."""

    workshop: str | None = None
    workshop_title: str | None = None
    group: str | None = None
    group_label: str | None = None
    sex: Literal["L", "P"] | None = None
    kecamatan: str | None = None
    kecamatan_name: str | None = None
    pillar: Pillar | None = None
    organization: int | None = None
    organization_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """People and attendances of one target group; `target` is None where nobody set one."""

    target: int | None = None
    registered: int = 0
    attendances: int = 0
    participants: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """One kelurahan, also at zero.

    `by_sex` splits `participants` and has all three keys; `groups` has every group of the report.
    `closed_on` is set for a kelurahan that ended within or before the period and has history in it.
    A kelurahan without a place on the tile map has no tile.
    """

    kelurahan: str
    name: str
    kecamatan: str
    state: State
    unmeasured_why: UnmeasuredWhy | None = None
    target: int
    registered: int
    attendances: int
    participants: int
    gap: int
    by_sex: Mapping[Sex, int]
    groups: Mapping[str, Figures]
    tile_column: int | None
    tile_row: int | None
    closed_on: date | None = None


ROW_OF_DOCUMENT = tuple(name for field in fields(CoverageRow) if not (name := field.name).startswith("tile_"))
"""Where a tile lies is the map's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Figures of the whole city, each counted on its own: distinct people can't be added up from rows.

    `kelurahan`     kelurahan valid on the period's last day
    `with_target`   those of them with a target above 0: what `covered` is out of
    `covered`       those of `with_target` for which `is_covered` holds
    `target`, `gap` sums over the rows
    `outside`       distinct people present who live outside the city, in no row and not in `participants`
    `waitlisted`    distinct people who are only on a waiting list, not in `registered`
    `moved`         people counted in more than one kelurahan, once in `participants`
    """

    kelurahan: int
    with_target: int
    covered: int
    target: int
    gap: int
    registered: int
    attendances: int
    participants: int
    outside: int
    waitlisted: int
    moved: int
    by_group: Mapping[str, Figures]
    by_sex: Mapping[Sex, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetGroup:
    """A column group of the matrix; the label is in the reader's language."""

    code: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageReport:
    """Rows come in code order; `generated_at` is an aware instant.

    `target_year` is the WITA year in which the period ends: the year of the targets. `breakdowns` are those that
    were asked for, with `rates` beside them; `before` is the report of the period before, if it is compared with that.
    """

    generated_at: datetime
    period: Period
    filters: Filters
    target_year: int
    totals: Totals
    rows: tuple[CoverageRow, ...]
    groups: tuple[TargetGroup, ...]
    breakdowns: tuple[Breakdown, ...] = ()
    rates: tuple[Rate, ...] = ()
    before: "CoverageReport | None" = None

    @property
    def open_rows(self) -> tuple[CoverageRow, ...]:
        """The kelurahan that still exist at the period's end."""
        return tuple(row for row in self.rows if row.closed_on is None)

    @property
    def short_rows(self) -> tuple[CoverageRow, ...]:
        """Those of them that have a target and haven't reached it."""
        return tuple(row for row in self.open_rows if row.gap)


@dataclass(frozen=True, slots=True)
class GroupStanding:
    """In how many kelurahan a group has `reached` its own target, out of those with one."""

    group: TargetGroup
    reached: int
    kelurahan: int


def group_standings(report: CoverageReport) -> list[GroupStanding]:
    """Of each group that has targets of its own; of none where the report is narrowed to one, as its rows tell it."""
    if report.filters.group:
        return []
    found = []
    for group in report.groups:
        aimed_at = [figures for row in report.open_rows if (figures := row.groups[group.code]).target]
        reached = sum(figures.participants >= (figures.target or 0) for figures in aimed_at)
        if aimed_at:
            found.append(GroupStanding(group, reached, len(aimed_at)))
    return found


def state_of(*, target: int, registered: int, participants: int, unrecorded: int) -> State:
    """The state of one kelurahan: the first that fits of reached, partial, unmeasured, zero, none.

    `unrecorded` counts its registrations without an outcome, whether the session is over or to come.
    """
    if is_covered(target=target, participants=participants):
        return "reached"
    if participants:
        return "partial"
    if unrecorded:
        return "unmeasured"
    return "zero" if registered else "none"


def unmeasured_why(*, to_come: int, list_missing: int) -> UnmeasuredWhy | None:
    """Why outcomes are missing: a list that someone still owes outweighs a session that is yet to be held."""
    if list_missing:
        return "list-missing"
    return "session-to-come" if to_come else None


def is_covered(*, target: int, participants: int) -> bool:
    """At least the target, and at least one person even where the target is 0."""
    return participants >= max(target, 1)


def gap_of(*, target: int, participants: int) -> int:
    """How many people are missing to the target; more than the target makes up for nothing elsewhere."""
    return max(0, target - participants)


def counting_rule(target_year: int, _: Translator) -> str:
    """How the figures were counted, in the one sentence that every format prints."""
    return _(
        "Participants are distinct people who were present at least once at a session that began in the "
        "period, each counted in the kelurahan where they lived then; a kelurahan is reached when its "
        "participants are at least its target for %(year)s, and at least one."
    ) % {"year": target_year}


def document(report: CoverageReport, _: Translator) -> dict[str, object]:
    """The report as what orjson makes the API's and the command's JSON of; only `rule` depends on the language."""
    return {
        "generated_at": report.generated_at.astimezone(UTC).isoformat(timespec="seconds"),
        "period": {"from": report.period.from_.isoformat(), "to": report.period.to.isoformat()},
        "filters": report.filters,
        "target_year": report.target_year,
        "rule": counting_rule(report.target_year, _),
        "groups": report.groups,
        "totals": report.totals,
        "rows": [_row_document(row) for row in report.rows],
        "breakdowns": report.breakdowns,
        "rates": [rate_document(rate) for rate in report.rates],
        "before": document(report.before, _) if report.before else None,
    }


def _row_document(row: CoverageRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in ROW_OF_DOCUMENT}
