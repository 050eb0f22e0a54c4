"""The change of a month or quarter since the one before, shown only if both are counted completely."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from app.reports.coverage.breakdowns import Breakdown, Dimension, Part
from app.reports.coverage.comparison import changes_by_part, compare_reports
from app.reports.coverage.report import CoverageReport
from app.reports.periods import Period


def report_of(
    report: CoverageReport, by: Dimension, first: str, last: str, people: Mapping[str, int]
) -> CoverageReport:
    """Return a report of this period; `people` are the participants by the first day of each part."""
    parts = tuple(
        Part(key=f"from {day}", label=day, narrowed={"from": day}, participants=count)
        for day, count in people.items()
    )
    period = Period(from_=date.fromisoformat(first), to=date.fromisoformat(last))
    return replace(report, period=period, breakdowns=(Breakdown(by=by, parts=parts),))


@pytest.mark.parametrize(
    ("by", "now", "before", "changes"),
    [
        (
            "month",
            ("2025-01-01", "2025-12-31", {"2025-01-01": 3, "2025-02-01": 9}),
            ("2024-01-01", "2024-12-31", {"2024-12-01": 5}),
            {"2025-01-01": -2, "2025-02-01": 6},
        ),
        (
            "month",
            ("2025-01-01", "2025-12-31", {"2025-08-01": 4}),
            ("2024-01-01", "2024-12-31", {}),
            {"2025-08-01": 4},
        ),
        (
            "month",
            ("2025-02-15", "2025-04-10", {"2025-02-15": 1, "2025-03-01": 2, "2025-04-01": 3}),
            ("2024-12-22", "2025-02-14", {"2025-01-01": 7, "2025-02-01": 8}),
            {},
        ),
        (
            "quarter",
            ("2025-04-01", "2025-09-30", {"2025-04-01": 4, "2025-07-01": 1}),
            ("2024-10-01", "2025-03-31", {"2025-01-01": 6}),
            {"2025-04-01": -2, "2025-07-01": -3},
        ),
        (
            "month",
            ("2025-01-01", "2025-12-31", {"2025-09-01": 4, "2025-10-01": 1, "2025-11-01": 0}),
            ("2024-01-01", "2024-12-31", {}),
            {"2025-09-01": 4, "2025-10-01": -3},
        ),
        ("quarter", ("2025-08-01", "2025-08-31", {"2025-08-01": 4}), ("2025-07-01", "2025-07-31", {}), {}),
    ],
    ids=[
        "the year before",
        "nobody before",
        "cut months",
        "quarters",
        "not over yet",
        "a month of a quarter",
    ],
)
def test_the_change_since_the_part_before(
    report: CoverageReport,
    by: Dimension,
    now: tuple[str, str, Mapping[str, int]],
    before: tuple[str, str, Mapping[str, int]],
    changes: Mapping[str, int],
) -> None:
    compared = compare_reports(report_of(report, by, *now), report_of(report, by, *before))

    assert changes_by_part(compared, compared.breakdowns[0]) == {
        f"from {day}": change for day, change in changes.items()
    }
