"""Parse durations as applications for meetings write them."""

import re
from datetime import datetime, time

from app.people.values.cells import Cell
from app.people.values.text import clean, collapse, fold

_CLOCK = re.compile(r"(?P<hours>\d{1,3}):(?P<minutes>[0-5]?\d)(?::(?P<seconds>[0-5]?\d))?")
_PLAIN = re.compile(r"\d{1,4}(?:[.,]\d+)?")
_UNIT = {
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "jam", "j"), 60.0),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "menit", "mnt"), 1.0),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "detik", "dtk", "dt", "d"), 1 / 60),
}
_PART = re.compile(
    rf"(\d{{1,4}}(?:[.,]\d+)?)\s*({'|'.join(sorted(_UNIT, key=len, reverse=True))})\.?(?![a-z])"
)
_LESS_THAN = re.compile(r"^(?:<|kurang dari|less than)\s*")
_MINUTES_A_DAY = 24 * 60


def parse_minutes(cell: Cell) -> float | None:
    """Return how many minutes a duration is: "3h 8m 2s", "1:02:03", "58", "199 menit", "01 jam 05 menit"; else None.

    A number alone counts minutes. "1:02" is an hour and two minutes, as no application leaves out the hours. Nobody
    stays for more than a day.
    """
    match cell:
        case bool():
            return None
        case int() | float():
            return float(cell) if 0 <= cell <= _MINUTES_A_DAY else None
        case datetime():
            return None
        case time():
            return cell.hour * 60 + cell.minute + cell.second / 60
        case str():
            return _parse_text(_LESS_THAN.sub("", collapse(fold(clean(cell)))))
        case _:
            return None


def _parse_text(text: str) -> float | None:
    if _PLAIN.fullmatch(text):
        return parse_minutes(float(text.replace(",", ".")))
    if clock := _CLOCK.fullmatch(text):
        return parse_minutes(
            int(clock["hours"]) * 60 + int(clock["minutes"]) + int(clock["seconds"] or 0) / 60
        )
    parts = _PART.findall(text)
    if not parts or _PART.sub("", text).strip(" ,.&") not in {"", "dan", "and"}:
        return None
    return parse_minutes(sum(float(number.replace(",", ".")) * _UNIT[unit] for number, unit in parts))
