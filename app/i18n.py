"""Languages: msgids are English, Indonesian stands in `locale/`; dates, numbers and WITA as the city writes them."""

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
    """Marks a text for the catalogue where it is written; it is translated where it is shown."""
    return msgid


@cache
def translations(language: Language) -> NullTranslations:
    """The catalogue of `language`, compiled from its .po so that it can't be older than its source."""
    if language == "en":
        return NullTranslations()
    with (LOCALE_FOLDER / language / "LC_MESSAGES" / "jangkau.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def translator(language: Language) -> Translator:
    """The function that turns a msgid into a text of `language`."""
    return translations(language).gettext


def wita(instant: datetime) -> datetime:
    """An instant as the clocks of Balikpapan show it (Asia/Makassar, UTC+8)."""
    return instant.astimezone(WITA)


def wita_today() -> date:
    return datetime.now(WITA).date()


def utc(day_and_time: datetime) -> datetime:
    """A WITA wall-clock time as the instant that is stored."""
    return day_and_time.replace(tzinfo=WITA).astimezone(UTC)


def date_text(day: date) -> str:
    """dd-mm-yyyy, as Indonesian offices write it."""
    return day.strftime("%d-%m-%Y")


def month_text(day: date, language: Language) -> str:
    """The day's month by its name, with the year."""
    return format_date(day, "MMMM yyyy", locale=language)


def month_short(day: date, language: Language) -> str:
    """The day's month in three letters."""
    return format_date(day, "MMM", locale=language)


def time_text(instant: datetime) -> str:
    """dd-mm-yyyy HH.MM WITA."""
    return wita(instant).strftime("%d-%m-%Y %H.%M WITA")


def clock_text(instant: datetime) -> str:
    """HH.MM by the clocks of Balikpapan."""
    return wita(instant).strftime("%H.%M")


def period_text(starts_at: datetime, ends_at: datetime) -> str:
    """dd-mm-yyyy HH.MM–HH.MM WITA; with both days where the end is on another."""
    starts, ends = wita(starts_at), wita(ends_at)
    if starts.date() != ends.date():
        return f"{time_text(starts_at)} – {time_text(ends_at)}"
    return f"{starts:%d-%m-%Y %H.%M}–{ends:%H.%M} WITA"


def decimal_text(number: float, language: Language) -> str:
    """Two places after a comma in Indonesian, after a point in English."""
    return format_decimal(number, format="#,##0.00##", locale=language)


def integer_text(number: int, language: Language = "id") -> str:
    """Thousands with dots in Indonesian, with commas in English."""
    grouped = f"{number:,}"
    return grouped.replace(",", ".") if language == "id" else grouped
