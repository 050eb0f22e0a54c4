"""Clean and normalise texts before they are parsed or compared."""

import re
import unicodedata

_PLACEHOLDER = re.compile(r"[-–—_.*/\\?~ ]*")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_VARIATIONS = re.compile("[\ufe00-\ufe0f]")
"""Variation selectors: phones write a tick with one."""


def clean(text: str) -> str:
    """Return the text trimmed, in NFC, without invisible characters; tabs, line ends and odd spaces become spaces."""
    if not text.isprintable():
        text = "".join(_visible(character) for character in text)
    if not text.isascii():
        text = _VARIATIONS.sub("", unicodedata.normalize("NFC", text))
    return text.strip()


def _visible(character: str) -> str:
    """Return the character, " " for any white space, "" for a control or invisible character."""
    if character.isspace():
        return " "
    return "" if unicodedata.category(character)[0] == "C" else character


def collapse(text: str) -> str:
    """Return the text with each run of white space as one space."""
    return " ".join(text.split())


def is_placeholder(text: str) -> bool:
    """Return whether the text says nothing: it is empty, or consists of dashes, dots, "?", "/" and the like."""
    return _PLACEHOLDER.fullmatch(text) is not None


def fold(text: str) -> str:
    """Return the text in lower case without accents; letters that have no plain form stay."""
    if text.isascii():
        return text.lower()
    # Again in lower case: NFKD makes "No" of "№".
    decomposed = unicodedata.normalize("NFKD", text.casefold()).lower()
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def words(text: str) -> str:
    """Return the words of a-z and digits in the folded text with one space between: "No. HP/WA" → "no hp wa"."""
    return _NOT_WORD.sub(" ", fold(text)).strip()
