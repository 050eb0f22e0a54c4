"""The minutes that people took part in an online meeting, and how many of them count as present."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.i18n import wita
from app.people.values.cells import Cell

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class MinutesRule:
    """`least` of the `length` minutes of a session count as present.

    `is_chosen` tells that the session says so; otherwise it is half of its length.
    """

    least: int
    length: int
    is_chosen: bool


def find_minutes_rule(starts_at: datetime, ends_at: datetime, min_minutes: int | None) -> MinutesRule:
    """Return how many minutes count as present in a session; without `min_minutes` half of it, rounded up."""
    length = session_minutes(starts_at, ends_at)
    return MinutesRule(min_minutes or math.ceil(length / 2), length, min_minutes is not None)


def session_minutes(starts_at: datetime, ends_at: datetime) -> int:
    """Return how many minutes a session lasts; one of several days, which begin at the same hour, on each of them."""
    starts, ends = wita(starts_at), wita(ends_at)
    if ends.date() > starts.date() and ends.time() > starts.time():
        ends = datetime.combine(starts.date(), ends.time(), ends.tzinfo)
    return (ends - starts) // _MINUTE


def parse_minutes(cell: Cell) -> int | None:
    """Return the whole minutes of a cell, or None if it holds no number of minutes."""
    if isinstance(cell, str):
        text = cell.strip().replace(",", ".")
        if not text.replace(".", "", 1).isdecimal():
            return None
        cell = float(text)
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not 0 <= cell < 100_000:
        return None
    return round(cell)
