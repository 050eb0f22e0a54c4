"""The coverage report as a PDF to sign: a page with map, totals and notes, then the matrix and the breakdowns."""

from app.i18n import Language, Translator, date_text, wita
from app.reports.coverage.breakdown_tables import breakdown_note, breakdown_tables, rates_table
from app.reports.coverage.report import CoverageReport
from app.reports.coverage.table import coverage_table, totals_table
from app.reports.coverage.wording import headline, notes, period_text, report_title, subtitle
from app.reports.drawings.chart import time_chart_svg
from app.reports.drawings.map import tile_map_svg
from app.reports.formats.pdf import page_content, render_pdf, table_content


def render_coverage_pdf(report: CoverageReport, _: Translator, language: Language) -> bytes:
    """Return the PDF of the report in the language, typeset by `typst/coverage.typ`."""
    content = {
        **page_content(report_title(_), subtitle(report, _), _, language),
        "period": period_text(report, _),
        "headline": headline(report, _, language),
        "notes": notes(report, _, language),
        "map_description": headline(report, _, language),
        "totals": table_content(totals_table(report, _), language),
        "matrix": table_content(coverage_table(report, _, language), language),
        "breakdown_note": breakdown_note(_),
        "breakdowns": [
            {
                "title": table.title,
                "table": table_content(table, language),
                "chart": time_chart_svg(breakdown, _, language),
            }
            for table, breakdown in zip(breakdown_tables(report, _), report.breakdowns, strict=True)
        ],
        "rates": _rates(report, _, language) if report.rates else None,
        "signatures": _signatures(report, _),
    }
    inputs = {"map": tile_map_svg(report, _, language)}
    return render_pdf("coverage.typ", content, report.generated_at, inputs)


def _rates(report: CoverageReport, _: Translator, language: Language) -> dict[str, object]:
    table = rates_table(report, _)
    return {"title": table.title, "table": table_content(table, language), "notes": table.notes}


def _signatures(report: CoverageReport, _: Translator) -> dict[str, object]:
    today = date_text(wita(report.generated_at).date())
    return {
        "acknowledged": ["", _("Acknowledged by"), _("Head of the Communication and Informatics Office")],
        "prepared": [f"Balikpapan, {today}", _("Prepared by"), ""],
        "employee_number": _("Employee no."),
    }
