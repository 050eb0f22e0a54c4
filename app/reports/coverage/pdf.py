"""The coverage report as a PDF to sign: a page with map, totals and notes, then the matrix and the breakdowns."""

from app.i18n import Language, Translator, day_text, wita
from app.reports.coverage.breakdown_tables import breakdown_note, breakdown_tables, rates_table
from app.reports.coverage.report import CoverageReport
from app.reports.coverage.table import coverage_table, totals_table
from app.reports.coverage.trend import STEPS, trend_note, trend_table
from app.reports.coverage.wording import headline, notes, period_text, report_title, subtitle
from app.reports.drawings.chart import time_chart_svg
from app.reports.drawings.map import tile_map_svg
from app.reports.drawings.trend import trend_chart_svg
from app.reports.formats.pdf import page_content, render_pdf, table_content


def render_coverage_pdf(report: CoverageReport, _: Translator, language: Language) -> bytes:
    """Return the PDF of the report in the language, typeset by `typst/coverage.typ`."""
    content = {
        **page_content(report_title(_), subtitle(report, _, language), report.letterhead, _, language),
        "period": period_text(report, _, language),
        "headline": headline(report, _, language),
        "notes": notes(report, _, language),
        "map_description": headline(report, _, language),
        "totals": table_content(totals_table(report, _, language), language),
        "matrix": table_content(coverage_table(report, _, language), language),
        "breakdown_note": f"{breakdown_note(_)} {trend_note(_)}" if report.trend else breakdown_note(_),
        "breakdowns": [*_trend(report, _, language), *_breakdowns(report, _, language)],
        "rates": _rates(report, _, language) if report.rates else None,
        "signatures": _signatures(report, _, language),
    }
    inputs = {"map": tile_map_svg(report, _, language)}
    return render_pdf("coverage.typ", content, report.generated_at, inputs)


def _trend(report: CoverageReport, _: Translator, language: Language) -> list[dict[str, object]]:
    """Return the months and years of the trend as the template has breakdowns; empty without a trend."""
    if report.trend is None:
        return []
    tables = [trend_table(report.trend, step, (), _) for step in STEPS]
    return [
        {
            "title": table.title,
            "table": table_content(table, language),
            "chart": trend_chart_svg(report.trend, step, _, language),
        }
        for table, step in zip(tables, STEPS, strict=True)
    ]


def _breakdowns(report: CoverageReport, _: Translator, language: Language) -> list[dict[str, object]]:
    return [
        {
            "title": table.title,
            "table": table_content(table, language),
            "chart": time_chart_svg(breakdown, _, language),
        }
        for table, breakdown in zip(breakdown_tables(report, _, language), report.breakdowns, strict=True)
    ]


def _rates(report: CoverageReport, _: Translator, language: Language) -> dict[str, object]:
    table = rates_table(report, _, language)
    return {"title": table.title, "table": table_content(table, language), "notes": table.notes}


def _signatures(report: CoverageReport, _: Translator, language: Language) -> dict[str, object]:
    today = day_text(wita(report.generated_at).date(), language)
    return {
        "acknowledged": ["", _("Acknowledged by"), _("Head of the Communication and Informatics Office")],
        "prepared": [f"{report.letterhead.city}, {today}", _("Prepared by"), ""],
        "employee_number": _("Employee no."),
    }
