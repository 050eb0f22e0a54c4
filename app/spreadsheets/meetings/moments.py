"""Parse the moments at which people joined and left, and find out whether the day or the month comes first in them.

Zoom and Teams write dates as the account's or the computer's language does: "08/05/2025 08:45:10 AM" is the 5th of
August in one report and the 8th of May in the next.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Literal, TypeAlias

from app.people.values.cells import Cell
from app.people.values.dates import MONTHS
from app.people.values.text import clean, collapse, fold

WITA = timezone(timedelta(hours=8), "WITA")
"""The zone of the city. It has no summer time, and a fixed offset spares the child process the database of zones."""

DateOrder: TypeAlias = Literal["day-first", "month-first"]

_YEARS = range(2000, 2100)

_ZONES = {"wib": 7, "wita": 8, "wit": 9, "asia/jakarta": 7, "asia/makassar": 8, "asia/jayapura": 9} | {
    "asia/singapore": 8,
    "asia/kuala lumpur": 8,
    "asia/kuala_lumpur": 8,
}
_OFFSET = r"(?P<sign>[+-])\s?(?P<hours>\d{1,2})(?::?(?P<rest>\d{2}))?"
_STATED_ZONE = re.compile(
    rf"\b(?:utc|gmt)(?:\s*{_OFFSET})?(?![a-z])|\b(?P<name>{'|'.join(sorted(_ZONES, key=len, reverse=True))})\b"
)
_TIME = (
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?"
    r"(?:\s*(?P<half>[ap])\.?\s?m\.?(?![a-z]))?"
)
_REST = r"\s*(?P<zone>z|\(?(?:utc|gmt|wib|wita|wit)?\s?(?:[+-]\d{1,2}(?::?\d{2})?)?\)?)"
_BETWEEN = r"(?:\s*,?\s*(?:pukul|jam|at|t)?\s*)"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_BETWEEN}{_TIME}{_REST}",
        rf"(?P<first>\d{{1,2}})[-/.](?P<second_number>\d{{1,2}})[-/.](?P<year>\d{{4}}|\d{{2}}){_BETWEEN}{_TIME}{_REST}",
        rf"(?:[a-z']+,\s*)?(?P<name>[a-z]{{3,9}})\.?\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}}){_BETWEEN}{_TIME}{_REST}",
        rf"(?:[a-z']+,\s*)?(?P<day>\d{{1,2}})[\s-](?P<name>[a-z]{{3,9}})\.?[\s,-]+(?P<year>\d{{4}}){_BETWEEN}{_TIME}{_REST}",
        rf"{_TIME}{_REST}",
    )
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment as it is written: the days that it may mean by order of day and month (None: no such day), and its time.

    Both days are None for a time of day alone. `zone` is None where the moment doesn't say it.
    """

    days: tuple[date | None, date | None]
    time: time
    zone: tzinfo | None = None
    has_day: bool = True

    @property
    def is_ambiguous(self) -> bool:
        return None not in self.days and self.days[0] != self.days[1]

    def day(self, order: DateOrder) -> date | None:
        return self.days[0 if order == "day-first" else 1]


@dataclass(frozen=True, slots=True)
class MomentReader:
    """Turns moments into instants by the order of day and month, the zone and, for times alone, the day of a report."""

    order: DateOrder
    zone: tzinfo
    day: date | None

    def read(self, moment: Moment | None) -> datetime | None:
        """Return the aware instant, or None if there is no such day or none is known."""
        if moment is None:
            return None
        day = moment.day(self.order) if moment.has_day else self.day
        return datetime.combine(day, moment.time, moment.zone or self.zone) if day else None


def parse_moment(cell: Cell) -> Moment | None:
    """Return the moment that a cell names, or None.

    In a date of Excel day and month may be swapped too, as it read them in the order of the computer's language.
    """
    match cell:
        case datetime():
            days = _date(cell.year, cell.month, cell.day), _date(cell.year, cell.day, cell.month)
            at = cell.timetz().replace(tzinfo=None)
            return Moment(days, at, cell.tzinfo) if days != (None, None) else None
        case time():
            return Moment((None, None), cell, has_day=False)
        case str():
            text = collapse(fold(clean(cell)))
            matches = (form.fullmatch(text) for form in _FORMS)
            return next((_from_match(match) for match in matches if match), None)
        case _:
            return None


def _from_match(match: re.Match[str]) -> Moment | None:
    found = match.groupdict()
    at = _time_of(match)
    if at is None:
        return None
    zone = find_zone(match["zone"])
    if "year" not in found:
        return Moment((None, None), at, zone, has_day=False)
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
    if "first" in found:
        one, other = int(found["first"]), int(found["second_number"])
        days = (_date(year, other, one), _date(year, one, other))
    else:
        month = MONTHS.get(found["name"], 0) if "name" in found else int(found["month"])
        days = (_date(year, month, int(found["day"])),) * 2
    return Moment(days, at, zone) if days != (None, None) else None


def _time_of(match: re.Match[str]) -> time | None:
    hour, half = int(match["hour"]), match["half"]
    if half and not 1 <= hour <= 12:
        half = None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, int(match["minute"]), int(match["second"] or 0))
    except ValueError:
        return None


def _date(year: int, month: int, day: int) -> date | None:
    """Return the day, or None if there is none, or none on which anyone met online."""
    try:
        return date(year, month, day) if year in _YEARS else None
    except ValueError:
        return None


def find_zone(text: str) -> tzinfo | None:
    """Return the zone that a text names ("(UTC)", "GMT+8", "WIB", "Asia/Makassar"), or None."""
    folded = fold(text)
    if folded.strip() == "z":
        return UTC
    match = _STATED_ZONE.search(folded)
    if match is None:
        return _plain_offset(folded)
    if match["name"]:
        return timezone(timedelta(hours=_ZONES[match["name"]]))
    return _offset(match)


def _plain_offset(text: str) -> tzinfo | None:
    match = re.fullmatch(rf"\s*\(?{_OFFSET}\)?\s*", text)
    return _offset(match) if match else None


def _offset(match: re.Match[str]) -> tzinfo | None:
    if not match["sign"]:
        return UTC
    offset = timedelta(hours=int(match["hours"]), minutes=int(match["rest"] or 0))
    return timezone(-offset if match["sign"] == "-" else offset) if offset < timedelta(hours=15) else None


@dataclass(frozen=True, slots=True)
class ReportDays:
    """The order of day and month in a report and the day of most of its moments. `rival` is the other possible day.

    `rival` is None where the order is certain. `order` is then the right one.
    """

    order: DateOrder
    day: date | None
    rival: date | None = None


def find_days(moments: Iterable[Moment], session_days: Collection[date], zone: tzinfo) -> ReportDays:
    """Return in which order the dates of a report are written, and its day in WITA.

    The order that gives a day for all of them, or else one of the session's days, is the right one.
    """
    dated = [moment for moment in moments if moment.has_day]
    if not dated:
        return ReportDays("day-first", None)
    possible: list[DateOrder] = [
        order for order in ("day-first", "month-first") if all(moment.day(order) for moment in dated)
    ]
    if not possible:
        possible = ["day-first"]
    days = {order: _usual_day(dated, order, zone) for order in possible}
    if len(set(days.values())) == 1:
        return ReportDays(possible[0], days[possible[0]])
    of_session: list[DateOrder] = [order for order, day in days.items() if day in session_days]
    if of_session:
        return ReportDays(of_session[0], days[of_session[0]])
    return ReportDays("day-first", days["day-first"], days["month-first"])


def _usual_day(moments: Sequence[Moment], order: DateOrder, zone: tzinfo) -> date | None:
    read: Callable[[Moment], datetime | None] = MomentReader(order, zone, None).read
    found = Counter(at.astimezone(WITA).date() for at in map(read, moments) if at is not None)
    return found.most_common(1)[0][0] if found else None
