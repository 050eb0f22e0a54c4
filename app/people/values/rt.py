"""Parse RT numbers: "12", "012", "RT.12", "12/02" (RT/RW), "RT/RW 12/02", alone or inside a position or an address."""

import re
from datetime import date, datetime

from app.people.values.cells import Cell
from app.people.values.text import clean

_LABEL = r"(?:rukun tetangga|r\.?t(?![a-z])\.?)(?:\s*/\s*r\.?w(?![a-z])\.?)?\s*[.:/-]?\s*"
_ALONE = re.compile(
    rf"(?P<label>{_LABEL})?(?:no\.?\s*)?0*(?P<rt>[1-9]\d{{0,2}})"
    r"(?:(?:\s*[/\\,-]\s*|\s+|(?=rw))(?:r\.?w\.?\s*[.:]?\s*)?(?:\d{1,3}|-)|\s*/)?\.?"
    r"(?(label)(?:,?\s*no\b\.?\s*\d{1,4}[a-z]?)?)",
    re.IGNORECASE,
)
"""After its label the number of a house may follow: "RT 12 No. 5"."""
_BEHIND_RW = re.compile(
    r"r\.?w(?![a-z])\.?\s*[.:]?\s*(?:\d{1,3}|-)?\s*[/\\,;-]?\s*r\.?t(?![a-z])\.?\s*[.:]?\s*0*(?P<rt>[1-9]\d{0,2})\.?",
    re.IGNORECASE,
)
"""The RW first: "RW.02/RT.11"."""
_EXCEL_DATE = re.compile(r"0*(?P<rt>[1-9]\d?)-[a-z]{3}(?:-\d{2,4})?", re.IGNORECASE)
_INSIDE = re.compile(rf"\b{_LABEL}0*(?P<rt>[1-9]\d{{0,2}})\b", re.IGNORECASE)


def parse_rt(cell: Cell) -> str | None:
    """Return the RT's number (1 to 999) as text without leading zeros, or None if the cell isn't an RT alone.

    A date is "12/02" (RT/RW) that Excel took for a date ("12-Feb" in a .csv): its day is the RT.
    """
    match cell:
        case datetime() | date():
            return str(cell.day)
        case bool():
            return None
        case int() | float():
            return str(int(cell)) if 1 <= cell <= 999 and cell == int(cell) else None
        case str():
            text = clean(cell).removesuffix(".0")
            match = _ALONE.fullmatch(text) or _BEHIND_RW.fullmatch(text) or _EXCEL_DATE.fullmatch(text)
            return match["rt"] if match else None
        case _:
            return None


def find_rt(text: str) -> str | None:
    """Return the first RT in a position ("Ketua RT 12") or an address ("Jl. Mulawarman RT 12 No 3"), or None."""
    match = _INSIDE.search(text)
    return match["rt"] if match else None
