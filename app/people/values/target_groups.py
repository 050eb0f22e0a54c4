"""Target groups from what people write in a group, position or organization column."""

import re
from dataclasses import dataclass
from functools import lru_cache

from app.people.values.reference import Reference, TargetGroup
from app.people.values.text import words

_NUMBERED_RT = re.compile(r"\b(?P<rt>rt)(?:\s*\d+)+(?:\s*rw\s*\d+)?\s*$")
_SHORTEST_INSIDE = 3
_SEVERAL = re.compile(r"[/&+,;]|\b(?:dan|atau)\b", re.IGNORECASE)
_SOMEBODY_ELSE = frozenset({"bukan", "non", "mantan", "eks", "bekas", "calon", "istri", "suami", "anak"})
"""Before a group's name: "Istri Ketua RT", "Non UMKM"."""


@dataclass(frozen=True, slots=True)
class ParsedTargetGroup:
    """`code` where one group is meant; else `candidates` are those that the text names."""

    code: str | None
    candidates: tuple[str, ...] = ()


class GroupIndex:
    """Codes, labels and synonyms of the groups, prepared for looking texts up."""

    def __init__(self, reference: Reference) -> None:
        self.label = {group.code: group.label for group in reference.target_groups}
        self.code = {words(name): group.code for group in reference.target_groups for name in _names(group)}
        self.inside = sorted(
            (name for name in self.code if len(name) >= _SHORTEST_INSIDE), key=len, reverse=True
        )


def _names(group: TargetGroup) -> tuple[str, ...]:
    return (*group.synonyms, *group.labels, group.label, group.code)


def list_group_names(reference: Reference) -> list[str]:
    """All that the groups are called."""
    return [name for group in reference.target_groups for name in _names(group)]


@lru_cache(maxsize=1)
def group_index(reference: Reference) -> GroupIndex:
    """The index of this reference data, made once while it stays as it is."""
    return GroupIndex(reference)


def parse_target_group(text: str, groups: GroupIndex) -> ParsedTargetGroup:
    """A code, label or synonym, alone, with a number ("Ketua RT 12") or as whole words inside other text."""
    said = _NUMBERED_RT.sub(r"\g<rt>", words(text))
    if said in groups.code:
        return ParsedTargetGroup(groups.code[said])
    if said.partition(" ")[0] in _SOMEBODY_ELSE:
        return ParsedTargetGroup(None)
    found = _inside(said, groups)
    named = {groups.code.get(words(part)) for part in _SEVERAL.split(text)} - {None, *found}
    found += tuple(sorted(filter(None, named)))
    return ParsedTargetGroup(found[0]) if len(found) == 1 else ParsedTargetGroup(None, found)


def is_target_group(text: str, groups: GroupIndex) -> bool:
    """True for a group's name and nothing else ("Ketua RT 12"); a bare "RT 12" is where somebody lives."""
    said = words(text)
    return said in groups.code or (
        not said.startswith("rt ") and _NUMBERED_RT.sub(r"\g<rt>", said) in groups.code
    )


def _inside(said: str, groups: GroupIndex) -> tuple[str, ...]:
    """The groups whose names stand in the text; a shorter name inside a longer one doesn't count."""
    left = f" {said} "
    found: dict[str, None] = {}
    for name in groups.inside:
        if f" {name} " in left:
            found[groups.code[name]] = None
            left = left.replace(f" {name} ", "  ")
    return tuple(found)
