"""Kelurahan as texts: what is left of "Kel. Gn. Sari Ulu RT 12" to look up, without knowing any place."""

import re
from collections.abc import Sequence
from itertools import pairwise

from app.people.values.text import words

_EXPANDED = {"bpp": "balikpapan", "gn": "gunung", "gng": "gunung", "sei": "sungai", "s": "sungai"}
_DESIGNATIONS = frozenset({"kel", "kelurahan", "desa"})
_TRAILING_RT = re.compile(r"(?:\s+(?:rt rw|rt|rw)\s*\d+[\s\d]*)+$")
_LEADING_RT = re.compile(r"^(?:(?:rt rw|rt|rw)\s*\d+[\s\d]*)+\s+(?=[a-z])")
_SECTION = re.compile(r"^(?:\w{1,3}[.)]\s*)?(?:kelurahan|kel)\b\s*[.:]?\s*(?P<place>\w.*)$", re.IGNORECASE)


def place_words(text: str) -> list[str]:
    """The words of a place's name: folded, abbreviations spelled out, "Kel." and an "RT n" before or behind gone."""
    tokens = _LEADING_RT.sub("", _TRAILING_RT.sub("", words(text))).split()
    while len(tokens) > 1 and tokens[0] in _DESIGNATIONS:
        tokens = tokens[1:]
    return expand_abbreviations(tokens)


def expand_abbreviations(tokens: Sequence[str]) -> list[str]:
    """ "gn" → "gunung", "sei" and "s" → "sungai", where another word follows; "gn smd" → "gunung samarinda"."""
    last = len(tokens) - 1
    spelled = [_EXPANDED.get(token, token) if i < last else token for i, token in enumerate(tokens)]
    for i, named in enumerate(pairwise(spelled), start=1):
        if named == ("gunung", "smd"):
            spelled[i] = "samarinda"
    return spelled


def place_key(text: str) -> str:
    """`place_words` without spaces: people write Telaga Sari and Telagasari."""
    return "".join(place_words(text))


def section_place(text: str) -> str | None:
    """The place of a text that is "Kelurahan …" and nothing else, or None."""
    match = _SECTION.match(text)
    return match["place"].strip() if match else None
