"""Periods that people choose by name, and the one before another."""

from datetime import date

import pytest

from app.i18n import translator
from app.reports.periods import Period, period_before, presets


def period(first: str, last: str) -> Period:
    return Period(from_=date.fromisoformat(first), to=date.fromisoformat(last))


@pytest.mark.parametrize(
    ("this", "before"),
    [
        (("2025-01-01", "2025-12-31"), ("2024-01-01", "2024-12-31")),
        (("2025-01-01", "2025-03-31"), ("2024-10-01", "2024-12-31")),
        (("2024-03-01", "2024-03-31"), ("2024-02-01", "2024-02-29")),
        (("2025-01-01", "2025-02-28"), ("2024-11-01", "2024-12-31")),
        (("2025-03-10", "2025-03-16"), ("2025-03-03", "2025-03-09")),
        (("2025-03-01", "2025-03-30"), ("2025-01-30", "2025-02-28")),
        (("2024-01-01", "2025-12-31"), ("2022-01-01", "2023-12-31")),
    ],
)
def test_the_period_before_is_as_many_months_or_days(this: tuple[str, str], before: tuple[str, str]) -> None:
    assert period_before(period(*this)) == period(*before)


def test_years_quarters_and_months_are_offered_around_the_one_shown() -> None:
    years, quarters, months = presets(period("2025-07-01", "2025-09-30"), translator("en"), "id")

    assert [preset.label for preset in years] == ["2024", "2025", "2026"]
    assert [(preset.label, preset.period) for preset in quarters][1:3] == [
        ("II", period("2025-04-01", "2025-06-30")),
        ("III", period("2025-07-01", "2025-09-30")),
    ]
    assert (months[1].label, months[1].full) == ("Feb", "Februari 2025")
    assert months[1].period == period("2025-02-01", "2025-02-28")
