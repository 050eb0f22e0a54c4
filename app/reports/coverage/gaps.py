"""The gaps of the coverage report, ranked: targets that are missed, and kelurahan from which nobody came."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from app.i18n import Language, Translator
from app.reports.coverage.files.names import report_file_name
from app.reports.coverage.report import CoverageGap, CoverageReport, document_header
from app.reports.coverage.states import state_text
from app.reports.coverage.texts.wording import gaps_headline, subtitle, target_note
from app.reports.formats.download import Download, Format, table_download
from app.reports.table import Column, Row, Table

Order = Literal["gap", "share"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGaps:
    """The gaps of a coverage report, sorted by `order`."""

    report: CoverageReport
    order: Order
    gaps: tuple[CoverageGap, ...]


def sort_gaps(gaps: Iterable[CoverageGap], order: Order) -> tuple[CoverageGap, ...]:
    """Return the gaps sorted by the gap, largest first, or by the share of the target, smallest first.

    The other one breaks ties, then the code of the kelurahan and of the group. Kelurahan without a target come last,
    those with the fewest registered people first.
    """

    def sort_key(gap: CoverageGap) -> tuple[bool, int, int, str, str]:
        if gap.gap is None or gap.share is None:
            return True, gap.registered, 0, gap.kelurahan, gap.group or ""
        by_gap, by_share = -gap.gap, gap.share
        first, second = (by_gap, by_share) if order == "gap" else (by_share, by_gap)
        return False, first, second, gap.kelurahan, gap.group or ""

    return tuple(sorted(gaps, key=sort_key))


def gaps_table(gaps: CoverageGaps, _: Translator, language: Language) -> Table:
    """Return a table with a row per gap in their order, ranked from 1, without a total."""
    venues, registered = _("Venues with free public Wi-Fi"), _("People registered")
    return Table(
        name=_("Where to go next"),
        title=_("Where to go next: kelurahan and groups short of their target"),
        subtitle=(*subtitle(gaps.report, _, language), gaps_headline(gaps.report, gaps.gaps, _, language)),
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
            Column(_("In all"), "integer", group=registered),
            Column(_("Never came"), "integer", group=registered),
            Column(_("Expected"), "integer", group=registered),
            Column(_("On a waiting list"), "integer"),
            Column(_("Sessions without attendance"), "integer"),
            Column(_("yes"), "integer", group=venues),
            Column(_("no"), "integer", group=venues),
            Column(_("not known"), "integer", group=venues),
        ),
        rows=tuple(_row(rank, gap, _) for rank, gap in enumerate(gaps.gaps, 1)),
        total=None,
        notes=(
            *([note] if (note := target_note(gaps.report, _, language)) else ()),
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


def _row(rank: int, gap: CoverageGap, _: Translator) -> Row:
    return Row(
        cells=(
            rank,
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


def gaps_document(gaps: CoverageGaps) -> dict[str, object]:
    """Return the gaps as a dictionary for orjson, whose `rows` are the fields of each gap and its `share`."""
    return {
        **document_header(gaps.report),
        "target_year": gaps.report.target_year,
        "order": gaps.order,
        "rows": [asdict(gap) | {"share": gap.share} for gap in gaps.gaps],
    }


def gaps_download(gaps: CoverageGaps, file_format: Format, _: Translator, language: Language) -> Download:
    """Return the gaps as a JSON, CSV, Excel or PDF file, named after the report's filters and period."""
    order = [] if gaps.order == "gap" else [_("by-share")]
    name = report_file_name(_("where-to-go-next"), gaps.report, *order)
    table, document = gaps_table(gaps, _, language), gaps_document(gaps)
    return table_download(
        table, document, name, gaps.report.generated_at, file_format, gaps.report.letterhead, _, language
    )
