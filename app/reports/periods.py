"""Periods of WITA days: years, quarters and months to choose from, and the period before another."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from app.i18n import Language, Translator, month_short, month_text

MONTHS = 12
MONTHS_OF_QUARTER = 3
QUARTERS = ("I", "II", "III", "IV")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """WITA days, both ends in; it holds the sessions that start in it."""

    from_: date
    to: date


def year_period(year: int) -> Period:
    return Period(from_=date(year, 1, 1), to=date(year, MONTHS, 31))


def months_from(first: date, count: int) -> Period:
    """`count` calendar months from that of `first` on."""
    last = _month_after(first, count - 1)
    return Period(from_=first.replace(day=1), to=last.replace(day=monthrange(last.year, last.month)[1]))


@dataclass(frozen=True, slots=True)
class Preset:
    """A period that one chooses by its name; `full` says it to those who don't see what stands around it."""

    label: str
    full: str
    period: Period


def presets(period: Period, _: Translator, language: Language) -> tuple[tuple[Preset, ...], ...]:
    """The years around the period's last, and the quarters and months of that."""
    year = period.to.year
    firsts = months_between(date(year, 1, 1), date(year, MONTHS, 1))
    return (
        tuple(Preset(str(near), str(near), year_period(near)) for near in range(year - 1, year + 2)),
        tuple(
            Preset(
                QUARTERS[quarter_of(first) - 1], quarter_text(first, _), months_from(first, MONTHS_OF_QUARTER)
            )
            for first in firsts[::MONTHS_OF_QUARTER]
        ),
        tuple(
            Preset(month_short(first, language), month_text(first, language), months_from(first, 1))
            for first in firsts
        ),
    )


def period_before(period: Period) -> Period | None:
    """As many whole months before, where the period is whole months, else as many days; None before the year 1."""
    months = len(months_between(period.from_, period.to))
    try:
        if period == months_from(period.from_, months):
            return months_from(_month_after(period.from_, -months), months)
        days = period.to - period.from_ + timedelta(days=1)
        return Period(from_=period.from_ - days, to=period.to - days)
    except (ValueError, OverflowError):
        return None


def _month_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, MONTHS)
    return date(day.year + years, month + 1, 1)


def quarter_of(day: date) -> int:
    return (day.month - 1) // MONTHS_OF_QUARTER + 1


def first_of_quarter(day: date) -> date:
    return date(day.year, 1 + MONTHS_OF_QUARTER * (quarter_of(day) - 1), 1)


def quarter_text(day: date, _: Translator) -> str:
    return _("Quarter %(quarter)s of %(year)s") % {"quarter": QUARTERS[quarter_of(day) - 1], "year": day.year}


def within(part: Period, period: Period) -> Period:
    """What of `part` lies in `period`."""
    return Period(from_=max(part.from_, period.from_), to=min(part.to, period.to))


def months_between(first: date, last: date) -> list[date]:
    """The first day of each month from that of `first` to that of `last`."""
    count = MONTHS * (last.year - first.year) + last.month - first.month + 1
    return [_month_after(first, number) for number in range(count)]
