"""The texts by which one person is known, and how they are found and removed in stored texts and JSON."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.people.values.phones import national_digits

ERASED_NAME = "(data dihapus)"
"""What stands where the name of an erased person stood."""

ERASED_TEXT = "(dihapus)"
"""What stands where another text of an erased person stood."""

_ASCII = re.compile("[a-zA-Z0-9]+")
MIN_PHONE_DIGITS = 7
LAST_DIGITS = 3
# Between the digits of a phone number. A long run of blanks, as thousands of empty cells make, must not be read anew
# from each of them.
_SEPARATORS = r"[\s.\-()]{0,3}"


@dataclass(frozen=True)
class IdentifyingTexts:
    """All names, phone numbers, e-mail addresses and NIKs of one person, and the keyed hashes of the NIKs.

    Phones and NIKs are found in any way of writing them: with or without country code, spaces, dots and hyphens. A name
    of one word is a part of many names: it is found only where it stands alone.
    """

    names: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    niks: frozenset[str] = frozenset()
    nik_keys: frozenset[str] = frozenset()

    def occur_in(self, value: Any) -> bool:
        """Return whether one of the texts is in a JSON value, at any depth."""
        return any(self.occur_in_text(text) or self._is_single_name(text) for text in _texts_in(value))

    def occur_in_text(self, text: str) -> bool:
        """Return whether one of the texts is in this text, as whole words. Names of one word are not looked for."""
        return self._pattern.search(text) is not None

    def remove_from(self, value: Any) -> Any:
        """Return a JSON value with each of the texts in it replaced by `ERASED_TEXT`, at any depth."""
        match value:
            case str():
                return ERASED_TEXT if self._is_single_name(value) else self._pattern.sub(ERASED_TEXT, value)
            case Mapping():
                return {key: self.remove_from(part) for key, part in value.items()}
            case list():
                return [self.remove_from(part) for part in value]
            case _:
                return value

    @cached_property
    def log_texts(self) -> list[str]:
        """The texts as they may stand in the activity log."""
        phones = [form for phone in self.phones for form in (phone, f"0{national_digits(phone)}")]
        return [*self._full_names, *phones, *self.emails, *self.niks, *self.nik_keys]

    @cached_property
    def search_words(self) -> list[str]:
        """Parts of the texts, at least one of which is in every stored text in which one of them occurs."""
        longest = [max(_ASCII.findall(text), key=len, default="") for text in (*self.names, *self.emails)]
        digits = [text[-LAST_DIGITS:] for text in (*self.phones, *self.niks)]
        return sorted({word for word in (*longest, *digits, *self.nik_keys) if word})

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """The pattern of all texts; it matches nothing if there are none."""
        phone_digits = (national_digits(phone) for phone in self.phones)
        parts = [
            *(r"\s+".join(map(re.escape, name.split())) for name in self._full_names),
            *(re.escape(email) for email in self.emails),
            *(
                rf"(?:\+?62|0)?{_SEPARATORS}{_SEPARATORS.join(digits)}"
                for digits in phone_digits
                if len(digits) >= MIN_PHONE_DIGITS
            ),
            *(r"[\s.\-]?".join(nik) for nik in self.niks),
            *(re.escape(key) for key in self.nik_keys),
        ]
        return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)" if parts else r"(?!)", re.IGNORECASE)

    @cached_property
    def _full_names(self) -> list[str]:
        """The names of more than one word."""
        return [name for name in self.names if len(name.split()) > 1]

    @cached_property
    def _single_names(self) -> set[str]:
        return {name.strip().casefold() for name in self.names if len(name.split()) == 1}

    def _is_single_name(self, text: str) -> bool:
        """Return whether a text is nothing but a name of one word."""
        return text.strip().casefold() in self._single_names


def _texts_in(value: Any) -> Iterator[str]:
    """Yield all texts in a JSON value, at any depth, and numbers as texts: a sheet may hold a phone as a number."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts_in(part)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield f"{value:.0f}"
