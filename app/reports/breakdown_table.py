"""A breakdown of the coverage report as a table."""

from dataclasses import dataclass

from app.i18n import Translator
from app.reports.coverage import CoverageReport
from app.reports.coverage_parts import DIVISION_NAMES, TIMES, Breakdown, Part
from app.reports.coverage_table import change_column, people_columns
from app.reports.table import Cell, Column, Row, Table
from app.reports.wording import subtitle


@dataclass(frozen=True, slots=True)
class _Shown:
    """Which columns a breakdown has."""

    target: bool
    change: bool

    def cells(self, part: Part, before: int) -> tuple[Cell, ...]:
        return (
            part.label,
            *((part.target, part.gap) if self.target else (part.sessions,)),
            part.registered,
            part.attendances,
            part.participants,
            *((part.participants - before,) if self.change else ()),
        )


def breakdown_tables(report: CoverageReport, _: Translator) -> tuple[Table, ...]:
    """One for each breakdown of the report."""
    return tuple(breakdown_table(report, breakdown, _) for breakdown in report.breakdowns)


def breakdown_table(report: CoverageReport, breakdown: Breakdown, _: Translator) -> Table:
    """A row per part, under its key; the total is the city's, counted on its own.

    Months and quarters are compared with each other by reading on, not with the period before.
    """
    name = _(DIVISION_NAMES[breakdown.by])
    shown = _Shown(
        target=breakdown.by == "kecamatan", change=bool(report.before) and breakdown.by not in TIMES
    )
    before = _participants_before(report, breakdown)
    return Table(
        name=name,
        title=_("Coverage by: %(division)s") % {"division": name},
        subtitle=subtitle(report, _),
        columns=(
            Column(name, "name"),
            *((Column(_("Target"), "integer"), Column(_("Gap"), "integer")) if shown.target else ()),
            *(() if shown.target else (Column(_("Sessions"), "integer", counts="sessions"),)),
            *people_columns(_),
            *(change_column(report, _) if shown.change else ()),
        ),
        rows=tuple(
            Row(shown.cells(part, before.get(part.key, 0)), part.key, narrowed=part.narrowed or None)
            for part in breakdown.parts
        ),
        total=Row(
            shown.cells(
                _whole(report, breakdown, _), report.before.totals.participants if report.before else 0
            ),
            narrowed={},
        ),
        notes=(breakdown_note(_),),
    )


def breakdown_note(_: Translator) -> str:
    """Why the lines don't add up to the total."""
    return _(
        "Each line counts distinct people: who is in several counts in each of them, and once in the total."
    )


def _participants_before(report: CoverageReport, breakdown: Breakdown) -> dict[str, int]:
    earlier = report.before.breakdowns if report.before else ()
    return {part.key: part.participants for one in earlier if one.by == breakdown.by for part in one.parts}


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
