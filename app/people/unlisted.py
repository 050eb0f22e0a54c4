"""Find the people registered for a session whom a list may mean by another name, and whom it does not name otherwise.

Lists on paper say "M. Yusuf H.", "Yusuf", "Bu Rina" or "Pak RT Budi" of people who registered by their full names.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal, TypeAlias

from rapidfuzz import fuzz

from app.people.identity import Identity
from app.people.values.names import SAME, similarity

Reason: TypeAlias = Literal["name", "phone", "email", "similar"]

MAX_COMPARED = 200
"""How many people whose names share the beginning or end of a word are compared with an entry."""
MAX_CANDIDATES = 8
_SAME_WORD = 85
"""From this similarity on, two longer words are the same, misspelt."""
_MIN_MISSPELT_LENGTH = 4
_BLOCK_LENGTH = 3
_TITLES_AND_POSITIONS = frozenset(
    {"bapak", "bpk", "pak", "ibu", "bu", "mas", "mbak", "sdr", "sdri", "haji", "hj", "ustadz", "ustadzah"}
    | {"rt", "rw", "ketua", "sekretaris", "bendahara", "kader", "lurah", "camat"}
)


@dataclass(frozen=True, slots=True)
class UnlistedCandidate:
    """A person registered for the session who may be meant, and what the entry and the person have in common."""

    person: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class _Name:
    """A name as it is compared: its key, its letters without spaces, and its words without titles and positions.

    `numbers` are the words that are digits, as in "RT 05".
    """

    key: str
    letters: str
    words: frozenset[str]
    numbers: frozenset[str]


class UnlistedPeople:
    """People registered for a session whom no entry of a list names exactly.

    They are indexed by the beginnings and ends of the words of their names, so that an entry is compared with few of
    them, however many there are.
    """

    def __init__(self, people: Iterable[tuple[int, Identity]] = ()) -> None:
        self._names: dict[int, _Name] = {}
        self._blocks: dict[str, list[int]] = {}
        self._by_contact: dict[str, list[int]] = {}
        for id_, person in people:
            self._add(id_, person)

    def find(self, person: Identity) -> list[UnlistedCandidate]:
        """Return the people who may be meant: of the same name, phone or e-mail first, then by similarity."""
        if not self._names or not person.name_key:
            return []
        name = _name(person)
        reasons: dict[int, Reason] = {}
        scores: list[tuple[float, int]] = []
        for id_ in self._share_a_word(name):
            other = self._names[id_]
            if other.key == name.key:
                reasons[id_] = "name"
            elif _may_be_same(name, other):
                scores.append((similarity(name.key, other.key), id_))
        for id_ in self._by_contact.get(person.phone or "", ()):
            reasons.setdefault(id_, "phone")
        for id_ in self._by_contact.get(person.email or "", ()):
            reasons.setdefault(id_, "email")
        for _, id_ in sorted(scores, key=lambda score: (-score[0], score[1])):
            reasons.setdefault(id_, "similar")
        return [UnlistedCandidate(id_, reason) for id_, reason in reasons.items()][:MAX_CANDIDATES]

    def find_sharing_word(self, person: Identity) -> list[int]:
        """Return the people with the same phone or e-mail, or a word of whose name stands in the text of this name.

        For a text that is no name of one person: "iPhone Budi", "Budi dan Ani".
        """
        by_contact = (
            self._by_contact.get(contact, []) for contact in (person.phone, person.email) if contact
        )
        name = _name(person)
        by_word = (
            id_
            for id_ in self._share_a_word(name)
            if any(len(word) >= _BLOCK_LENGTH for word in name.words & self._names[id_].words)
        )
        return list(dict.fromkeys(chain(chain.from_iterable(by_contact), by_word)))[:MAX_CANDIDATES]

    def _add(self, id_: int, person: Identity) -> None:
        name = _name(person)
        self._names[id_] = name
        for block in {block for word in name.words for block in _blocks(word)}:
            self._blocks.setdefault(block, []).append(id_)
        for contact in (person.phone, person.email):
            if contact:
                self._by_contact.setdefault(contact, []).append(id_)

    def _share_a_word(self, name: _Name) -> list[int]:
        blocks = (self._blocks.get(block, ()) for word in name.words for block in _blocks(word))
        return sorted({id_ for block in blocks for id_ in block[:MAX_COMPARED]})


def _name(person: Identity) -> _Name:
    words = person.name_key.split()
    numbers = frozenset(filter(str.isdigit, words))
    own = frozenset(words) - _TITLES_AND_POSITIONS - numbers
    letters = "".join(filter(str.isalpha, person.name.casefold()))
    return _Name(person.name_key, letters, own or frozenset(words), numbers)


def _blocks(word: str) -> Iterator[str]:
    """Yield the keys of the blocks that a word is in; an initial is in none."""
    if len(word) > 1:
        yield word[:_BLOCK_LENGTH]
        yield f"-{word[-_BLOCK_LENGTH:]}"


def _may_be_same(one: _Name, other: _Name) -> bool:
    """Return whether one name is a misspelling of the other, or all its words are words or initials of the other.

    Different numbers are different people: "Peserta 1" is not "Peserta 2".
    """
    if one.numbers and other.numbers and one.numbers != other.numbers:
        return False
    if fuzz.ratio(one.key, other.key) >= SAME or fuzz.ratio(one.letters, other.letters) >= SAME:
        return True
    shorter, longer = (
        (one.words, other.words) if len(one.words) <= len(other.words) else (other.words, one.words)
    )
    common = shorter & longer
    has_whole_word = any(len(word) > 1 for word in common)
    rest = longer - common
    for word in shorter - common:
        match = next((other for other in rest if _is_same_word(word, other)), None)
        if match is None:
            return False
        rest = rest - {match}
        has_whole_word = has_whole_word or min(len(word), len(match)) > 1
    return has_whole_word


def _is_same_word(word: str, other: str) -> bool:
    """Return whether one is an initial of the other, or a misspelling of it with the same beginning or end."""
    if word[0] != other[0] and word[-1] != other[-1]:
        return False
    if len(word) == 1 or len(other) == 1:
        return word[0] == other[0]
    return min(len(word), len(other)) >= _MIN_MISSPELT_LENGTH and fuzz.ratio(word, other) >= _SAME_WORD
