"""Parse Indonesian telephone numbers to E.164, and mask them."""

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import PhoneMetadata

from app.people.values.cells import Cell
from app.people.values.text import clean, is_placeholder

_REGION = "ID"
_SEVERAL = re.compile(r"\s*(?:/|;|,|\||&|\bdan\b|\batau\b|\s{3,})\s*")
_PUNCTUATION = re.compile(r"[\s().'_-]+")
_PREFIXED_MOBILE = re.compile(r"(?:(?:\+|00)?62|0)?0?(8\d+)")
_WORDS = re.compile(
    r"\([^()\d]*\)|(?<!\w)(?:no|nomor|hp|wa|telp|tlp|tel|telepon|whatsapp|cp)(?![^\W\d_])[.:/&-]*",
    re.IGNORECASE,
)
"""Words beside a number in lists of participants: "WA", "No. HP:", "(istri)"."""
_NEXT = re.compile(r"\s+(?=0[1-9]|\+|(?:62)?8[1-9])")
"""A space (or line end) after which a second number may begin."""
_MIN_DIGITS = 9
_MAX_TEXT_LENGTH = 100
"""In longer texts no number is searched for among words."""


def _mobile_pattern() -> re.Pattern[str]:
    """Return the library's pattern for Indonesian mobile numbers without +62; its parser takes ten times as long."""
    metadata = PhoneMetadata.metadata_for_region(_REGION)
    mobile = metadata.mobile if metadata else None
    return re.compile((mobile.national_number_pattern if mobile else None) or r"(?!)")


_MOBILE = _mobile_pattern()


def parse_phone(cell: Cell) -> str | None:
    """Return the first number of the cell as E.164 ("+6281200000411"), or None if it isn't valid or there is none.

    Words beside a number ("WA", "(istri)") are ignored. A leading 0 that Excel dropped (a number cell, "812…") is
    restored.
    """
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return None
    text = cell if isinstance(cell, str) else str(int(cell)) if cell == cell // 1 else ""
    return _parse_first(clean(text))


def first_phone_text(text: str) -> str:
    """Return the text of the first of several numbers of a cell, valid or not, for a remark to quote.

    A text without several numbers, or of more than 100 characters, is returned whole.
    """
    if len(text) > _MAX_TEXT_LENGTH:
        return text
    first = next(_split_several(clean(text)), text)
    return next(_split_before_another(first), first)


def mask_phone(phone: str) -> str:
    """Return a phone number as lists show it: "+6281200000678" becomes "0812••••678"."""
    national = "0" + phone.removeprefix("+62") if phone.startswith("+62") else phone
    return f"{national[:4]}••••{national[-3:]}"


def format_phone(phone: str) -> str:
    """Return an E.164 number as people write it: "+6281200000411" becomes "0812-0000-0411", "" stays "".

    A number of another country keeps its country code.
    """
    if not phone:
        return ""
    number = phonenumbers.parse(phone)
    of_indonesia = phonenumbers.region_code_for_number(number) == _REGION
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, style.NATIONAL if of_indonesia else style.INTERNATIONAL)


def national_digits(text: str) -> str:
    """Return the digits of a phone number as typed, without country code (62) and leading zero."""
    return "".join(filter(str.isdigit, text)).removeprefix("62").removeprefix("0")


def _parse_first(text: str) -> str | None:
    """Return the first number of a cleaned text as E.164, or None."""
    if text.isdigit():
        return _parse_single(text)
    return _parse_single(
        _PUNCTUATION.sub("", _SEVERAL.split(text.removesuffix(".0"), maxsplit=1)[0])
    ) or _find_among_words(text)


def _find_among_words(text: str) -> str | None:
    """Return the number of "WA 0812…" or "0812… (istri)", or the first of two that only a space divides, or None."""
    if len(text) > _MAX_TEXT_LENGTH:
        return None
    first = next(_split_several(_WORDS.sub(" ", text)), "").strip()
    if number := _parse_single(_PUNCTUATION.sub("", first)):
        return number
    numbers = {_parse_single(_PUNCTUATION.sub("", before)) for before in _split_before_another(first)} - {
        None
    }
    return numbers.pop() if len(numbers) == 1 else None


def _split_several(text: str) -> Iterator[str]:
    """Yield the parts of a text that "/", ",", "dan" and the like divide, without placeholders."""
    return (part for part in _SEVERAL.split(text) if not is_placeholder(part))


def _split_before_another(text: str) -> Iterator[str]:
    """Yield the text before each place where another whole number may begin."""
    for space in _NEXT.finditer(text):
        if sum(map(str.isdigit, text[space.end() :])) >= _MIN_DIGITS:
            yield text[: space.start()]


def _parse_single(bare: str) -> str | None:
    """Return one number without punctuation as E.164, or None if it isn't valid."""
    mobile = _PREFIXED_MOBILE.fullmatch(bare)
    if mobile and _MOBILE.fullmatch(mobile[1]):
        return "+62" + mobile[1]
    return _parse_with_library(bare)


def _parse_with_library(bare: str) -> str | None:
    """Return one number as E.164, or None if the library rejects it; without a country code it is Indonesian."""
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
