"""NIK: the 16 digits of an identity card, with the date of birth and the sex inside."""

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
"""What names the number beside it; a family's ("KK") is another."""
_NOTHING = frozenset({"tidak ada", "tdk ada", "belum ada", "blm ada"})
_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?e\+?\d+", re.IGNORECASE)
_EXACT_IN_A_FLOAT = 2**53


@dataclass(frozen=True, slots=True)
class ParsedNik:
    """`digits` where it can be used, else None; then `problem` says why, None for a blank."""

    digits: str | None
    problem: Literal["nik-corrupted", "nik-invalid"] | None = None


_BLANK = ParsedNik(None)


def parse_nik(cell: Cell) -> ParsedNik:
    """A NIK from a text or number cell.

    Excel keeps 15 digits of a number: a number cell whose 16th digit is 0, one above 2^53 and E-notation may have
    lost some, and is "nik-corrupted". Wrong length or an impossible date is "nik-invalid".
    """
    match cell:
        case None | bool():
            return _BLANK
        case int() | float():
            return _from_number(cell)
        case str():
            return _from_text(clean(cell))
        case _:
            return ParsedNik(None, "nik-invalid")


def _from_number(number: int | float) -> ParsedNik:
    if not isfinite(number):
        return ParsedNik(None, "nik-invalid")
    if len(set(str(int(number)))) == 1:
        return _BLANK
    if number > _EXACT_IN_A_FLOAT or (number >= 10 ** (LENGTH - 1) and number % 10 == 0):
        return ParsedNik(None, "nik-corrupted")
    return _from_digits(str(int(number)))


def _from_text(text: str) -> ParsedNik:
    if _SCIENTIFIC.fullmatch(text):
        return ParsedNik(None, "nik-corrupted")
    if text.endswith(".0") and (number := text.removesuffix(".0")).isdecimal():
        return _from_number(int(number[: LENGTH + 1]))
    bare = _SEPARATORS.sub("", text)
    if not bare.isdigit():
        if words(text) in _NOTHING:
            return _BLANK
        bare = _SEPARATORS.sub("", _LABEL.sub("", text))
    if len(set(bare)) <= 1:
        return _BLANK
    return _from_digits(bare)


def _from_digits(digits: str) -> ParsedNik:
    if len(digits) != LENGTH or not (digits.isascii() and digits.isdigit()) or not _has_a_date(digits):
        return ParsedNik(None, "nik-invalid")
    return ParsedNik(digits)


def _has_a_date(nik: str) -> bool:
    """In women the day is raised by 40. Of the year only two digits are known: 00 may have a 29 February."""
    day, month, year = _day(nik), int(nik[8:10]), int(nik[10:12])
    return 1 <= month <= 12 and 1 <= day <= monthrange(2000 + year, month)[1]


def _day(nik: str) -> int:
    day = int(nik[6:8])
    return day - 40 if day > 40 else day


def nik_sex(nik: str) -> Sex:
    return "P" if int(nik[6:8]) > 40 else "L"


def nik_agrees(nik: str, sex: Sex | None, birth_date: date | None) -> bool:
    """False where the sex or the date of birth that are known otherwise contradict the NIK."""
    if sex is not None and nik_sex(nik) != sex:
        return False
    if birth_date is None:
        return True
    return (_day(nik), int(nik[8:10]), int(nik[10:12])) == (
        birth_date.day,
        birth_date.month,
        birth_date.year % 100,
    )
