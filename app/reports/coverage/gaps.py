"""Where to go next: the kelurahan and groups that haven't reached their target, those missing most people first."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC
from typing import Literal

from app.i18n import Language, Translator, integer_text
from app.reports.coverage.download import Download, Format, file_name
from app.reports.coverage.report import CoverageReport, State, UnmeasuredWhy
from app.reports.coverage.states import state_text
from app.reports.coverage.wording import subtitle
from app.reports.formats.download import table_download
from app.reports.table import Column, Row, Table

Order = Literal["gap", "share"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VenuesThere:
    """The venues of a kelurahan by what is known of free public Wi-Fi.

    `best` is the name of the first to think of, one with Wi-Fi if there is any; empty without venues.
    """

    with_wifi: int = 0
    without_wifi: int = 0
    unknown: int = 0
    best: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGap:
    """A kelurahan, or with `group` a target group there, that is short of its target.

    `never_came`     distinct people registered whose outcomes are all known, and who were present at none
    `expected`       distinct people who were present at none yet, and are registered for a session still to come
    `waiting`        distinct people on a session's waiting list
    `lists_missing`  sessions that are over, without an outcome of somebody from here
    """

    kelurahan: str
    name: str
    kecamatan: str
    group: str | None = None
    group_label: str | None = None
    state: State
    unmeasured_why: UnmeasuredWhy | None
    target: int
    registered: int
    participants: int
    gap: int
    never_came: int
    expected: int
    waiting: int
    lists_missing: int
    venues: VenuesThere

    @property
    def share(self) -> int:
        """How much of the target is reached, in whole per cent; a gap is there only where the target is above 0."""
        return 100 * self.participants // self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGaps:
    """The gaps of a coverage report, in their order."""

    report: CoverageReport
    order: Order
    gaps: tuple[CoverageGap, ...]


def ranked(gaps: Iterable[CoverageGap], order: Order) -> tuple[CoverageGap, ...]:
    """By the people missing, most first; or by the share of the target, least first. Then by the other."""

    def rank(gap: CoverageGap) -> tuple[int, int, str, str]:
        by_gap, by_share = -gap.gap, gap.share
        first, second = (by_gap, by_share) if order == "gap" else (by_share, by_gap)
        return first, second, gap.kelurahan, gap.group or ""

    return tuple(sorted(gaps, key=rank))


def gaps_headline(found: CoverageGaps, _: Translator, language: Language) -> str:
    """The one sentence that says how much is left to do."""
    year = found.report.target_year
    if not found.gaps:
        return _("Every target for %(year)s is reached") % {"year": year}
    return _("%(gaps)s targets for %(year)s aren't reached yet, in %(kelurahan)s kelurahan") % {
        "gaps": integer_text(len(found.gaps), language),
        "kelurahan": integer_text(len({gap.kelurahan for gap in found.gaps}), language),
        "year": year,
    }


def gaps_table(found: CoverageGaps, _: Translator, language: Language) -> Table:
    """A row per gap."""
    venues, lists = _("Venues with free public Wi-Fi"), _("People registered")
    return Table(
        name=_("Where to go next"),
        title=_("Where to go next: kelurahan and groups short of their target"),
        subtitle=(*subtitle(found.report, _), gaps_headline(found, _, language)),
        columns=(
            Column(_("Rank"), "integer"),
            Column(_("Code"), "code"),
            Column(_("Kecamatan"), "text"),
            Column(_("Kelurahan"), "name"),
            Column(_("Target group"), "text"),
            Column(_("State"), "state"),
            Column(_("Gap"), "integer"),
            Column(_("Target"), "integer"),
            Column(_("Participants"), "integer"),
            Column(_("Per cent of target"), "integer"),
            Column(_("In all"), "integer", group=lists),
            Column(_("Never came"), "integer", group=lists),
            Column(_("Expected"), "integer", group=lists),
            Column(_("On a waiting list"), "integer"),
            Column(_("Sessions without attendance"), "integer"),
            Column(_("yes"), "integer", group=venues),
            Column(_("no"), "integer", group=venues),
            Column(_("not known"), "integer", group=venues),
        ),
        rows=tuple(_row(number, gap, _) for number, gap in enumerate(found.gaps, 1)),
        total=None,
        notes=(
            _(
                "Never came: people whose attendance is recorded for every session that they registered for, "
                "and who were present at none."
            ),
            _(
                "Expected: people who were present at no session yet, and are registered for one still to come."
            ),
            _(
                "Sessions without attendance: sessions that are over, for which it isn't recorded whether "
                "somebody from here came. The gap may be smaller than it seems."
            ),
        ),
    )


def _row(number: int, gap: CoverageGap, _: Translator) -> Row:
    return Row(
        cells=(
            number,
            gap.kelurahan,
            gap.kecamatan,
            gap.name,
            gap.group_label or _("All groups"),
            state_text(gap.state, gap.unmeasured_why, _),
            gap.gap,
            gap.target,
            gap.participants,
            gap.share,
            gap.registered,
            gap.never_came,
            gap.expected,
            gap.waiting,
            gap.lists_missing,
            gap.venues.with_wifi,
            gap.venues.without_wifi,
            gap.venues.unknown,
        ),
        key=gap.kelurahan,
        mark=gap.state,
    )


def gaps_document(found: CoverageGaps) -> dict[str, object]:
    """The gaps as JSON."""
    report = found.report
    return {
        "generated_at": report.generated_at.astimezone(UTC).isoformat(timespec="seconds"),
        "period": {"from": report.period.from_.isoformat(), "to": report.period.to.isoformat()},
        "filters": asdict(report.filters),
        "target_year": report.target_year,
        "order": found.order,
        "rows": [asdict(gap) | {"share": gap.share} for gap in found.gaps],
    }


def gaps_download(found: CoverageGaps, file_format: Format, _: Translator, language: Language) -> Download:
    """The gaps as a file in one of the formats."""
    ranked_by = [] if found.order == "gap" else [_("by-share")]
    name = file_name(_("where-to-go-next"), found.report, *ranked_by)
    table, document = gaps_table(found, _, language), gaps_document(found)
    return table_download(table, document, name, found.report.generated_at, file_format, _, language)
