"""The coverage report as a file, in the format that someone asked for."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from app.i18n import Language, Translator
from app.reports.breakdown_table import breakdown_tables
from app.reports.coverage import CoverageReport, Filters, document
from app.reports.coverage_table import coverage_table, totals_table
from app.reports.csv import csv_file
from app.reports.pdf import coverage_pdf
from app.reports.rates_table import rates_table
from app.reports.table import Table
from app.reports.wording import LETTERHEAD
from app.reports.xlsx import workbook

Format = Literal["json", "csv", "xlsx", "pdf"]

MEDIA_TYPES: dict[Format, str] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


@dataclass(frozen=True, slots=True)
class Download:
    """A file with the name under which it is saved."""

    name: str
    media_type: str
    content: bytes


def coverage_download(
    report: CoverageReport, file_format: Format, _: Translator, language: Language
) -> Download:
    """The report in one of the formats, named after its filters and period."""
    render = _RENDERERS[file_format]
    name = "-".join((_("coverage"), *narrowed_to(report.filters)))
    return Download(
        name=f"{name}-{report.period.from_}-{report.period.to}.{file_format}",
        media_type=MEDIA_TYPES[file_format],
        content=render(report, _, language),
    )


def narrowed_to(filters: Filters) -> list[str]:
    """What tells two reports of one period apart in a folder."""
    parts = (filters.kecamatan, filters.workshop, filters.pillar, filters.group, filters.sex)
    return [part for part in parts if part]


def _json(report: CoverageReport, _: Translator, _language: Language) -> bytes:
    return json.dumps(document(report, _), ensure_ascii=False, indent=2).encode()


def _tables(report: CoverageReport, _: Translator, language: Language) -> list[Table]:
    tables = [coverage_table(report, _, language), totals_table(report, _), *breakdown_tables(report, _)]
    return [*tables, rates_table(report, _)] if report.rates else tables


def _csv(report: CoverageReport, _: Translator, language: Language) -> bytes:
    return csv_file(
        coverage_table(report, _, language), totals_table(report, _), *breakdown_tables(report, _)
    )


def _xlsx(report: CoverageReport, _: Translator, language: Language) -> bytes:
    return workbook(_tables(report, _, language), LETTERHEAD, report.generated_at)


_RENDERERS: dict[Format, Callable[[CoverageReport, Translator, Language], bytes]] = {
    "json": _json,
    "csv": _csv,
    "xlsx": _xlsx,
    "pdf": coverage_pdf,
}
