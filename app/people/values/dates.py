"""Parse dates as Indonesian sheets write them: the day first, months by name, two-digit years."""

import re
from datetime import date, datetime, timedelta

from app.people.values.cells import Cell
from app.people.values.text import clean, collapse, fold

MIN_AGE, MAX_AGE = 5, 104
"""The ages between which a date of birth is accepted."""

END_OF_CENTURY = date(2099, 12, 31)
"""Passed as `latest` where a date may lie in the future."""

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januari january",
            "feb peb februari pebruari february",
            "mar maret march",
            "apr april",
            "mei may",
            "jun juni june",
            "jul juli july",
            "agu ags agt agst agust agus agustus aug august",
            "sep sept september",
            "okt oct oktober october",
            "nov nop november nopember",
            "des dec desember december",
        ),
        start=1,
    )
    for name in names.split()
}
_YEAR_FIRST = re.compile(r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(
    r"(?<![\d/.-])(?P<day>\d{1,2})\s*[-/.\s]\s*(?P<month>\d{1,2}|[a-z]{3,9})\.?\s*[-/.,\s]\s*['’`]?(?P<year>\d{4}|\d{2})(?!\d)"
)
_TO = r"\s*(?:[-–—,&/]|s\.?\s?/?d\.?|sampai(?:\s+dengan)?|hingga|dan)\s*"
_SPAN = re.compile(
    rf"(?<![\d/.-])(?P<day>\d{{1,2}})(?:\s+(?P<first>[a-z]{{3,9}}))?(?:{_TO}(?:[a-z']{{4,6}},?\s+)?(?P<last>\d{{1,2}})){{1,6}}"
    r"(?:\s+(?P<month>[a-z]{3,9})[\s,]+|[/.](?P<number>\d{1,2})[/.])(?P<year>\d{4})(?!\d)"
)
"""Several days of one month, or from one month to the next: "5-6 Agustus 2025", "30 Juli s.d. 1 Agustus 2025"."""
_TO_ANOTHER_DAY = re.compile(rf"\d{{4}}{_TO}(?:[a-z']{{4,6}},?\s+)?(?=\d)")
"""From one day with its year to the next: "5 Agustus 2025 s.d. 6 Agustus 2025"."""
_COMPACT = re.compile(r"(?P<day>\d{2})(?P<month>\d{2})(?P<year>\d{4})")
_WEEKDAY = re.compile(r"[a-z']{3,9}[.,]?\s+(?=\d)")
_EXCEL_EPOCH = date(1899, 12, 30)
_DAYS_TO_1904 = (date(1904, 1, 1) - _EXCEL_EPOCH).days
_FIRST_SERIAL, _LAST_SERIAL = 366, 60_000


def parse_date(cell: Cell, *, latest: date) -> date | None:
    """Return the date that a cell holds or names, or None; also None for a text without a year.

    A two-digit year is the last one that puts the date not after `latest`; years of four digits are not compared with
    it. A text may have other words beside the date; its day or its year comes first, never the month. A number from 366
    to 60000 is the serial of an Excel date that lost its format, as in copies that were pasted as values.
    """
    match cell:
        case datetime():
            return cell.date()
        case date():
            return cell
        case bool():
            return None
        case int() | float():
            return _EXCEL_EPOCH + timedelta(days=int(cell)) if _FIRST_SERIAL <= cell <= _LAST_SERIAL else None
        case str():
            return _parse_text(fold(clean(cell)), latest)
        case _:
            return None


def split_date(text: str) -> tuple[int, int, int] | None:
    """Return day, month and year of a text that is a date and nothing else, whether or not there is such a day.

    Years of two digits are those of this century. A day of the week may stand before the date. None for other text.
    """
    text = collapse(fold(clean(text)))
    if weekday := _WEEKDAY.match(text):
        text = text[weekday.end() :]
    match = _YEAR_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)
    if match is None:
        return None
    month = int(match["month"]) if match["month"].isdigit() else MONTHS.get(match["month"])
    if month is None:
        return None
    year = int(match["year"])
    return int(match["day"]), month, year if len(match["year"]) == 4 else 2000 + year


def parse_date_span(cell: Cell) -> tuple[date, date] | None:
    """Return the first and the last day that a letterhead's date names (the same for one day), or None."""
    text = collapse(fold(clean(cell))) if isinstance(cell, str) else ""
    span = _SPAN.search(text)
    if span is None:
        first = parse_date(cell, latest=END_OF_CENTURY)
        to = _TO_ANOTHER_DAY.search(text)
        last = _parse_text(text[to.end() :], END_OF_CENTURY) if to else None
        return (first, max(first, last or first)) if first else None
    last_month = int(span["number"] or 0) or MONTHS.get(span["month"], 0)
    first_month = MONTHS.get(span["first"], 0) if span["first"] else last_month
    year = int(span["year"])
    first = _make_date(int(span["day"]), first_month, str(year - (first_month > last_month)), END_OF_CENTURY)
    last = _make_date(int(span["last"]), last_month, str(year), END_OF_CENTURY)
    return (first, max(first, last or first)) if first else None


def convert_1904_serial(cell: Cell) -> Cell:
    """Return the date of a bare number that counts days from 1904 (workbooks from old Macs); other cells unchanged."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return cell
    return parse_date(cell + _DAYS_TO_1904, latest=END_OF_CENTURY) or cell


def parse_birth_date(cell: Cell, *, on: date) -> date | None:
    """Return a date of birth that makes the person 5 to 104 years old on the day `on`; None for any other cell."""
    born = parse_date(cell, latest=_subtract_years(on, MIN_AGE))
    if born is None:
        return None
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return born if MIN_AGE <= age <= MAX_AGE else None


def has_month_first(text: str) -> bool:
    """Return whether the first date in a text can only have its month first: "12/25/1980" (English forms)."""
    match = _DAY_FIRST.search(text)
    return (
        match is not None and match["month"].isdigit() and int(match["day"]) <= 12 < int(match["month"]) <= 31
    )


def parse_month_first(text: str) -> date | None:
    """Return the date of a text with its month first, as in exports of English forms ("8/25/2025 9:12"), or None."""
    match = _DAY_FIRST.search(text)
    if match is None or not match["month"].isdigit():
        return None
    return _make_date(int(match["month"]), int(match["day"]), match["year"], END_OF_CENTURY)


def _subtract_years(day: date, years: int) -> date:
    """Return the same day so many years earlier; of February at most the 28th."""
    return date(day.year - years, day.month, min(day.day, 28) if day.month == 2 else day.day)


def _parse_text(text: str, latest: date) -> date | None:
    """Return the first date in a folded text, or None; two-digit years as in `parse_date`."""
    match = _YEAR_FIRST.search(text) or _DAY_FIRST.search(text) or _COMPACT.fullmatch(text)
    if match is None:
        return None
    month = match["month"]
    number = int(month) if month.isdigit() else MONTHS.get(month)
    if number is None:
        return None
    return _make_date(int(match["day"]), number, match["year"], latest)


def _make_date(day: int, month: int, year: str, latest: date) -> date | None:
    """Return the date, or None if it doesn't exist. A two-digit year is the last such year not after `latest`."""
    try:
        if len(year) == 4:
            return date(int(year), month, day)
        century = latest.year // 100 * 100
        this_century = date(century + int(year), month, day)
        return this_century if this_century <= latest else date(century - 100 + int(year), month, day)
    except ValueError:
        return None
