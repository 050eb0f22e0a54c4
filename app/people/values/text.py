"""How any text of a sheet is tidied before it is read as something."""

import re
import unicodedata

_PLACEHOLDER = re.compile(r"[-–—_.*/\\?~ ]*")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_VARIATIONS = re.compile("[\ufe00-\ufe0f]")
"""They choose how a character looks: a phone writes its tick with one."""


def clean(text: str) -> str:
    """Trimmed, composed (NFC), without invisible characters; tabs, line ends and odd spaces become a space."""
    if not text.isprintable():
        text = "".join(_visible(character) for character in text)
    if not text.isascii():
        text = _VARIATIONS.sub("", unicodedata.normalize("NFC", text))
    return text.strip()


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character)[0] == "C" else character


def collapse(text: str) -> str:
    """Runs of white space as one space."""
    return " ".join(text.split())


def is_placeholder(text: str) -> bool:
    """True for nothing, dashes, dots and the like: what people type where they have nothing to say."""
    return _PLACEHOLDER.fullmatch(text) is not None


def fold(text: str) -> str:
    """Lower case without accents; letters that have no plain form stay."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def words(text: str) -> str:
    """Folded words of letters and digits, one space between: "No. HP/WA" → "no hp wa"."""
    return _NOT_WORD.sub(" ", fold(text)).strip()
