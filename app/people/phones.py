"""Indonesian telephone numbers, to E.164."""

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import PhoneMetadata

from app.people.cells import Cell
from app.people.text import clean, is_placeholder

_REGION = "ID"
_SEVERAL = re.compile(r"\s*(?:/|;|,|\||&|\bdan\b|\batau\b|\s{3,})\s*")
_PUNCTUATION = re.compile(r"[\s().'_-]+")
_PREFIXED_MOBILE = re.compile(r"(?:(?:\+|00)?62|0)?0?(8\d+)")
_WORDS = re.compile(
    r"\([^()\d]*\)|(?<!\w)(?:no|nomor|hp|wa|telp|tlp|tel|telepon|whatsapp|cp)(?![^\W\d_])[.:/&-]*",
    re.IGNORECASE,
)
"""What stands beside a number: "WA", "No. HP:", "(istri)"."""
_NEXT = re.compile(r"\s+(?=0[1-9]|\+|(?:62)?8[1-9])")
"""Where after a space (a line's end was one) another number may begin."""
_FEWEST_DIGITS = 9
_LONGEST = 100
"""A longer text is looked at for no number among words."""


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


def phone_found(text: str) -> str:
    """What a remark quotes of a cell without a valid number: of several the first, which is the one that counts."""
    if len(text) > _LONGEST:
        return text
    first = next(_parts(clean(text)), text)
    return next(_before_another(first), first)


def mask_phone(phone: str) -> str:
    """Return a phone number as lists show it: "+6281200000678" becomes "0812••••678"."""
    national = "0" + phone.removeprefix("+62") if phone.startswith("+62") else phone
    return f"{national[:4]}••••{national[-3:]}"


def national_digits(text: str) -> str:
    """Return the digits of a phone number as typed, without the country's or the trunk's."""
    return "".join(filter(str.isdigit, text)).removeprefix("62").removeprefix("0")


def _first_number(text: str) -> str | None:
    if text.isdigit():
        return _number(text)
    return _number(
        _PUNCTUATION.sub("", _SEVERAL.split(text.removesuffix(".0"), maxsplit=1)[0])
    ) or _among_words(text)


def _among_words(text: str) -> str | None:
    """The number of "WA 0812…" and "0812… (istri)", and the first of two between which there is but a space."""
    if len(text) > _LONGEST:
        return None
    first = next(_parts(_WORDS.sub(" ", text)), "").strip()
    if number := _number(_PUNCTUATION.sub("", first)):
        return number
    found = {_number(_PUNCTUATION.sub("", before)) for before in _before_another(first)} - {None}
    return found.pop() if len(found) == 1 else None


def _parts(text: str) -> Iterator[str]:
    return (part for part in _SEVERAL.split(text) if not is_placeholder(part))


def _before_another(text: str) -> Iterator[str]:
    """The text before every place where another whole number may begin."""
    for space in _NEXT.finditer(text):
        if sum(map(str.isdigit, text[space.end() :])) >= _FEWEST_DIGITS:
            yield text[: space.start()]


def _number(bare: str) -> str | None:
    mobile = _PREFIXED_MOBILE.fullmatch(bare)
    if mobile and _MOBILE.fullmatch(mobile[1]):
        return "+62" + mobile[1]
    return _parsed(bare)


def _parsed(bare: str) -> str | None:
    if not bare.isascii() or not bare.removeprefix("+").isdigit():
        return None
    bare = bare.removeprefix("00") if bare.startswith("0062") else bare
    international = "+" + bare if bare.startswith("62") and len(bare) > 9 else bare
    try:
        number = phonenumbers.parse(international, _REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
