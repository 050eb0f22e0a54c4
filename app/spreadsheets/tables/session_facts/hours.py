"""Parse the hours of a session as Indonesian letterheads write them: "Pukul 09.00 – 12.00 WITA"."""

import re
from collections.abc import Mapping
from datetime import time
from typing import TypeAlias

from app.people.values.text import collapse, fold

Hours: TypeAlias = tuple[time | None, time | None]

_PART = r"(?:\s?{}\b)?"
_PARTS = "pagi|siang|sore|petang|malam|am|pm"
_STARTS_PART, _ENDS_PART = (_PART.format(f"(?P<{name}_part>{_PARTS})") for name in ("starts", "ends"))
_TO = r"\s*(?:wita)?\s*(?:[-–—]|s\.?\s?/?\s?d\b\.?|sampai(?:\s+dengan)?|hingga|until|to)\s*(?:pukul|pkl|jam)?\W{0,2}"
_HOURS = re.compile(
    rf"(?<![\d./:-])(?P<starts>\d{{1,2}}\s?[.:]\s?[0-5]\d)(?::[0-5]\d)?(?![\d/]|[.:]\d){_STARTS_PART}"
    rf"(?:{_TO}(?P<ends>\d{{1,2}}\s?[.:]\s?[0-5]\d)(?::[0-5]\d)?(?![\d/]|[.:]\d){_ENDS_PART})?"
)
_BARE_HOURS = re.compile(
    rf"\b(?:pukul|pkl|jam)\b\W*(?P<starts>\d{{1,2}})(?![\d.:]){_STARTS_PART}"
    rf"(?:{_TO}(?P<ends>\d{{1,2}})(?![\d.:]){_ENDS_PART})?"
)
"""Hours without minutes are hours only after "pukul" or "jam": "jam 9 - 12"."""
_OTHER_ZONE = re.compile(r"\b(?:wib|wit)\b")
_AFTER_NOON: Mapping[str, range] = {
    "siang": range(1, 6),
    "sore": range(1, 8),
    "petang": range(1, 8),
    "malam": range(6, 12),
    "pm": range(1, 12),
}
"""The hours of twelve that are after noon, by the part of the day that is named with them."""
_EARLIEST = time(5)


def parse_hours(text: str) -> Hours:
    """Return when a session starts and ends by a text, None for what it doesn't say; "selesai" is no end.

    "2 - 4 sore" is in the afternoon. Hours of another zone (WIB, WIT) are none, as nothing tells whether the zone or
    the hour is meant. So are hours that end before they start, and those that start at night ("01.00" may be 13.00).
    """
    folded = collapse(fold(text))
    match = _HOURS.search(folded) or _BARE_HOURS.search(folded)
    if match is None or _OTHER_ZONE.search(folded):
        return None, None
    starts = _time(match["starts"], match["starts_part"])
    ends = _time(match["ends"], match["ends_part"])
    if starts and ends and not match["starts_part"]:
        later = _time(match["starts"], match["ends_part"])
        starts = later if later and later < ends else starts
    if (starts and starts < _EARLIEST) or (starts and ends and ends <= starts):
        return None, None
    return starts, ends


def _time(text: str | None, part: str | None) -> time | None:
    """Return the time of "9", "09.00", "09:00" or "3 sore", or None if there is no such time."""
    numbers = [int(number) for number in re.findall(r"\d+", text or "")]
    if not numbers:
        return None
    hour = numbers[0] + 12 if numbers[0] in _AFTER_NOON.get(part or "", ()) else numbers[0]
    return time(hour, sum(numbers[1:])) if hour < 24 else None
