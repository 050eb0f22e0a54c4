"""The breakdowns and the rates of the coverage report as tables."""

from app.i18n import Language, Translator, date_text
from app.reports.coverage.breakdowns import DIMENSION_NAMES, TIME_DIMENSIONS, Breakdown, Part
from app.reports.coverage.comparison import changes_by_part
from app.reports.coverage.report import MEASURES, CoverageReport
from app.reports.coverage.tables.matrix import change_column, people_columns
from app.reports.coverage.texts.wording import subtitle
from app.reports.table import Cell, Column, Row, Table


def breakdown_tables(report: CoverageReport, _: Translator, language: Language) -> tuple[Table, ...]:
    """Return a table for each breakdown of the report, in the same order."""
    return tuple(_breakdown_table(report, breakdown, _, language) for breakdown in report.breakdowns)


def breakdown_note(_: Translator) -> str:
    """Return the sentence on why the rows don't add up to the total."""
    return _(
        "Each line counts distinct people: who is in several counts in each of them, and once in the total."
    )


def rates_table(report: CoverageReport, _: Translator, language: Language) -> Table:
    """Return a table with a row for each rate of the report, without a total.

    Its columns are area, measure, participants, how many people there are, the rate, and date and source of that
    number.
    """
    return Table(
        name=_("Rates"),
        title=_("People reached out of how many there are"),
        subtitle=subtitle(report, _, language),
        columns=(
            Column(_("Code"), "code"),
            Column(_("Area"), "name"),
            Column(_("Measure"), "text"),
            Column(_("Participants"), "integer"),
            Column(_("There are"), "integer"),
            Column(_("Rate"), "integer"),
            Column(_("As of"), "text"),
            Column(_("Source"), "text"),
        ),
        rows=tuple(
            Row(
                (
                    rate.area,
                    rate.name,
                    _(MEASURES[rate.measure]),
                    rate.participants,
                    rate.known,
                    rate.rate,
                    date_text(rate.as_of),
                    rate.source,
                ),
                key=rate.area,
            )
            for rate in report.rates
        ),
        total=None,
        notes=(
            _(
                "A number is used for the very area that its source names, and never spread over smaller ones."
            ),
        ),
    )


def _breakdown_table(
    report: CoverageReport, breakdown: Breakdown, _: Translator, language: Language
) -> Table:
    """Return a table with a row per part, and the report's totals as its total: the rows don't add up to them.

    In a compared report, months and quarters show the change since the one before, other parts since the period before.
    The breakdown by kecamatan has targets and gaps, the others have the number of sessions.
    """
    name = _(DIMENSION_NAMES[breakdown.by])
    has_target, has_change = breakdown.by == "kecamatan", bool(report.before)
    changes = changes_by_part(report, breakdown)

    def cells(part: Part, change: int | None) -> tuple[Cell, ...]:
        return (
            part.label,
            *((part.target, part.gap) if has_target else (part.sessions,)),
            part.registered,
            part.attendances,
            part.participants,
            *((change,) if has_change else ()),
        )

    return Table(
        name=name,
        title=_("Coverage by: %(division)s") % {"division": name},
        subtitle=subtitle(report, _, language),
        columns=(
            Column(name, "name"),
            *(
                (
                    Column(_("Target"), "integer", counts="target"),
                    Column(_("Gap"), "integer", counts="gap"),
                )
                if has_target
                else (Column(_("Sessions"), "integer", counts="sessions"),)
            ),
            *people_columns(_),
            *_change_column(report, breakdown, _),
        ),
        rows=tuple(
            Row(cells(part, changes.get(part.key)), part.key, filters=part.narrowed or None)
            for part in breakdown.parts
        ),
        total=Row(cells(_total(report, breakdown, _), _total_change(report, breakdown)), filters={}),
        notes=(breakdown_note(_),),
    )


def _change_column(report: CoverageReport, breakdown: Breakdown, _: Translator) -> list[Column]:
    """Return the column for the change, as a list; empty if the report isn't compared.

    By month or quarter its heading says so; otherwise it is that of `change_column`.
    """
    if not report.before or breakdown.by not in TIME_DIMENSIONS:
        return change_column(report, _)
    text = _("Since the month before") if breakdown.by == "month" else _("Since the quarter before")
    return [Column(text, "integer", signed=True)]


def _total(report: CoverageReport, breakdown: Breakdown, _: Translator) -> Part:
    """Return the report's totals as a part; its sessions are the sum of the parts."""
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


def _total_change(report: CoverageReport, breakdown: Breakdown) -> int | None:
    """Return the change in participants since the period before.

    None if the report isn't compared, and by month or quarter, where each part is compared with another one.
    """
    if not report.before or breakdown.by in TIME_DIMENSIONS:
        return None
    return report.totals.participants - report.before.totals.participants
