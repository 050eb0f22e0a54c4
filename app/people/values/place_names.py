"""Normalise names of places for looking them up: "Kel. Gn. Sari Ulu RT 12" → "gunungsariulu"."""

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
    """Return the words of a place's name: folded, abbreviations spelled out, without "Kel." and "RT n"."""
    tokens = _LEADING_RT.sub("", _TRAILING_RT.sub("", words(text))).split()
    while len(tokens) > 1 and tokens[0] in _DESIGNATIONS:
        tokens = tokens[1:]
    return expand_abbreviations(tokens)


def expand_abbreviations(tokens: Sequence[str]) -> list[str]:
    """Return folded words with the abbreviations in names of places spelled out, except in the last word.

    These are "bpp" (balikpapan), "gn" and "gng" (gunung), and "s" and "sei" (sungai). "smd" is "samarinda" after
    "gn", "gng" or "gunung", as the last word too.
    """
    last = len(tokens) - 1
    spelled = [_EXPANDED.get(token, token) if i < last else token for i, token in enumerate(tokens)]
    for i, named in enumerate(pairwise(spelled), start=1):
        if named == ("gunung", "smd"):
            spelled[i] = "samarinda"
    return spelled


def place_key(text: str) -> str:
    """Return `place_words` joined without spaces, as both Telaga Sari and Telagasari are written."""
    return "".join(place_words(text))


def section_place(text: str) -> str | None:
    """Return the place that a section's heading "Kelurahan …" or "A. Kel. …" names, or None for any other text."""
    match = _SECTION.match(text)
    return match["place"].strip() if match else None
