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
    """Return the catalogue of `language`, compiled once per process from its .po file.

    That of English is empty, because msgids are English.
    """
    if language == "en":
        return NullTranslations()
    with (LOCALE_FOLDER / language / "LC_MESSAGES" / "jangkau.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def translator(language: Language) -> Translator:
    """Return the function that translates a msgid into `language`, or returns it if there is no translation."""
    return translations(language).gettext


def wita(instant: datetime) -> datetime:
    """Convert an aware datetime to WITA, the local time of Balikpapan (Asia/Makassar, UTC+8)."""
    return instant.astimezone(WITA)


def wita_today() -> date:
    """Return today's date in WITA."""
    return datetime.now(WITA).date()


def utc(day_and_time: datetime) -> datetime:
    """Return a naive WITA time as an aware one in UTC, as times are stored."""
    return day_and_time.replace(tzinfo=WITA).astimezone(UTC)


def date_text(day: date) -> str:
    """Format a date as dd-mm-yyyy, as Indonesian offices write it."""
    return day.strftime("%d-%m-%Y")


def day_text(day: date, language: Language) -> str:
    """Format a date with the month's name, for running text and titles: "5 Des 2026"."""
    return format_date(day, "d MMM yyyy", locale=language)


def days_text(first: date, last: date, language: Language) -> str:
    """Format a span of days for running text and titles: "1 Jan – 31 Des 2026", and each end's year if they differ."""
    if first == last:
        return day_text(last, language)
    pattern = "d MMM" if first.year == last.year else "d MMM yyyy"
    return f"{format_date(first, pattern, locale=language)} – {day_text(last, language)}"


def full_day_text(day: date, language: Language) -> str:
    """Format a date with the month's full name, for official documents: "5 Desember 2026"."""
    return format_date(day, "d MMMM yyyy", locale=language)


def full_days_text(first: date, last: date, language: Language) -> str:
    """Format a span of days for official documents: "1 Januari – 31 Maret 2026", and both years if they differ.

    Within a month it is "1–31 Maret 2026".
    """
    if first == last:
        return full_day_text(last, language)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{full_day_text(last, language)}"
    pattern = "d MMMM" if first.year == last.year else "d MMMM yyyy"
    return f"{format_date(first, pattern, locale=language)} – {full_day_text(last, language)}"


def full_time_text(instant: datetime, language: Language) -> str:
    """Format an aware datetime in WITA for official documents: "5 Desember 2026 pukul 09.00 WITA"."""
    day = full_day_text(wita(instant).date(), language)
    joint = "pukul" if language == "id" else "at"
    return f"{day} {joint} {clock_text(instant)} WITA"


def weekday_text(day: date, language: Language) -> str:
    """Format a date with the day of the week: "Sab, 5 Des 2026"."""
    return format_date(day, "EEE, d MMM yyyy", locale=language)


def full_weekday_text(day: date, language: Language) -> str:
    """Format a date with all names in full, as official documents write it: "Sabtu, 5 Desember 2026"."""
    return format_date(day, "EEEE, d MMMM yyyy", locale=language)


def month_text(day: date, language: Language) -> str:
    """Format the month of a date by its name, with the year: "Agustus 2025"."""
    return format_date(day, "MMMM yyyy", locale=language)


def month_short(day: date, language: Language) -> str:
    """Format the month of a date by its abbreviated name, without the year: "Agu"."""
    return format_date(day, "MMM", locale=language)


def time_text(instant: datetime) -> str:
    """Format an aware datetime in WITA: "05-08-2025 09.00 WITA"."""
    return wita(instant).strftime("%d-%m-%Y %H.%M WITA")


def clock_text(instant: datetime) -> str:
    """Format the time of an aware datetime in WITA, without its date: "09.00"."""
    return wita(instant).strftime("%H.%M")


def period_text(starts_at: datetime, ends_at: datetime) -> str:
    """Format a span in WITA: "05-08-2025 09.00–12.00 WITA".

    If it ends on another day, the end has its date too.
    """
    starts, ends = wita(starts_at), wita(ends_at)
    if starts.date() != ends.date():
        return f"{time_text(starts_at)} – {time_text(ends_at)}"
    return f"{starts:%d-%m-%Y %H.%M}–{ends:%H.%M} WITA"


def long_time_text(instant: datetime, language: Language) -> str:
    """Format an aware datetime in WITA for running text and titles: "Sab, 5 Des 2026, 09.00 WITA"."""
    return f"{weekday_text(wita(instant).date(), language)}, {clock_text(instant)} WITA"


def long_period_text(starts_at: datetime, ends_at: datetime, language: Language) -> str:
    """Format a span in WITA for running text and titles: "Sab, 5 Des 2026, 09.00–12.00 WITA".

    If it ends on another day, the end has its date too.
    """
    starts, ends = wita(starts_at), wita(ends_at)
    if starts.date() != ends.date():
        return f"{long_time_text(starts_at, language)} – {long_time_text(ends_at, language)}"
    return f"{weekday_text(starts.date(), language)}, {clock_text(starts_at)}–{clock_text(ends_at)} WITA"


def decimal_text(number: float, language: Language) -> str:
    """Format a number with two to four decimals, rounded: "1.234,50" in Indonesian, "1,234.50" in English."""
    return format_decimal(number, format="#,##0.00##", locale=language)


def integer_text(number: int, language: Language = "id") -> str:
    """Format a whole number with separators between thousands: "1.234" in Indonesian, "1,234" in English."""
    grouped = f"{number:,}"
    return grouped.replace(",", ".") if language == "id" else grouped
