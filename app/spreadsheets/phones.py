"""Indonesian telephone numbers, to E.164."""

import re

import phonenumbers
from phonenumbers import PhoneMetadata

from app.spreadsheets.document import Cell
from app.spreadsheets.text import clean, is_placeholder

_REGION = "ID"
_SEVERAL = re.compile(r"\s*(?:/|;|,|\||&|\bdan\b|\batau\b|\s{3,})\s*")
_PUNCTUATION = re.compile(r"[\s().'-]+")
_PREFIXED_MOBILE = re.compile(r"(?:\+?62|0)?0?(8\d+)")


def _mobile_pattern() -> re.Pattern[str]:
    """The library's own rule for Indonesian mobile numbers; a full parse of each takes ten times as long."""
    metadata = PhoneMetadata.metadata_for_region(_REGION)
    mobile = metadata.mobile if metadata else None
    return re.compile((mobile.national_number_pattern if mobile else None) or r"(?!)")


_MOBILE = _mobile_pattern()


def read_phone(cell: Cell) -> str | None:
    """The first number of the cell as E.164 ("+6281200000411"), or None where it holds no valid one.

    A leading 0 that Excel dropped (a number cell, "812…") is restored.
    """
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return None
    text = cell if isinstance(cell, str) else str(int(cell)) if cell == cell // 1 else ""
    return _first_number(clean(text))


def phone_is_blank(cell: Cell) -> bool:
    """True where the cell says nothing: empty, a dash, a zero."""
    if isinstance(cell, str):
        return is_placeholder(cell) or not cell.strip("0 ")
    return cell is None or cell == 0


def _first_number(text: str) -> str | None:
    bare = text if text.isdigit() else _PUNCTUATION.sub("", _SEVERAL.split(text, maxsplit=1)[0])
    mobile = _PREFIXED_MOBILE.fullmatch(bare)
    if mobile and _MOBILE.fullmatch(mobile[1]):
        return "+62" + mobile[1]
    return _parsed(bare)


def _parsed(bare: str) -> str | None:
    if not bare.isascii() or not bare.removeprefix("+").isdigit():
        return None
    international = "+" + bare if bare.startswith("62") and len(bare) > 9 else bare
    try:
        number = phonenumbers.parse(international, _REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
