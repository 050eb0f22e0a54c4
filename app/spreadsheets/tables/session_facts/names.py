"""What the name of a file or a sheet says of a session: a date, a title."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.people.values.dates import END_OF_CENTURY, MONTHS, parse_date, parse_date_span
from app.people.values.text import clean, collapse, fold, words
from app.spreadsheets.tables.session_facts.titles import (
    names_event,
    says_something,
    without_date,
    without_heading,
)

_EXTENSION = re.compile(r"\.(?:xlsx|xlsm|xls|xlsb|ods|csv|tsv|txt|docx|pdf|html?|xml)$", re.IGNORECASE)
_COMPACT = re.compile(r"(?<!\d)\d{8}(?!\d)")
_DAY_AND_MONTH = re.compile(r"(?<!\d)(?P<day>\d{1,2})[\s.-]*(?P<month>[A-Za-z]{3,9})(?![A-Za-z])")
_SHORT_DATE = re.compile(r"(?<![\d.-])\d{1,2}[-._]\d{1,2}[-._]\d\d(?![\d.-]\d|\d)")
_LEADING_NUMBER = re.compile(r"^\W*(?:\d{1,3}\W+){1,2}(?=[^\W\d])")
_REPORT = re.compile(r"\W*(?:laporan kehadiran|attendance report)\W*$", re.IGNORECASE)
"""What Teams and Meet write behind a meeting's title."""
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_JUNK = frozenset(
    {
        "final",
        "fix",
        "fiks",
        "rev",
        "revisi",
        "copy",
        "salinan",
        "scan",
        "baru",
        "lama",
        "ok",
        "oke",
        "ttd",
        "excel",
    }
    | {
        "edit",
        "update",
        "upload",
        "draft",
        "sheet",
        "lembar",
        "responses",
        "response",
        "respons",
        "jawaban",
        "export",
    }
    | {"download", "unduhan", "lengkap", "rekap", "isi", "terisi", "asli", "file", "gform", "google", "forms"}
)
"""Words in names of files that are no part of a title."""
_NUMBER_IN_PARENTHESES = re.compile(r"\(\d{1,3}\)")


@dataclass(frozen=True, slots=True)
class NameFacts:
    """The days and the title that a name says; None and "" where it doesn't."""

    days: tuple[date, date] | None = None
    title: str = ""


def read_name(name: str, *, year: int | None = None) -> NameFacts:
    """Return what the name of a sheet, or of a file with its folders, says; the file says it before the folders.

    `year` completes a day and month without a year. A title needs a word for an event, such as "Workshop".
    """
    facts = [_read_part(part, year or find_year(name)) for part in reversed(re.split(r"[/\\]", name))]
    return NameFacts(
        days=next((fact.days for fact in facts if fact.days), None),
        title=next((fact.title for fact in facts if fact.title), ""),
    )


def has_short_date(name: str) -> bool:
    """Return whether a name has a date of which nothing tells the order, as "9-10-26"."""
    return _SHORT_DATE.search(name) is not None


def find_day_and_month(name: str) -> tuple[int, int] | None:
    """Return the day and the month of the only date without a year in a name ("5 Agustus"), or None."""
    found = set(_days_and_months(_plain(name)))
    return found.pop() if len(found) == 1 else None


def _read_part(part: str, year: int | None) -> NameFacts:
    text = _plain(part)
    return NameFacts(find_days(text, year), _find_title(text))


def _plain(part: str) -> str:
    return collapse(re.sub(r"[_+]", " ", _EXTENSION.sub("", clean(part))))


def find_days(text: str, year: int | None) -> tuple[date, date] | None:
    """Return the first and the last day that a text says; `year` completes days without one."""
    if days := parse_date_span(_spaced_dates(text)):
        return days
    for match in _COMPACT.finditer(text):
        if day := _parse_compact(match[0]):
            return day, day
    found = {
        day
        for number, month in _days_and_months(text)
        if year and (day := parse_date(f"{number} {month} {year}", latest=END_OF_CENTURY))
    }
    return (min(found), max(found)) if found else None


def _spaced_dates(text: str) -> str:
    """Return the text with a date between dashes apart: "hadir-2025-08-05-umkm" as "hadir 2025-08-05 umkm"."""
    return re.sub(r"(?<=[A-Za-z])-(?=\d)|(?<=\d)-(?=[A-Za-z]{3})(?![A-Za-z]{3,9}-\d)", " ", text)


def _parse_compact(digits: str) -> date | None:
    """Return the date of "20250805" or "05082025", of this century."""
    for text in (f"{digits[:4]}-{digits[4:6]}-{digits[6:]}", f"{digits[:2]}-{digits[2:4]}-{digits[4:]}"):
        day = parse_date(text, latest=END_OF_CENTURY)
        if day is not None and 2000 <= day.year < 2100:
            return day
    return None


def _days_and_months(text: str) -> Iterator[tuple[int, int]]:
    for match in _DAY_AND_MONTH.finditer(fold(text)):
        month = MONTHS.get(match["month"])
        if month and 1 <= int(match["day"]) <= 31:
            yield int(match["day"]), month


def find_year(name: str) -> int | None:
    """Return the only year that stands in a name with its folders, or None."""
    years = {int(year) for year in _YEAR.findall(name)}
    return years.pop() if len(years) == 1 else None


def _find_title(text: str) -> str:
    text = _spaced_dates(_NUMBER_IN_PARENTHESES.sub(" ", text))
    text = _DAY_AND_MONTH.sub(_without_month, _COMPACT.sub(" ", without_date(text)))
    text = re.sub(r"(?<=\w)-(?=[^\W\d])", " ", _LEADING_NUMBER.sub("", text))
    title, _ = without_heading(_REPORT.sub("", collapse(text)))
    kept = [word for word in title.split() if words(word) and words(word) not in _JUNK]
    title = " ".join(kept).strip(" -–,.()")
    return title if names_event(title) and says_something(title) else ""


def _without_month(match: re.Match[str]) -> str:
    return " " if fold(match["month"]) in MONTHS else match[0]
