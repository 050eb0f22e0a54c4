"""The coverage report as a file, in the format that someone asked for."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import orjson

from app.i18n import Language, Translator
from app.reports.coverage.breakdown_table import breakdown_tables
from app.reports.coverage.parts import DIVISION_NAMES, divisions_of
from app.reports.coverage.pdf import coverage_pdf
from app.reports.coverage.rates_table import rates_table
from app.reports.coverage.report import CoverageReport, Filters, document
from app.reports.coverage.table import coverage_table, totals_table
from app.reports.coverage.wording import LETTERHEAD
from app.reports.formats.csv import csv_file
from app.reports.formats.xlsx import workbook
from app.reports.table import Table

Format = Literal["json", "csv", "xlsx", "pdf"]

MEDIA_TYPES: dict[Format, str] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


LONGEST_PART = 40
"""Of a file's name, in characters."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file with the name under which it is saved."""

    name: str
    media_type: str
    content: bytes


def coverage_download(
    report: CoverageReport, file_format: Format, _: Translator, language: Language
) -> Download:
    """The report in one of the formats, named after its filters, its divisions and its period."""
    render = _RENDERERS[file_format]
    name = file_name(_("coverage"), report, *_divided(report, _), *([_("compared")] if report.before else []))
    return Download(
        name=f"{name}.{file_format}",
        media_type=MEDIA_TYPES[file_format],
        content=render(report, _, language),
    )


def file_name(what: str, report: CoverageReport, *further: str) -> str:
    """The name of a file about the report, without its ending: what tells it from others in a folder."""
    period = report.period
    return "-".join([what, *_narrowed_to(report.filters), *further, f"{period.from_}", f"{period.to}"])


def _narrowed_to(filters: Filters) -> Iterator[str]:
    parts = (
        filters.kecamatan_name,
        filters.organization_name,
        filters.workshop,
        filters.pillar,
        filters.group,
        filters.sex,
    )
    return (_plain(part) for part in parts if part)


def _divided(report: CoverageReport, _: Translator) -> list[str]:
    """How the report is divided, unless it is as where nothing was said."""
    divisions = tuple(breakdown.by for breakdown in report.breakdowns)
    if divisions in {(), divisions_of(None)}:
        return []
    if divisions == divisions_of("all"):
        return [_("divided-further")]
    return [_("by-%(division)s") % {"division": _plain(_(DIVISION_NAMES[one])).lower()} for one in divisions]


def _plain(name: str) -> str:
    """A name in letters, digits and dashes, that leaves room for the others."""
    return "-".join(re.findall(r"\w+", name))[:LONGEST_PART].rstrip("-")


def _json(report: CoverageReport, _: Translator, _language: Language) -> bytes:
    return orjson.dumps(document(report, _), option=orjson.OPT_INDENT_2)


def _tables(report: CoverageReport, _: Translator, language: Language) -> list[Table]:
    tables = [coverage_table(report, _, language), totals_table(report, _), *breakdown_tables(report, _)]
    return [*tables, rates_table(report, _)] if report.rates else tables


def _csv(report: CoverageReport, _: Translator, language: Language) -> bytes:
    return csv_file(*_tables(report, _, language))


def _xlsx(report: CoverageReport, _: Translator, language: Language) -> bytes:
    return workbook(_tables(report, _, language), LETTERHEAD, report.generated_at)


_RENDERERS: dict[Format, Callable[[CoverageReport, Translator, Language], bytes]] = {
    "json": _json,
    "csv": _csv,
    "xlsx": _xlsx,
    "pdf": coverage_pdf,
}
