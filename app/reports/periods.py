"""Periods of WITA days: years, quarters and months to choose from, and the period before another."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from app.i18n import Language, Translator, month_short, month_text

MONTHS_PER_YEAR = 12
MONTHS_PER_QUARTER = 3
QUARTERS = ("I", "II", "III", "IV")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """WITA days from `from_` to `to`, both included. A session belongs to the period in which it starts."""

    from_: date
    to: date


@dataclass(frozen=True, slots=True)
class Preset:
    """A period to choose by its label; `full` is its name for screen readers, such as "February 2025" for "Feb"."""

    label: str
    full: str
    period: Period


def presets(period: Period, _: Translator, language: Language) -> tuple[tuple[Preset, ...], ...]:
    """Return three rows of presets, for the year in which the period ends.

    They are that year with the ones before and after, its four quarters, and its twelve months.
    """
    year = period.to.year
    months = months_between(date(year, 1, 1), date(year, MONTHS_PER_YEAR, 1))
    return (
        tuple(Preset(str(number), str(number), year_period(number)) for number in range(year - 1, year + 2)),
        tuple(
            Preset(
                QUARTERS[quarter_of(month) - 1],
                quarter_text(month, _),
                months_from(month, MONTHS_PER_QUARTER),
            )
            for month in months[::MONTHS_PER_QUARTER]
        ),
        tuple(
            Preset(month_short(month, language), month_text(month, language), months_from(month, 1))
            for month in months
        ),
    )


def year_period(year: int) -> Period:
    return Period(from_=date(year, 1, 1), to=date(year, MONTHS_PER_YEAR, 31))


def months_from(first: date, count: int) -> Period:
    """Return the period of `count` whole months, of which the first is the month of `first`."""
    last = _add_months(first, count - 1)
    return Period(from_=first.replace(day=1), to=last.replace(day=monthrange(last.year, last.month)[1]))


def period_before(period: Period) -> Period | None:
    """Return the preceding period of the same length, in months if `period` is whole months, else in days.

    None if it would begin before the year 1.
    """
    months = len(months_between(period.from_, period.to))
    try:
        if period == months_from(period.from_, months):
            return months_from(_add_months(period.from_, -months), months)
        days = period.to - period.from_ + timedelta(days=1)
        return Period(from_=period.from_ - days, to=period.to - days)
    except (ValueError, OverflowError):
        return None


def intersection(period: Period, other: Period) -> Period:
    """Return the days that lie in both periods; `from_` is after `to` if there are none."""
    return Period(from_=max(period.from_, other.from_), to=min(period.to, other.to))


def quarter_of(day: date) -> int:
    """Return the number of the quarter, from 1 to 4."""
    return (day.month - 1) // MONTHS_PER_QUARTER + 1


def first_of_quarter(day: date) -> date:
    """Return the first day of the quarter in which `day` lies."""
    return date(day.year, 1 + MONTHS_PER_QUARTER * (quarter_of(day) - 1), 1)


def quarter_text(day: date, _: Translator) -> str:
    """Return the quarter in which `day` lies as a translated text: "Quarter III of 2025"."""
    return _("Quarter %(quarter)s of %(year)s") % {"quarter": QUARTERS[quarter_of(day) - 1], "year": day.year}


def months_between(first: date, last: date) -> list[date]:
    """Return the first day of each month from the month of `first` to that of `last`, both included.

    Empty if the month of `last` comes first.
    """
    count = MONTHS_PER_YEAR * (last.year - first.year) + last.month - first.month + 1
    return [_add_months(first, number) for number in range(count)]


def months_before(day: date, count: int) -> date:
    """Return the first day of the month that is `count` months before that of `day`."""
    return _add_months(day, -count)


def _add_months(day: date, months: int) -> date:
    """Return the first day of the month that is `months` after that of `day`, or before it if negative.

    Raises `ValueError` outside of the years 1 to 9999.
    """
    years, month = divmod(day.month - 1 + months, MONTHS_PER_YEAR)
    return date(day.year + years, month + 1, 1)
