"""What a cell was taken for, and what it says where that is not plainly the same."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.i18n import date_text
from app.people.phones import masked_phone, national_digits

_WORDS_OF_AN_RT = frozenset({"rt", "no"})


@dataclass(frozen=True)
class Understood:
    """`written` is the cell's text, empty where it says just this, but for punctuation and leading zeros."""

    text: str
    written: str


def understood(values: Mapping[str, Any], cells: Mapping[str, str]) -> dict[str, Understood]:
    """RT, telephone (masked) and birth date by field, as far as a row's cells were understood."""
    found: dict[str, Understood] = {}
    if rt := values.get("rt"):
        found["rt"] = _as(rt, cells.get("rt", ""), plain=_says_rt(cells.get("rt", ""), rt))
    if phone := values.get("phone"):
        written = cells.get("phone", "")
        same = national_digits(written) == national_digits(phone)
        found["phone"] = _as(masked_phone(phone), written, plain=same)
    if stored := values.get("birth_date"):
        born = date.fromisoformat(stored)
        written = cells.get("birth_date", "")
        found["birth_date"] = _as(date_text(born), written, plain=_says_date(written, born))
    return found


def _as(text: str, written: str, *, plain: bool) -> Understood:
    return Understood(text, "" if plain else written)


def _says_rt(written: str, rt: str) -> bool:
    letters = re.findall(r"[^\W\d_]+", written.casefold())
    return _numbers(written) == [int(rt)] and _WORDS_OF_AN_RT.issuperset(letters)


def _says_date(written: str, day: date) -> bool:
    """In the order of Indonesian offices, its year in full; a month by its name can't be taken for a day."""
    by_name = [day.day, day.year] if re.search(r"[^\W\d_]{3}", written) else None
    return _numbers(written) in ([day.day, day.month, day.year], by_name)


def _numbers(text: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", text)]
