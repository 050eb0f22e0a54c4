"""The coverage report as a workbook: a summary with charts, and a sheet for each table of the report."""

from dataclasses import replace

from openpyxl.chart import BarChart
from openpyxl.formatting.rule import ColorScale, DataBar, FormatObject, Rule
from openpyxl.styles.colors import Color

from app.excel import workbook_bytes
from app.i18n import Language, Translator, integer_text
from app.reports.coverage.files.workbook.summary import (
    add_coat_of_arms,
    finish_summary,
    set_up_summary_print,
    start_summary,
)
from app.reports.coverage.gaps import CoverageGaps, gaps_table
from app.reports.coverage.report import CoverageReport
from app.reports.coverage.states import STATE_STYLES
from app.reports.coverage.tables.breakdowns import breakdown_tables, rates_table
from app.reports.coverage.tables.documents import (
    KELURAHAN_BY_STATE,
    definitions_table,
    kecamatan_table,
    sessions_table,
)
from app.reports.coverage.tables.matrix import coverage_table, totals_table
from app.reports.coverage.tables.plan import planned_sessions_table
from app.reports.coverage.texts.wording import headline, report_title, state_meanings, subtitle
from app.reports.coverage.trend import STEPS, trend_table
from app.reports.formats.xlsx import MAX_WIDTH, TableSheet, add_table_sheet, colour_states, new_workbook
from app.reports.formats.xlsx_charts import Bars, ChartTexts, bar_chart
from app.reports.official import CLASSIFICATION_NAMES, Classification
from app.reports.table import Table

_NEEDS = "EFBD75"
_HAS = "8EC9BA"
_WHITE = "FFFFFF"
_MEANING_WIDTH = 100
"""The width of the column of definitions, in characters."""


def render_coverage_xlsx(report: CoverageReport, _: Translator, language: Language) -> bytes:
    """Return the .xlsx file: summary, matrix, kecamatan, sessions held, gaps, and all other tables of the report."""
    title = report.official.title if report.official else report_title(_)
    footer = _footer(report, _)
    book = new_workbook(title, report.generated_at, report.letterhead)
    sheet = book.create_sheet(_("Summary"))

    def add(table: Table, max_width: int = MAX_WIDTH) -> TableSheet:
        return add_table_sheet(book, table, report.letterhead, footer, max_width)

    matrix = add(replace(coverage_table(report, _, language), name=_("Matrix")))
    kecamatan = add(kecamatan_table(report, _, language))
    sessions = add(sessions_table(report, _, language))
    gaps = add(_gaps(report, _, language))
    definitions = add(definitions_table(report, _, language), _MEANING_WIDTH)
    totals = add(totals_table(report, _, language))
    trend = [add(table) for table in _trend_tables(report, _, language)]
    for table in _further_tables(report, _, language):
        add(table)
    for written in (matrix, kecamatan, gaps):
        _add_bars(written, _("Gap"), _NEEDS)
    _add_bars(sessions, _("Attendances"), _HAS)
    colour_states(definitions, 0)
    _shade_groups(matrix)
    _shade_shares(gaps, _("Per cent of target"))

    summary = start_summary(sheet, report, _, language)
    charts = [
        _kecamatan_chart(report, kecamatan, _, language),
        _group_chart(report, totals, _, language),
        _sex_chart(report, totals, _, language),
        *([_trend_chart(trend[0], _)] if trend else []),
    ]
    summary.add_charts(charts)
    add_coat_of_arms(summary, report.letterhead)
    finish_summary(summary, report, _, language)
    set_up_summary_print(summary, footer)
    return workbook_bytes(book, summary.alt_texts)


def _footer(report: CoverageReport, _: Translator) -> str:
    """Return the number of an issued report, with its classification if that restricts who may read it."""
    official = report.official
    if official is None:
        return _("Not issued")
    if official.classification == Classification.ORDINARY:
        return official.number
    return f"{official.number} · {_(CLASSIFICATION_NAMES[official.classification]).upper()}"


def _gaps(report: CoverageReport, _: Translator, language: Language) -> Table:
    gaps = CoverageGaps(report=report, order="gap", gaps=report.gaps)
    return replace(gaps_table(gaps, _, language), name=_("Gaps"))


def _trend_tables(report: CoverageReport, _: Translator, language: Language) -> list[Table]:
    """Return the months and the years of the trend, none if the report has no trend."""
    if report.trend is None:
        return []
    return [trend_table(report.trend, step, subtitle(report, _, language), _) for step in STEPS]


def _further_tables(report: CoverageReport, _: Translator, language: Language) -> list[Table]:
    """Return the sessions planned, the breakdowns but that by kecamatan, and the rates, each if there are any."""
    lines = subtitle(report, _, language)
    tables = [replace(planned_sessions_table(report, _), subtitle=lines)] if report.planned else []
    for table, breakdown in zip(breakdown_tables(report, _, language), report.breakdowns, strict=True):
        if breakdown.by == "workshop":  # In Indonesian its name is that of the sheet of sessions.
            tables.append(replace(table, name=_("By workshop")))
        elif breakdown.by != "kecamatan":
            tables.append(table)
    return [*tables, rates_table(report, _, language)] if report.rates else tables


def _column(written: TableSheet, heading: str) -> int | None:
    """Return the index of the first column with this heading, None if there is none."""
    headings = [column.heading for column in written.table.columns]
    return headings.index(heading) if heading in headings else None


def _add_bars(written: TableSheet, heading: str, colour: str) -> None:
    """Draw a bar in each cell of a column, as long as its figure."""
    index = _column(written, heading)
    if index is not None and written.table.rows:
        ends = (FormatObject(type="num", val=0), FormatObject(type="max"))
        bar = DataBar(cfvo=ends, color=Color(colour), minLength=0, maxLength=100)
        written.sheet.conditional_formatting.add(written.column(index), Rule(type="dataBar", dataBar=bar))


def _shade_groups(matrix: TableSheet) -> None:
    """Colour the participants of each target group, the more the darker; the darkest tenth alike."""
    for index, column in enumerate(matrix.table.columns):
        if matrix.table.rows and column.counts == "present" and "group" in column.filters:
            _shade(matrix, index, _WHITE, _HAS, FormatObject(type="percentile", val=90))


def _shade_shares(gaps: TableSheet, heading: str) -> None:
    """Colour shares of a target in per cent, the less the darker."""
    index = _column(gaps, heading)
    if index is not None and gaps.table.rows:
        _shade(gaps, index, _NEEDS, _WHITE, FormatObject(type="num", val=100))


def _shade(written: TableSheet, index: int, from_: str, to: str, end: FormatObject) -> None:
    """Colour the cells of a column by their figure, from one colour at 0 to another at `end`."""
    scale = ColorScale(cfvo=(FormatObject(type="num", val=0), end), color=(Color(from_), Color(to)))
    written.sheet.conditional_formatting.add(written.column(index), Rule(type="colorScale", colorScale=scale))


def _kecamatan_chart(
    report: CoverageReport, kecamatan: TableSheet, _: Translator, language: Language
) -> tuple[BarChart, str]:
    """Return the chart of the kelurahan of each kecamatan by state, and its description."""
    group = _(KELURAHAN_BY_STATE)
    counts = [index for index, column in enumerate(kecamatan.table.columns) if column.group == group]
    series = []
    states = state_meanings(report, _)
    for index, (state, (label, _meaning)) in zip(counts[1:], states.items(), strict=False):
        style = STATE_STYLES[state]
        if any(row.cells[index] for row in kecamatan.table.rows):
            series.append(Bars(index, label, (style.hatch or style.fill).lstrip("#")))
    if report.totals.with_target_zero:
        series.append(Bars(counts[-1], _("no target"), "AEB6BC"))
    texts = ChartTexts(
        title=_("Kelurahan by kecamatan and state"),
        categories=_("Kecamatan"),
        values=_("Kelurahan"),
        description=headline(report, _, language),
    )
    return bar_chart(kecamatan, 0, series, texts, direction="bar"), texts.description


def _group_chart(
    report: CoverageReport, totals: TableSheet, _: Translator, language: Language
) -> tuple[BarChart, str]:
    """Return the chart of the participants of each target group, and its description."""
    last = totals.first_line + len(report.groups) - 1
    return _people_chart(
        totals,
        (totals.first_line, last),
        ChartTexts(
            title=_("Participants by target group"),
            categories=_("Target group"),
            values=_("Participants"),
            description=_described(totals, range(len(report.groups)), _, language),
        ),
        _,
    )


def _sex_chart(
    report: CoverageReport, totals: TableSheet, _: Translator, language: Language
) -> tuple[BarChart, str]:
    """Return the chart of the participants by sex, and its description."""
    first = totals.first_line + len(report.groups)
    return _people_chart(
        totals,
        (first, totals.last_line),
        ChartTexts(
            title=_("Participants by sex"),
            categories=_("Sex"),
            values=_("Participants"),
            description=_described(totals, range(len(report.groups), len(totals.table.rows)), _, language),
        ),
        _,
    )


def _people_chart(
    totals: TableSheet, lines: tuple[int, int], texts: ChartTexts, _: Translator
) -> tuple[BarChart, str]:
    bars = Bars(
        _column(totals, _("Participants")) or 0, _("Participants"), STATE_STYLES["reached"].fill.lstrip("#")
    )
    chart = bar_chart(totals, 1, [bars], texts, lines=lines)
    return chart, texts.description


def _described(totals: TableSheet, rows: range, _: Translator, language: Language) -> str:
    """Return the participants in these rows of the totals as a text: "Pelaku UMKM: 12, Pengurus RT: 5"."""
    index = _column(totals, _("Participants")) or 0
    parts = []
    for number in rows:
        cells = totals.table.rows[number].cells
        people = cells[index]
        parts.append(f"{cells[1]}: {integer_text(people if isinstance(people, int) else 0, language)}")
    return ", ".join(parts)


def _trend_chart(months: TableSheet, _: Translator) -> tuple[BarChart, str]:
    """Return the chart of the participants of each month, new ones and others, and its description."""
    series = [
        Bars(_column(months, _("New")) or 0, _("New"), STATE_STYLES["reached"].fill.lstrip("#")),
        Bars(_column(months, _("Again")) or 0, _("Again"), _HAS),
    ]
    latest = months.table.rows[-1].cells
    texts = ChartTexts(
        title=_("Participants by month"),
        categories=_("Month"),
        values=_("Participants"),
        description=f"{latest[0]}: {latest[1]}",
    )
    return bar_chart(months, 0, series, texts), texts.description
