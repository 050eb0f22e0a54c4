"""The coverage report: which kelurahan and which target groups were reached, in figures already counted.

`queries.coverage.report` fills these classes; tables, pages and documents only read them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Literal

from app.geography.boundaries import Boundaries
from app.i18n import N_, Translator
from app.reports.coverage.breakdowns import Breakdown, Dimension, Part, Pillar
from app.reports.coverage.states import State, UnmeasuredWhy
from app.reports.coverage.trend import Trend
from app.reports.letterhead import LETTERHEAD, Letterhead
from app.reports.official import ClosedPeriodNote, HeldSession, OfficialDetails, PlannedSession
from app.reports.periods import Period

SexKey = Literal["L", "P", "unknown"]
SEX_KEYS: tuple[SexKey, ...] = ("L", "P", "unknown")

Measure = Literal["penduduk", "umkm"]
"""What a rate is measured against: inhabitants or small businesses."""
PER: dict[Measure, int] = {"penduduk": 1_000, "umkm": 100}
# msgids
MEASURES: dict[Measure, str] = {
    "penduduk": N_("participants per 1,000 inhabitants"),
    "umkm": N_("small businesses taking part, per 100 of them"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """The filters of a report with their names in the reader's language; None is "all"."""

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
    """People and attendances of one target group; `target` is None where none is set."""

    target: int | None = None
    registered: int = 0
    attendances: int = 0
    participants: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """The figures of one kelurahan.

    `by_sex` splits `participants` and has all three keys; `groups` has every group of the report.
    `target` and `gap` are None where no target is set; a target of 0 means that nobody is to be reached.
    `closed_on` is the last day of a kelurahan that was closed before the period's end.
    `tile_column` and `tile_row` are None for a kelurahan that is not on the tile map.
    """

    kelurahan: str
    name: str
    kecamatan: str
    state: State
    unmeasured_why: UnmeasuredWhy | None = None
    target: int | None
    registered: int
    attendances: int
    participants: int
    gap: int | None
    by_sex: Mapping[SexKey, int]
    groups: Mapping[str, Figures]
    tile_column: int | None
    tile_row: int | None
    closed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Figures of the whole city, counted separately: distinct people can't be added up from rows.

    `kelurahan`       kelurahan that exist on the period's last day
    `with_target`     those of them with a target above 0
    `without_target`  those of them for which no target is set
    `covered`         those of the latter two that are reached; where no target is set, by at least one participant
    `target_reached`  those of `with_target` that are reached
    `target`, `gap`   sums over the kelurahan with a target, None if there is no such kelurahan
    `outside`         distinct people present who live outside the city, in no row and not in `participants`
    `waitlisted`      distinct people who are only on a waiting list, not in `registered`
    `moved`           people counted in more than one kelurahan, once in `participants`
    """

    kelurahan: int
    with_target: int
    without_target: int
    covered: int
    target_reached: int
    target: int | None
    gap: int | None
    registered: int
    attendances: int
    participants: int
    outside: int
    waitlisted: int
    moved: int
    by_group: Mapping[str, Figures]
    by_sex: Mapping[SexKey, int]

    @property
    def reached_without_target(self) -> int:
        """The number of kelurahan that have no target and at least one participant."""
        return self.covered - self.target_reached

    @property
    def with_target_zero(self) -> int:
        """The number of kelurahan whose target is 0."""
        return self.kelurahan - self.with_target - self.without_target


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetGroup:
    """A target group with its label in the reader's language."""

    code: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """The participants of an area out of its `known` inhabitants or small businesses, according to `source`."""

    area: str
    name: str
    measure: Measure
    participants: int
    known: int
    as_of: date
    source: str

    @property
    def rate(self) -> float:
        """Participants per 1,000 inhabitants or per 100 small businesses.

        Rounded to two decimals, below 0.1 to four.
        """
        exact = PER[self.measure] * self.participants / self.known
        return round(exact, 2 if exact >= 0.1 else 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueCounts:
    """The venues of a kelurahan by whether they have free public Wi-Fi.

    `best` is the name of the venue to suggest, one with Wi-Fi if there is any; empty without venues.
    """

    with_wifi: int = 0
    without_wifi: int = 0
    unknown: int = 0
    best: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGap:
    """A kelurahan, or with `group` a target group there, that is below its target, or from which nobody came.

    `target`, `gap`  None where no target is set: nobody came from there
    `never_came`     distinct people registered whose outcomes are all recorded and who were present at no session
    `expected`       distinct people who were present at no session yet and are registered for one to come
    `waiting`        distinct people on the waiting list of a session
    `lists_missing`  sessions that are over and lack the outcome of a person from here
    """

    kelurahan: str
    name: str
    kecamatan: str
    group: str | None = None
    group_label: str | None = None
    state: State
    unmeasured_why: UnmeasuredWhy | None
    target: int | None
    registered: int
    participants: int
    gap: int | None
    never_came: int
    expected: int
    waiting: int
    lists_missing: int
    venues: VenueCounts

    @property
    def share(self) -> int | None:
        """The participants in per cent of the target, rounded down; None without a target."""
        return 100 * self.participants // self.target if self.target else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageReport:
    """The whole report: totals of the city, and a row per kelurahan in code order.

    `generated_at` is an aware datetime. `target_year` is the WITA year in which the period ends, whose targets are
    used. `trend` is loaded on request; `before` is the report of the preceding period if the two are compared.
    `letterhead` is that of its files. `sessions`, those held in the period, `planned`, those to come, and `gaps`, the
    largest first, are loaded for documents. `official` is None for working figures: a report that is not issued.
    `closed_periods` are those that the period touches, without the one whose official figures these are. `boundaries`
    are those of maps, None where none were uploaded. `figures_key` is a random text, so that nobody can find the
    figures of an issued report by trying which have its checksum; "" for working figures.
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
    trend: Trend | None = None
    before: "CoverageReport | None" = None
    letterhead: Letterhead = LETTERHEAD
    sessions: tuple[HeldSession, ...] = ()
    planned: tuple[PlannedSession, ...] = ()
    gaps: tuple[CoverageGap, ...] = ()
    official: OfficialDetails | None = None
    boundaries: Boundaries | None = None
    closed_periods: tuple[ClosedPeriodNote, ...] = ()
    figures_key: str = ""

    @property
    def open_rows(self) -> tuple[CoverageRow, ...]:
        """The rows of the kelurahan that exist on the period's last day."""
        return tuple(row for row in self.rows if row.closed_on is None)

    @property
    def short_rows(self) -> tuple[CoverageRow, ...]:
        """The rows of open kelurahan that are not reached, without those whose target is 0."""
        return tuple(row for row in self.open_rows if row.target != 0 and row.state != "reached")

    def parts_by(self, dimension: Dimension) -> tuple[Part, ...]:
        """Return the parts of the breakdown by `dimension`, none if the report doesn't have it."""
        return next((breakdown.parts for breakdown in self.breakdowns if breakdown.by == dimension), ())


@dataclass(frozen=True, slots=True)
class GroupProgress:
    """The number of kelurahan in which a target group has reached its own target, out of those that have one."""

    group: TargetGroup
    reached: int
    kelurahan: int


def group_progress(report: CoverageReport) -> list[GroupProgress]:
    """Return the progress of each group for which some open kelurahan has a target above 0, in the report's order.

    Empty if the report is filtered by a group: its rows show that group's targets then.
    """
    if report.filters.group:
        return []
    progress = []
    for group in report.groups:
        with_target = [figures for row in report.open_rows if (figures := row.groups[group.code]).target]
        reached = sum(figures.participants >= (figures.target or 0) for figures in with_target)
        if with_target:
            progress.append(GroupProgress(group, reached, len(with_target)))
    return progress


def counting_rule(target_year: int, _: Translator) -> str:
    """Return the sentence on how people are counted, which every format prints."""
    return _(
        "Participants are distinct people who were present at least once at a session that began in the "
        "period, each counted in the kelurahan where they lived then; a kelurahan is reached when its "
        "participants are at least its target for %(year)s, and at least one; where no target is set, one is "
        "enough."
    ) % {"year": target_year}


def coverage_document(report: CoverageReport, _: Translator) -> dict[str, object]:
    """Return the report as a dictionary for orjson, as in the API and on the command line.

    `rule` is in the translator's language, names and labels in that of the report. `before` is the document of the
    preceding period, or None.
    """
    return {
        **document_header(report),
        **({"figures_key": report.figures_key} if report.figures_key else {}),
        "target_year": report.target_year,
        "rule": counting_rule(report.target_year, _),
        "groups": report.groups,
        "totals": report.totals,
        "rows": [row_document(row) for row in report.rows],
        "breakdowns": report.breakdowns,
        "trend": report.trend,
        "rates": [_rate_document(rate) for rate in report.rates],
        "before": coverage_document(report.before, _) if report.before else None,
    }


def document_header(report: CoverageReport) -> dict[str, object]:
    """Return the first members of the JSON of every report on coverage: time, period and filters.

    The time is in UTC, as ISO 8601; period and filters are converted by orjson. `official` is None for working figures;
    `closed_periods` are those that they touch.
    """
    return {
        "generated_at": report.generated_at.astimezone(UTC).isoformat(timespec="seconds"),
        "period": _period_document(report.period),
        "filters": report.filters,
        "official": _official_document(report.official) if report.official else None,
        "closed_periods": [
            {
                "period": _period_document(closed.period),
                "number": closed.number,
                "late_uploads": closed.late_uploads,
            }
            for closed in report.closed_periods
        ],
    }


def _period_document(period: Period) -> dict[str, date]:
    return {"from": period.from_, "to": period.to}


def _official_document(official: OfficialDetails) -> dict[str, object]:
    """Return what an issued report prints; without signatories, whose employee numbers are for the documents."""
    names = (field.name for field in fields(official) if field.name not in {"signatories", "issued_at"})
    return {
        **{name: getattr(official, name) for name in names},
        "issued_at": official.issued_at.astimezone(UTC).isoformat(timespec="seconds"),
    }


def row_document(row: CoverageRow) -> dict[str, object]:
    """Return all fields of a row but its place on the tile map."""
    names = (field.name for field in fields(row))
    return {name: getattr(row, name) for name in names if name not in {"tile_column", "tile_row"}}


def _rate_document(rate: Rate) -> dict[str, object]:
    """Return the rate as the JSON has it; `per` is 1,000 inhabitants or 100 small businesses."""
    return {
        "area": rate.area,
        "name": rate.name,
        "measure": rate.measure,
        "participants": rate.participants,
        "known": rate.known,
        "per": PER[rate.measure],
        "rate": rate.rate,
        "as_of": rate.as_of,
        "source": rate.source,
    }
