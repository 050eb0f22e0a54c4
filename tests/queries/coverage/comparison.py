"""Comparison of the coverage report with the reference count."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from app.database import Db
from app.permissions import OPERATOR
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.report import build_coverage_report
from app.reports.coverage.breakdowns import DIMENSIONS
from tests.queries.coverage.reference_count import ReferenceCount


@contextmanager
def rolled_back(db: Db) -> Iterator[None]:
    """Roll back what the block writes, so that all examples of a test begin with the same city."""
    try:
        yield
    finally:
        db.rollback()
        db.expunge_all()


def assert_report_is_right(db: Db, filters: CoverageFilters) -> None:
    """Compare every figure of the report, with all breakdowns and the trend, with the reference count."""
    report = build_coverage_report(db, OPERATOR, filters, "en", dimensions=DIMENSIONS, trend=True)
    reference = ReferenceCount(db, filters)
    rows = reference.rows()
    assert [row.kelurahan for row in report.rows] == list(rows)
    for row in report.rows:
        assert select_keys(asdict(row), rows[row.kelurahan]) == rows[row.kelurahan]
    assert asdict(report.totals) == reference.totals()
    for breakdown in report.breakdowns:
        parts = {part.key: asdict(part) for part in breakdown.parts if part.sessions != 0}
        expected = reference.breakdown(breakdown.by)
        assert {key: select_keys(fields, expected[key]) for key, fields in parts.items()} == expected

    assert report.trend is not None
    earlier = ReferenceCount(db, replace(filters, from_=date(2000, 1, 1)))
    for length, spans in ((len("2025-08"), report.trend.months), (len("2025"), report.trend.years)):
        trend = earlier.trend(length)
        assert {span.key: (span.participants, span.newcomers, span.kelurahan) for span in spans} == {
            span.key: trend.get(span.key, (0, 0, 0)) for span in spans
        }
        first, last = f"{filters.from_}"[:length], spans[-1].key
        assert {key for key in trend if first <= key <= last} <= {span.key for span in spans}


def select_keys(fields: dict[str, Any], keys: dict[str, Any]) -> dict[str, Any]:
    return {key: fields[key] for key in keys}
