"""The coverage report beside the slow count."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from app.database import Db
from app.permissions import OPERATOR
from app.queries.coverage.counts import CoverageFilters
from app.queries.coverage.report import coverage
from app.reports.coverage.parts import DIVISIONS
from tests.queries.coverage.slow_count import SlowCount


@contextmanager
def rolled_back(db: Db) -> Iterator[None]:
    """The city is the same for all examples: what one of them writes is gone before the next."""
    try:
        yield
    finally:
        db.rollback()
        db.expunge_all()


def report_agrees(db: Db, filters: CoverageFilters) -> None:
    """Every figure, with all divisions, is what going through the rows gives."""
    report = coverage(db, OPERATOR, filters, "en", divisions=DIVISIONS)
    slow = SlowCount(db, filters)
    rows = slow.rows()
    assert [row.kelurahan for row in report.rows] == list(rows)
    for row in report.rows:
        assert only(asdict(row), rows[row.kelurahan]) == rows[row.kelurahan]
    assert asdict(report.totals) == slow.totals()
    for breakdown in report.breakdowns:
        found = {part.key: asdict(part) for part in breakdown.parts if part.sessions != 0}
        parts = slow.breakdown(breakdown.by)
        assert {key: only(fields, parts[key]) for key, fields in found.items()} == parts


def only(fields: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: fields[name] for name in wanted}
