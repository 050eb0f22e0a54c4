"""The names of files with reports on coverage."""

import re
from collections.abc import Iterator

from app.reports.coverage.report import CoverageReport, Filters

MAX_NAME_PART = 40
"""Characters of each part of a file name."""


def report_file_name(what: str, report: CoverageReport, *parts: str) -> str:
    """Return `what`, the report's filters, `parts` and its period with hyphens between, as a file name.

    The extension is not included.
    """
    period = report.period
    return "-".join([what, *_filter_parts(report.filters), *parts, f"{period.from_}", f"{period.to}"])


def _filter_parts(filters: Filters) -> Iterator[str]:
    """Yield the filters that are set, as parts of a file name."""
    parts = (
        filters.kecamatan_name,
        filters.organization_name,
        filters.workshop,
        filters.pillar,
        filters.group,
        filters.sex,
    )
    return (slug(part) for part in parts if part)


def slug(name: str) -> str:
    """Return the words of a name with hyphens between them, cut to `MAX_NAME_PART` characters."""
    return "-".join(re.findall(r"\w+", name))[:MAX_NAME_PART].rstrip("-")
