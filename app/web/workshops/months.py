"""Months in URLs, such as "2026-08", and the weeks of a month for calendars."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Generic, TypeVar

from app.i18n import utc
from app.models.base import YEARS

WEEK = timedelta(days=7)

Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Day(Generic[Entry]):
    """One day of a calendar. A day that is `outside` the month fills up its first or last week."""

    date: date
    outside: bool
    entries: tuple[Entry, ...]


def parse_month(text: str) -> date | None:
    """Return the first day of a month such as "2026-08"; None for other text or a year that sessions can't have."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return first if first.year in YEARS else None


def month_param(day: date | None) -> str:
    """Return the day's month for a URL, such as "2026-08"; "" for None or a year that sessions can't have."""
    return f"{day:%Y-%m}" if day and day.year in YEARS else ""


def next_month(first: date) -> date:
    """Return the first day of the month after the one that begins on `first`."""
    return (first + timedelta(days=31)).replace(day=1)


def midnight(day: date) -> datetime:
    """Return the beginning of a WITA day, in UTC."""
    return utc(datetime.combine(day, time.min))


def month_weeks(
    first: date, entries: Iterable[Entry], day_of: Callable[[Entry], date]
) -> list[list[Day[Entry]]]:
    """Return the weeks, from Monday to Sunday, that cover the month beginning on `first`, each day with its entries.

    The entries must be sorted by their days.
    """
    by_day = {day: tuple(of_day) for day, of_day in groupby(entries, key=day_of)}
    following = next_month(first)
    monday = first - timedelta(days=first.weekday())
    weeks = []
    while monday < following:
        days = [monday + timedelta(days=number) for number in range(WEEK.days)]
        weeks.append([Day(day, not first <= day < following, by_day.get(day, ())) for day in days])
        monday += WEEK
    return weeks
