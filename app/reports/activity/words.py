"""Numbers and dates in Indonesian words, as minutes write them."""

from datetime import date

from babel.dates import format_date

_ONES = (
    *("", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"),
    *("sepuluh", "sebelas"),
)
MAX_NUMBER = 999_999


def number_in_words(number: int) -> str:
    """Return a whole number from 0 to `MAX_NUMBER` in words: "dua ribu dua puluh enam". Raises `ValueError` beyond."""
    if not 0 <= number <= MAX_NUMBER:
        raise ValueError(f"no words for {number}")
    return _words(number) or "nol"


def _words(number: int) -> str:
    """Return the words of a number, "" for 0. One hundred and one thousand are "seratus" and "seribu"."""
    if number < len(_ONES):
        return _ONES[number]
    if number < 20:
        return f"{_ONES[number - 10]} belas"
    if number < 100:
        return _joined(_ONES[number // 10], "puluh", number % 10)
    if number < 200:
        return _joined("", "seratus", number - 100)
    if number < 1000:
        return _joined(_ONES[number // 100], "ratus", number % 100)
    if number < 2000:
        return _joined("", "seribu", number - 1000)
    return _joined(_words(number // 1000), "ribu", number % 1000)


def _joined(count: str, unit: str, rest: int) -> str:
    return " ".join(filter(None, (count, unit, _words(rest))))


def date_in_words(day: date) -> str:
    """Return "Selasa tanggal lima bulan Agustus tahun dua ribu dua puluh lima" for 5 August 2025."""
    weekday, month = (format_date(day, pattern, locale="id") for pattern in ("EEEE", "MMMM"))
    return f"{weekday} tanggal {_words(day.day)} bulan {month} tahun {_words(day.year)}"
