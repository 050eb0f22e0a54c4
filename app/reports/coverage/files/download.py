"""The coverage report as a file to download: JSON, CSV, Excel or PDF."""

import orjson

from app.i18n import Language, Translator
from app.reports.coverage.breakdowns import DIMENSION_NAMES, dimensions_for
from app.reports.coverage.files.names import report_file_name, slug
from app.reports.coverage.files.pdf import render_coverage_pdf
from app.reports.coverage.files.workbook.book import render_coverage_xlsx
from app.reports.coverage.report import CoverageReport, coverage_document
from app.reports.coverage.tables.breakdowns import breakdown_tables, rates_table
from app.reports.coverage.tables.matrix import coverage_table, totals_table
from app.reports.coverage.texts.wording import subtitle
from app.reports.coverage.trend import STEPS, trend_table
from app.reports.formats.csv import render_csv
from app.reports.formats.download import MEDIA_TYPES, Download, Format
from app.reports.table import Table


def coverage_download(
    report: CoverageReport, file_format: Format, _: Translator, language: Language
) -> Download:
    """Return the report as a JSON, CSV, Excel or PDF file, named after its filters, dimensions and period."""
    match file_format:
        case "json":
            content = orjson.dumps(coverage_document(report, _), option=orjson.OPT_INDENT_2)
        case "csv":
            content = render_csv(*csv_tables(report, _, language))
        case "xlsx":
            content = render_coverage_xlsx(report, _, language)
        case "pdf":
            content = render_coverage_pdf(report, _, language)
    comparison = [_("compared")] if report.before else []
    name = report_file_name(_("coverage"), report, *_dimension_parts(report, _), *comparison)
    return Download(f"{name}.{file_format}", MEDIA_TYPES[file_format], content)


def _dimension_parts(report: CoverageReport, _: Translator) -> list[str]:
    """Return the dimensions of the breakdowns as parts of a file name.

    Empty without breakdowns, and if the only one is the default, by kecamatan.
    """
    dimensions = tuple(breakdown.by for breakdown in report.breakdowns)
    if dimensions in {(), dimensions_for(None)}:
        return []
    if dimensions == dimensions_for("all"):
        return [_("divided-further")]
    return [
        _("by-%(division)s") % {"division": slug(_(DIMENSION_NAMES[dimension])).lower()}
        for dimension in dimensions
    ]


def csv_tables(report: CoverageReport, _: Translator, language: Language) -> list[Table]:
    """Return the tables of the CSV file: matrix, totals, breakdowns; trend and rates if there are any."""
    tables = [
        coverage_table(report, _, language),
        totals_table(report, _, language),
        *breakdown_tables(report, _, language),
    ]
    if report.trend:
        lines = subtitle(report, _, language)
        tables += [trend_table(report.trend, step, lines, _) for step in STEPS]
    return [*tables, rates_table(report, _, language)] if report.rates else tables
