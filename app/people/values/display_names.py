"""Parse the display name of an account in an online meeting, such as "014_Rina Manggar 🌸 (she/her)".

What stands before and after the name is removed; a kelurahan and a group in it become values of their own.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from app.people.values.kelurahan import PlaceIndex
from app.people.values.name_cells import NameCell, is_device_name, parse_name_cell
from app.people.values.place_names import place_key
from app.people.values.target_groups import GroupIndex
from app.people.values.text import clean, collapse, words

_PRONOUNS = re.compile(
    r"[(\[]?\b(?:she|he|they|dia)\s*/\s*(?:her|hers|him|his|them|theirs|dia)(?:\s*/\s*\w+)?\b[)\]]?",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    r"(?:peserta|participant|nomor|no\.?)?\s*#?\d{1,4}\s*(?:[._):-]\s*|\s)(?!\s*(?:orang|org|jiwa|pax)\b)(?=[^\W\d_]{2})"
    r"|(?:peserta|participant|tamu|guest)\s+(?=[^\W\d_]{2})|nama(?:\s+lengkap)?\s*[:=]\s*(?=[^\W\d_]{2})",
    re.IGNORECASE,
)
"""What stands before a name: the number of the registration, "Nama:", or that this is a participant."""
_ROLE = re.compile(
    r"(?:moderator|narasumber|pembicara|pemateri|host|co-?host|panitia|operator|mc)\b", re.IGNORECASE
)
_IN_BRACKETS = re.compile(r"(?P<name>[^(]*[^\s(])\s*\((?P<account>[^()]+)\)")
_DECORATION = frozenset({"So", "Sk", "Cs", "Co", "Cn"})
_MAX_WORDS_OF_A_PLACE = 3


@dataclass(frozen=True, slots=True)
class DisplayName(NameCell):
    """A name of a meeting, taken apart. `doubt` is the code of a warning, `account` the other name of the account."""

    doubt: str = ""
    account: str = ""
    others: dict[str, str] = field(default_factory=dict)


def parse_display_name(
    text: str, places: PlaceIndex, groups: GroupIndex, *, has_account: bool = False
) -> DisplayName:
    """Return the parts of a name from an online meeting, as `parse_name_cell` does, without what people put around it.

    A kelurahan at either end without a separator is taken as one with the doubt "name-taken-apart". `has_account`: the
    name of the account stands in brackets behind (Zoom); it is taken where it says more, else left out.
    """
    plain = strip_decoration(text)
    if not plain:
        return DisplayName(collapse(clean(text)), question="device-name")
    cell = parse_name_cell(plain, places, groups)
    if cell.question is None and _ROLE.match(cell.name):
        cell = replace(cell, question="name-unclear")
    doubt, account = "", ""
    is_open = cell.question is None and "kelurahan" not in cell.others
    if is_open and (apart := _split_place(cell.name, places)):
        name, place = apart
        again = parse_name_cell(name, places, groups)
        cell = NameCell(again.name, {**cell.others, **again.others, "kelurahan": place}, again.question)
        doubt = "name-taken-apart"
    if has_account and cell.question is None and (match := _IN_BRACKETS.fullmatch(cell.name)):
        name, account = _choose_name(match["name"], match["account"])
        cell = replace(cell, name=name)
        doubt = doubt or ("meeting-account" if account else "")
    return DisplayName(
        cell.name, question=cell.question, others=dict(cell.others), doubt=doubt, account=account
    )


def strip_decoration(text: str) -> str:
    """Return a name without emoji, pronouns and what stands before it: "Peserta 14_Rina" → "Rina"; "" for no name."""
    shown = "".join(
        " " if character in "~*•" or unicodedata.category(character) in _DECORATION else character
        for character in clean(text)
    )
    plain = collapse(_PRONOUNS.sub(" ", shown.replace("#", " - "))).strip(" -_.")
    match = _ORDINAL.match(plain)
    return plain[match.end() :].strip(" -_.") if match else plain


def _choose_name(name: str, account: str) -> tuple[str, str]:
    """Return the name to take, and the other one of the account if it says something else."""
    if is_device_name(account):
        return name, ""
    shown, own = set(words(name).split()), set(words(account).split())
    if own <= shown:
        return name, ""
    return (account, "") if shown < own else (name, account)


def _split_place(name: str, places: PlaceIndex) -> tuple[str, str] | None:
    """Return the name and the kelurahan at its end or its beginning, or None."""
    parts = name.split()
    for own, place in _splits(parts):
        if place_key(place) in places.code:
            return own, place
    return None


def _splits(parts: list[str]) -> Iterator[tuple[str, str]]:
    for length in range(min(_MAX_WORDS_OF_A_PLACE, len(parts) - 1), 0, -1):
        yield " ".join(parts[:-length]), " ".join(parts[-length:])
    for length in range(min(_MAX_WORDS_OF_A_PLACE, len(parts) - 1), 0, -1):
        yield " ".join(parts[length:]), " ".join(parts[:length])
