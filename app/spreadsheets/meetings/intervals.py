"""Sum intervals of time without counting a minute twice, as when somebody joins with two devices at once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeAlias

Interval: TypeAlias = tuple[datetime, datetime]


def covered_time(
    intervals: Iterable[Interval], starts: datetime | None = None, ends: datetime | None = None
) -> timedelta:
    """Return the time that the intervals cover between `starts` and `ends`, what overlaps counted once.

    None sets no limit. An interval that ends before it begins covers nothing.
    """
    clipped = sorted(
        (max(begin, starts) if starts else begin, min(end, ends) if ends else end) for begin, end in intervals
    )
    covered, reached = timedelta(), None
    for begin, end in clipped:
        since = begin if reached is None else max(begin, reached)
        if end > since:
            covered += end - since
            reached = end
    return covered


def whole_minutes(time: timedelta) -> int:
    """Return the time in minutes, rounded."""
    return round(time.total_seconds() / 60)
