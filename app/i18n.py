"""Translation, and the formatting of dates, times and numbers. Msgids are English; `locale/` has the Indonesian."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

Language = Literal["id", "en"]
Translator = Callable[[str], str]

LANGUAGES: tuple[Language, ...] = ("id", "en")
LOCALE_FOLDER = Path(__file__).parent / "locale"
WITA = ZoneInfo("Asia/Makassar")


def N_(msgid: str) -> str:  # noqa: N802 (gettext's own name for "mark, translate elsewhere")
    """Mark a text for the catalogue and return it unchanged; it is translated where it is shown."""
    return msgid


@cache
def translations(language: Language) -> NullTranslations:
    """Return the catalogue of `language`, compiled from its .po file, so that it is never out of date."""
    if language == "en":
        return NullTranslations()
    with (LOCALE_FOLDER / language / "LC_MESSAGES" / "jangkau.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def translator(language: Language) -> Translator:
    """Return the function that translates a msgid into `language`."""
    return translations(language).gettext


def wita(instant: datetime) -> datetime:
    """Convert a datetime to WITA, the local time of Balikpapan (Asia/Makassar, UTC+8)."""
    return instant.astimezone(WITA)


def wita_today() -> date:
    """Return today's date in WITA."""
    return datetime.now(WITA).date()


def utc(day_and_time: datetime) -> datetime:
    """Convert a naive WITA time to UTC, as it is stored."""
    return day_and_time.replace(tzinfo=WITA).astimezone(UTC)


def date_text(day: date) -> str:
    """Format a date as dd-mm-yyyy, as Indonesian offices write it."""
    return day.strftime("%d-%m-%Y")


def month_text(day: date, language: Language) -> str:
    """Format the month of a date by its name, with the year: "Agustus 2025"."""
    return format_date(day, "MMMM yyyy", locale=language)


def month_short(day: date, language: Language) -> str:
    """Format the month of a date in three letters: "Agu"."""
    return format_date(day, "MMM", locale=language)


def time_text(instant: datetime) -> str:
    """Format a datetime as dd-mm-yyyy HH.MM WITA."""
    return wita(instant).strftime("%d-%m-%Y %H.%M WITA")


def clock_text(instant: datetime) -> str:
    """Format the time of a datetime as HH.MM, in WITA."""
    return wita(instant).strftime("%H.%M")


def period_text(starts_at: datetime, ends_at: datetime) -> str:
    """Format a span as dd-mm-yyyy HH.MM–HH.MM WITA, with both dates where it ends on another day."""
    starts, ends = wita(starts_at), wita(ends_at)
    if starts.date() != ends.date():
        return f"{time_text(starts_at)} – {time_text(ends_at)}"
    return f"{starts:%d-%m-%Y %H.%M}–{ends:%H.%M} WITA"


def decimal_text(number: float, language: Language) -> str:
    """Format a number with two to four decimals, after a comma in Indonesian and a point in English."""
    return format_decimal(number, format="#,##0.00##", locale=language)


def integer_text(number: int, language: Language = "id") -> str:
    """Format a whole number with dots between thousands in Indonesian, commas in English."""
    grouped = f"{number:,}"
    return grouped.replace(",", ".") if language == "id" else grouped
