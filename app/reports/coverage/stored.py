"""An issued coverage report as it is stored: the whole report as JSON, and the canonical JSON of its figures."""

import hashlib

import orjson
from pydantic import TypeAdapter

from app.i18n import Translator
from app.reports.coverage.report import CoverageReport, coverage_document

_REPORT = TypeAdapter(CoverageReport)

# What a report states besides figures, filters and rule.
NOT_FIGURES = {"generated_at", "before", "official", "closed_periods"}


def dump_report(report: CoverageReport) -> str:
    """Return the whole report as JSON, from which `revive_report` makes an equal one."""
    return _REPORT.dump_json(report).decode()


def revive_report(text: str) -> CoverageReport:
    """Return the report that `dump_report` has stored."""
    return _REPORT.validate_json(text)


def canonical_figures(report: CoverageReport, _: Translator) -> str:
    """Return the canonical JSON of the report's figures, filters and rule: sorted keys, no spaces, UTF-8.

    It is the report's JSON document without the members in `NOT_FIGURES`. That of an issued report has a random
    `figures_key`: its checksum is public, and otherwise figures that are hidden could be found by trying them.
    """
    document = orjson.loads(
        orjson.dumps(coverage_document(report, _))
    )  # orjson sorts keys of dictionaries alone
    figures = {name: value for name, value in document.items() if name not in NOT_FIGURES}
    return orjson.dumps(figures, option=orjson.OPT_SORT_KEYS).decode()


def checksum_of(figures: str) -> str:
    """Return the SHA-256 of the canonical JSON in hexadecimal, the checksum that an issued report prints."""
    return hashlib.sha256(figures.encode()).hexdigest()
