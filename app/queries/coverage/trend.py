"""The trend of participation by month and by year."""

from datetime import date
from typing import Literal

import numpy as np

from app.i18n import Language, month_text, wita_today
from app.queries.coverage.counting import group_by_person
from app.queries.coverage.facts import Fact, Facts, Numbers
from app.reports.coverage.trend import Step, Trend, TrendPart
from app.reports.periods import (
    MONTHS_PER_YEAR,
    Period,
    intersection,
    months_before,
    months_between,
    months_from,
    year_period,
)

MIN_MONTHS = 12
MONTHS_PER_STEP: dict[Step, int] = {"month": 1, "year": MONTHS_PER_YEAR}

Measure = Literal["participants", "newcomers", "kelurahan"]
Counts = dict[tuple[Step, Measure], dict[int, int]]
"""Counts by step and measure, then by number of the month or year."""


def build_trend(facts: Facts, period: Period, language: Language) -> Trend:
    """Return the trend up to the end of a report's period, or to the present month if that is earlier.

    `facts` are those of all sessions until then, also from before the period, because people are new only once.
    """
    counts = _count(facts)
    last = max(min(period.to, wita_today()), period.from_)
    months = months_between(min(period.from_, months_before(last, MIN_MONTHS - 1)), last)
    years = range(min([last.year, *counts["year", "participants"]]), last.year + 1)
    return Trend(
        months=tuple(
            _part(
                "month",
                _month_number(month),
                f"{month:%Y-%m}",
                month_text(month, language),
                _days_until(months_from(month, 1), period),
                counts,
            )
            for month in months
        ),
        years=tuple(
            _part("year", year, str(year), str(year), _days_until(year_period(year), period), counts)
            for year in years
        ),
    )


def _part(step: Step, number: int, key: str, label: str, days: Period, counts: Counts) -> TrendPart:
    """Return a month or year with its counts, 0 where there are none."""
    return TrendPart(
        key=key,
        label=label,
        period=days,
        participants=counts[step, "participants"].get(number, 0),
        newcomers=counts[step, "newcomers"].get(number, 0),
        kelurahan=counts[step, "kelurahan"].get(number, 0),
    )


def _days_until(days: Period, period: Period) -> Period:
    """Return the days up to the last day of `period`."""
    return intersection(days, Period(from_=days.from_, to=period.to))


def _count(facts: Facts) -> Counts:
    """Return the counts of all months and years; those without people are missing."""
    came = facts.where(facts.from_city & facts.has(Fact.PRESENT))
    month = came.by_session(_month_number(session.day) for session in facts.sessions)
    person_months = group_by_person(came.person, month, came.facts)
    is_new = person_months.is_first
    counts: Counts = {}
    for step, months in MONTHS_PER_STEP.items():
        number = person_months.key // months
        is_first = is_new.copy()  # of a person in the month or year
        is_first[1:] |= number[1:] != number[:-1]
        counts[step, "participants"] = _by_number(number[is_first])
        counts[step, "newcomers"] = _by_number(number[is_new])
        places = group_by_person(came.kelurahan, month // months, came.facts)
        counts[step, "kelurahan"] = _by_number(places.key)
    return counts


def _by_number(numbers: Numbers) -> dict[int, int]:
    """Return how often each number occurs."""
    counts = np.bincount(numbers)
    return {int(number): int(counts[number]) for number in np.flatnonzero(counts)}


def _month_number(month: date) -> int:
    """Return the number of a day's month, which divided by 12 is the year."""
    return month.year * MONTHS_PER_YEAR + month.month - 1
