"""Dates and times as people type them into the fields of forms, and sentences that say what is wrong with them."""

import re
from datetime import date, datetime, time

from app.errors import PLEASE_CORRECT, Invalid
from app.i18n import N_, date_text
from app.models.base import YEARS
from app.people.values.dates import split_date
from app.people.values.text import clean, collapse, fold

NOT_A_DATE = N_("This is not a date. Write it as 05-12-2026 or 5 Dec 2026.")
NOT_A_TIME = N_("This is not a time of day. Write it as 09.00.")
DATE_NEEDED = N_("The date is missing.")
TIME_NEEDED = N_("The time is missing.")

_CLOCK = re.compile(r"(?:(?:pukul|pk|jam)[.\s]*)?(?P<hour>\d{1,2})(?:[.:,\s]?(?P<minute>\d{2}))?(?:\s*wita)?")
_WITHOUT_YEAR = re.compile(r"\d{1,2}(?:\s*[-/.]\s*\d{1,2}|[-/.\s]+[a-z]{3,9})\.?")


class FormDates:
    """Parses the dates and times of one form, and collects what is wrong with them in `errors`, by field.

        dates = FormDates()
        first, last = dates.day("first", self.first), dates.day("last", self.last)
        dates.require_valid()

    A time that has a date of its own is two fields: `name` for the date and `name` with "_time" for the time of day.
    """

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def day(self, name: str, text: str, *, required: bool = False) -> date | None:
        """Return the date of a field; None for an empty or a wrong one."""
        self._note(name, date_error(text, required=required))
        return parse_day(text)

    def clock(self, name: str, text: str, *, required: bool = False) -> time | None:
        """Return the time of day of a field; None for an empty or a wrong one."""
        clock = parse_clock(text)
        if clock is None and (required or text.strip()):
            self._note(name, NOT_A_TIME if text.strip() else TIME_NEEDED)
        return clock

    def local_time(self, name: str, day_text: str, clock_text: str) -> datetime | None:
        """Return the naive WITA time of a date and its time of day; None if both are empty, or one is wrong."""
        if not day_text.strip() and not clock_text.strip():
            return None
        day = self.day(name, day_text, required=True)
        clock = self.clock(f"{name}_time", clock_text, required=True)
        return datetime.combine(day, clock) if day and clock else None

    def require_valid(self) -> None:
        """Raise `Invalid` with the errors of all wrong fields."""
        if self.errors:
            raise Invalid(PLEASE_CORRECT, fields=self.errors)

    def _note(self, name: str, error: str) -> None:
        if error:
            self.errors[name] = error


def parse_day(text: str) -> date | None:
    """Return the date of a text such as "05-12-2026", "5/12/26", "5 Des 2026" or "2026-12-05".

    None for any other text, and for a year that nothing can have here.
    """
    parts = split_date(text)
    if parts is None or parts[2] not in YEARS:
        return None
    try:
        return date(parts[2], parts[1], parts[0])
    except ValueError:
        return None


def date_error(text: str, *, required: bool = False) -> str:
    """Return the sentence (msgid) that says what is wrong with a date, "" if nothing is.

    An empty field is wrong only if it is `required`.
    """
    if not text.strip():
        return DATE_NEEDED if required else ""
    if parse_day(text):
        return ""
    parts = split_date(text)
    if parts is None:
        is_without_year = _WITHOUT_YEAR.fullmatch(collapse(fold(clean(text))))
        return N_("The year is missing, as in 05-12-2026.") if is_without_year else NOT_A_DATE
    day, month, year = parts
    if year not in YEARS:
        return N_("The year must be one of 2000 to 2100.")
    if month > 12 >= day:
        return N_("There is no such month. The day comes first: 25-12-2026.")
    return N_("There is no such day.")


def parse_clock(text: str) -> time | None:
    """Return the time of day of a text such as "9", "9.00", "09:00" or "0900"; None for any other text."""
    match = _CLOCK.fullmatch(collapse(fold(clean(text))))
    if match is None:
        return None
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def typed_date(value: date | str | None) -> str:
    """Return a date as its field shows it, "05-12-2026"; a text that is no date as it was typed, "" for None."""
    if isinstance(value, str):
        day = parse_day(value)
        return date_text(day) if day else value
    return date_text(value) if value else ""


def typed_clock(value: datetime | str | None) -> str:
    """Return a naive time as its field shows it, "09.00"; a text that is no time as it was typed, "" for None."""
    if isinstance(value, str):
        clock = parse_clock(value)
        return f"{clock:%H.%M}" if clock else value
    return f"{value:%H.%M}" if value else ""
