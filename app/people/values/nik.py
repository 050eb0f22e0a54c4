"""Parse a NIK: the 16 digits of an identity card, which contain the date of birth and the sex."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Literal

from app.people.values.cells import Cell
from app.people.values.sex import Sex
from app.people.values.text import clean, words

LENGTH = 16
_SEPARATORS = re.compile(r"[\s.,'`’_/-]+")
_LABEL = re.compile(
    r"\(?(?<!\w)(?:(?:no|nomor)\b[\s.:]*)?(?:nik|e-?ktp|ktp)(?![^\W\d_])[\s.:/]*\)?", re.IGNORECASE
)
"""A label beside the number ("No. KTP: …"). The number of a family card ("KK") is not a NIK."""
_BLANK_TEXTS = frozenset({"tidak ada", "tdk ada", "belum ada", "blm ada"})
_MASKED = re.compile(r"•{4,}\d{4}\b")
_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?e\+?\d+", re.IGNORECASE)
_MAX_EXACT_FLOAT = 2**53

# A date, or else sixteen digits with at most one separator between any two of them. Two dates side by side would have
# sixteen digits too, so a date is matched first.
_ANYWHERE = re.compile(
    r"(?P<date>(?<!\d)(?:(?:0?[1-9]|[12]\d|3[01])([-./])(?:0?[1-9]|1[0-2])\2(?:19|20)\d\d"
    r"|(?:19|20)\d\d([-./])(?:0[1-9]|1[0-2])\3(?:0[1-9]|[12]\d|3[01]))(?!\d))"
    r"|\d(?<!\d\d)(?:[\s.,'`’_/\-–—]?\d){15}(?!\d)"
)


@dataclass(frozen=True, slots=True)
class ParsedNik:
    """The result of parsing a NIK: its `digits`, or None with the `problem` (None too if the cell is blank)."""

    digits: str | None
    problem: Literal["nik-corrupted", "nik-invalid"] | None = None


_BLANK = ParsedNik(None)


def parse_nik(cell: Cell) -> ParsedNik:
    """Parse a NIK from a text or number cell; labels ("NIK:") and separators in a text are ignored.

    A cell that is blank, one repeated digit, "tidak ada" or a masked NIK has neither digits nor a problem. Excel keeps
    15 digits of a number: a number cell whose 16th digit is 0, one above 2^53 and E-notation may have lost some, and is
    "nik-corrupted". Wrong length or an impossible date is "nik-invalid".
    """
    match cell:
        case None | bool():
            return _BLANK
        case int() | float():
            return _parse_number(cell)
        case str():
            return _parse_text(clean(cell))
        case _:
            return ParsedNik(None, "nik-invalid")


def _parse_number(number: int | float) -> ParsedNik:
    """Parse a number cell by the rules of `parse_nik`."""
    if not isfinite(number):
        return ParsedNik(None, "nik-invalid")
    if len(set(str(int(number)))) == 1:
        return _BLANK
    if number > _MAX_EXACT_FLOAT or (number >= 10 ** (LENGTH - 1) and number % 10 == 0):
        return ParsedNik(None, "nik-corrupted")
    return _parse_digits(str(int(number)))


def _parse_text(text: str) -> ParsedNik:
    """Parse a cleaned text by the rules of `parse_nik`; a text "6471….0" is parsed as a number."""
    if _MASKED.search(text):
        return _BLANK
    if _SCIENTIFIC.fullmatch(text):
        return ParsedNik(None, "nik-corrupted")
    if text.endswith(".0") and (number := text.removesuffix(".0")).isdecimal():
        return _parse_number(int(number[: LENGTH + 1]))
    bare = _SEPARATORS.sub("", text)
    if not bare.isdigit():
        if words(text) in _BLANK_TEXTS:
            return _BLANK
        bare = _SEPARATORS.sub("", _LABEL.sub("", text))
    if len(set(bare)) <= 1:
        return _BLANK
    return _parse_digits(bare)


def _parse_digits(digits: str) -> ParsedNik:
    """Return the digits if there are sixteen with a possible date of birth; else "nik-invalid"."""
    if len(digits) != LENGTH or not (digits.isascii() and digits.isdigit()) or not _has_a_date(digits):
        return ParsedNik(None, "nik-invalid")
    return ParsedNik(digits)


def _has_a_date(nik: str) -> bool:
    """Return whether digits 7 to 12 can be a date. Of the year only two digits are known: 00 may have a 29 February."""
    day, month, year = _day(nik), int(nik[8:10]), int(nik[10:12])
    return 1 <= month <= 12 and 1 <= day <= monthrange(2000 + year, month)[1]


def _day(nik: str) -> int:
    """Return the day of birth, which is raised by 40 for women."""
    day = int(nik[6:8])
    return day - 40 if day > 40 else day


def nik_sex(nik: str) -> Sex:
    """Return the sex that a valid NIK contains: P if the day of birth is raised by 40, else L."""
    return "P" if int(nik[6:8]) > 40 else "L"


def nik_agrees(nik: str, sex: Sex | None, birth_date: date | None) -> bool:
    """Return whether a valid NIK agrees with a sex and a date of birth.

    A sex or date that is None agrees with every NIK. Of the year only the last two digits are compared.
    """
    if sex is not None and nik_sex(nik) != sex:
        return False
    if birth_date is None:
        return True
    return (_day(nik), int(nik[8:10]), int(nik[10:12])) == (
        birth_date.day,
        birth_date.month,
        birth_date.year % 100,
    )


def mask_nik(nik: str) -> str:
    """Return twelve bullets and the last four digits of a NIK."""
    return "•" * 12 + nik[-4:]


def contains_nik(text: str) -> bool:
    """Return whether a text contains sixteen digits in a row that are not part of a longer number, nor of dates.

    A separator such as a space, dot, hyphen or underscore may stand between any two of them.
    """
    return len(text) >= LENGTH and any(not found["date"] for found in _ANYWHERE.finditer(text))


def mask_niks(text: str) -> str:
    """Return the text with each NIK that `contains_nik` would find replaced as by `mask_nik`.

    For texts that are stored or shown unencrypted: names of files and sheets, titles, descriptions, remarks.
    """
    return _ANYWHERE.sub(_mask_match, text) if len(text) >= LENGTH else text


def _mask_match(found: re.Match[str]) -> str:
    """Return a date as it is, and a NIK without its separators masked."""
    return found["date"] or mask_nik("".join(filter(str.isdigit, found.group())))
