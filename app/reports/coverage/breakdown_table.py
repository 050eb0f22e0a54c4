"""A breakdown of the coverage report as a table."""

from dataclasses import dataclass

from app.i18n import Translator
from app.reports.coverage.parts import DIVISION_NAMES, TIMES, Breakdown, Part
from app.reports.coverage.report import CoverageReport
from app.reports.coverage.table import change_column, people_columns
from app.reports.coverage.time_changes import changes_in_time, parts_by
from app.reports.coverage.wording import subtitle
from app.reports.table import Cell, Column, Row, Table


@dataclass(frozen=True, slots=True)
class _Shown:
    """Which columns a breakdown has."""

    target: bool
    change: bool

    def cells(self, part: Part, change: int | None) -> tuple[Cell, ...]:
        return (
            part.label,
            *((part.target, part.gap) if self.target else (part.sessions,)),
            part.registered,
            part.attendances,
            part.participants,
            *((change,) if self.change else ()),
        )


def breakdown_tables(report: CoverageReport, _: Translator) -> tuple[Table, ...]:
    """One for each breakdown of the report."""
    return tuple(breakdown_table(report, breakdown, _) for breakdown in report.breakdowns)


def breakdown_table(report: CoverageReport, breakdown: Breakdown, _: Translator) -> Table:
    """A row per part, under its key; the total is the city's, counted on its own.

    In a report that is compared, months and quarters are with the one before each, other parts with the period before.
    """
    name = _(DIVISION_NAMES[breakdown.by])
    shown = _Shown(target=breakdown.by == "kecamatan", change=bool(report.before))
    changes = _changes(report, breakdown)
    return Table(
        name=name,
        title=_("Coverage by: %(division)s") % {"division": name},
        subtitle=subtitle(report, _),
        columns=(
            Column(name, "name"),
            *((Column(_("Target"), "integer"), Column(_("Gap"), "integer")) if shown.target else ()),
            *(() if shown.target else (Column(_("Sessions"), "integer", counts="sessions"),)),
            *people_columns(_),
            *_change_column(report, breakdown, _),
        ),
        rows=tuple(
            Row(shown.cells(part, changes.get(part.key)), part.key, narrowed=part.narrowed or None)
            for part in breakdown.parts
        ),
        total=Row(
            shown.cells(_whole(report, breakdown, _), _change_of_whole(report, breakdown)), narrowed={}
        ),
        notes=(breakdown_note(_),),
    )


def breakdown_note(_: Translator) -> str:
    """Why the lines don't add up to the total."""
    return _(
        "Each line counts distinct people: who is in several counts in each of them, and once in the total."
    )


def _change_column(report: CoverageReport, breakdown: Breakdown, _: Translator) -> list[Column]:
    if not report.before or breakdown.by not in TIMES:
        return change_column(report, _)
    text = _("Since the month before") if breakdown.by == "month" else _("Since the quarter before")
    return [Column(text, "integer", signed=True)]


def _changes(report: CoverageReport, breakdown: Breakdown) -> dict[str, int]:
    """By the parts' keys; without those of which nothing can be said."""
    if not report.before:
        return {}
    if breakdown.by in TIMES:
        return changes_in_time(report, report.before, breakdown)
    earlier = {part.key: part.participants for part in parts_by(report.before, breakdown.by)}
    return {part.key: part.participants - earlier.get(part.key, 0) for part in breakdown.parts}


def _change_of_whole(report: CoverageReport, breakdown: Breakdown) -> int | None:
    """None where every part is compared with another part: the whole has none before it."""
    if not report.before or breakdown.by in TIMES:
        return None
    return report.totals.participants - report.before.totals.participants


def _whole(report: CoverageReport, breakdown: Breakdown, _: Translator) -> Part:
    totals = report.totals
    return Part(
        key="",
        label=_("Total"),
        narrowed={},
        target=totals.target,
        gap=totals.gap,
        sessions=sum(part.sessions or 0 for part in breakdown.parts),
        registered=totals.registered,
        attendances=totals.attendances,
        participants=totals.participants,
    )
