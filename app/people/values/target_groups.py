"""Parse the target group that a group, position or organization column names."""

import re
from dataclasses import dataclass
from functools import lru_cache

from app.people.values.reference import Reference, TargetGroup
from app.people.values.text import words

_NUMBERED_RT = re.compile(r"\b(?P<rt>rt)(?:\s*\d+)+(?:\s*rw\s*\d+)?\s*$")
_MIN_LENGTH_INSIDE = 3
_SEVERAL = re.compile(r"[/&+,;]|\b(?:dan|atau)\b", re.IGNORECASE)
_BUSINESS_NAME = re.compile(
    r"\s*(?:toko|warung|wr?g|kios|kedai|rumah\s+makan|rm|depot|ud|cv|pt|pd|catering|katering|laundry|bengkel|salon"
    r"|butik|konveksi|apotek|bakso|sate|kue|roti|kopi|cafe|kafe|resto\w*|percetakan|koperasi)\b\W*[^\W\d]",
    re.IGNORECASE,
)
_OTHER_PERSON = frozenset({"bukan", "non", "mantan", "eks", "bekas", "calon", "istri", "suami", "anak"})
"""Words before a group's name that say the person isn't in it: "Istri Ketua RT", "Non UMKM"."""


@dataclass(frozen=True, slots=True)
class ParsedTargetGroup:
    """The result of parsing a target group: its `code`, or None with the `candidates` that the text names."""

    code: str | None
    candidates: tuple[str, ...] = ()


class GroupIndex:
    """Codes, labels and synonyms of the target groups, indexed for looking up texts."""

    def __init__(self, reference: Reference) -> None:
        self.label = {group.code: group.label for group in reference.target_groups}
        self.code = {words(name): group.code for group in reference.target_groups for name in _names(group)}
        self.inside = sorted(
            (name for name in self.code if len(name) >= _MIN_LENGTH_INSIDE), key=len, reverse=True
        )


def _names(group: TargetGroup) -> tuple[str, ...]:
    """Return the synonyms, labels and code of a group."""
    return (*group.synonyms, *group.labels, group.label, group.code)


def list_group_names(reference: Reference) -> list[str]:
    """Return all names of the target groups: codes, labels and synonyms."""
    return [name for group in reference.target_groups for name in _names(group)]


@lru_cache(maxsize=2)
def group_index(reference: Reference) -> GroupIndex:
    """Return the index of a reference's target groups. The last two indexes are cached."""
    return GroupIndex(reference)


def parse_target_group(text: str, groups: GroupIndex) -> ParsedTargetGroup:
    """Parse a code, label or synonym: alone, with a number ("Ketua RT 12"), or as whole words of a longer text.

    A text that names several groups has them as candidates and no code. "Istri Ketua RT" or "Non UMKM" names none.
    """
    key = _NUMBERED_RT.sub(r"\g<rt>", words(text))
    if key in groups.code:
        return ParsedTargetGroup(groups.code[key])
    if key.partition(" ")[0] in _OTHER_PERSON:
        return ParsedTargetGroup(None)
    found = _find_names(key, groups)
    named = {groups.code.get(words(part)) for part in _SEVERAL.split(text)} - {None, *found}
    found += tuple(sorted(filter(None, named)))
    return ParsedTargetGroup(found[0]) if len(found) == 1 else ParsedTargetGroup(None, found)


def is_business_name(text: str) -> bool:
    """Return whether the text is the name of a business, in which a group's name says nothing: "Toko Ketua RT"."""
    return _BUSINESS_NAME.match(text) is not None


def is_target_group(text: str, groups: GroupIndex) -> bool:
    """Return whether the text is a group's name and nothing else ("Ketua RT 12"). A bare "RT 12" is an address."""
    key = words(text)
    return key in groups.code or (
        not key.startswith("rt ") and _NUMBERED_RT.sub(r"\g<rt>", key) in groups.code
    )


def _find_names(key: str, groups: GroupIndex) -> tuple[str, ...]:
    """Return the groups whose names are words of the text; a shorter name inside a longer one doesn't count."""
    left = f" {key} "
    found: dict[str, None] = {}
    for name in groups.inside:
        if f" {name} " in left:
            found[groups.code[name]] = None
            left = left.replace(f" {name} ", "  ")
    return tuple(found)
