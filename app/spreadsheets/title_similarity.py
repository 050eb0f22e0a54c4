"""Compare titles of workshops and names of venues as different people write them."""

import re
from enum import IntEnum
from functools import lru_cache

from rapidfuzz.fuzz import ratio

from app.people.values.text import words


class Similarity(IntEnum):
    """How two texts compare. `UNKNOWN`: one of them is empty. `LIKE`: one says less than the other, or a word differs
    in its spelling. `UNCLEAR`: they have words in common, and differ in others.
    """

    OTHER = 0
    UNCLEAR = 1
    UNKNOWN = 2
    LIKE = 3
    SAME = 4


def _set_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MIN_LENGTH_WITH_TYPO = 6
_MIN_RATIO_WITH_TYPO = 85
"""One wrong letter in seven: "digitak". "Pemula" and "Pemuda" stay apart."""
_EXPANDED = {
    "bimtek": "bimbingan teknis",
    "bintek": "bimbingan teknis",
    "litdig": "literasi digital",
    "medsos": "media sosial",
    "walikota": "wali kota",
    "kec": "kecamatan",
    "camat": "kecamatan",
    "kel": "kelurahan",
    "lurah": "kelurahan",
    "lt": "lantai",
    "diskominfo": "dinas komunikasi informatika",
    "kominfo": "komunikasi informatika",
    "ukm": "umkm",
    "i": "1",
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "v": "5",
    "vi": "6",
    "vii": "7",
    "viii": "8",
    "ix": "9",
}
_YEAR = re.compile(r"20\d\d")
_FILLERS = _set_of(
    "dan bagi untuk di dalam rangka yang tahun anggaran ta se para kota balikpapan kegiatan acara pelaku peserta"
    " the of for and melalui dengan pada oleh"
)
_EVENTS = _set_of(
    "workshop lokakarya pelatihan bimbingan teknis sosialisasi seminar webinar penyuluhan training kelas"
)
_OF_MANY_TITLES = _EVENTS | _set_of(
    "umkm rt warga masyarakat umum digital literasi usaha kelurahan kecamatan angkatan program pengurus"
)
"""Titles that share no other words are of different events."""
_BUILDINGS = _set_of("aula kantor gedung ruang ruangan rapat lantai balai di kota balikpapan serbaguna dan")
_OF_MANY_VENUES = _BUILDINGS | _set_of("kelurahan kecamatan")
_ACRONYMS = _set_of(
    "umkm ukm ikm rt rw spbe pkk tp lpm kim qris asn pns tik it ai opd ktp nik oss nib pirt sd smp sma smk upt uptd"
    " pt cv i ii iii iv v vi vii viii ix dprd bumn fgd hut ri tni bumd kua bpjs ppid bkkbn paud tk"
)
_SMALL_WORDS = _set_of("dan di ke dari bagi untuk dengan yang dalam pada oleh se atau melalui")


@lru_cache(maxsize=20_000)
def compare_titles(one: str, other: str) -> Similarity:
    """Return how two titles compare, without regard to case, order of words, years, and abbreviations.

    Numbers must agree where both have one ("Angkatan 2" is not "Angkatan I"). The same title of another kind of event
    ("Workshop …", "Pelatihan …") is `LIKE`.
    """
    mine, theirs = _title_words(one), _title_words(other)
    similarity = _compare(mine, theirs, _EVENTS, _OF_MANY_TITLES)
    my_event, their_event = mine & _EVENTS, theirs & _EVENTS
    is_other_event = bool(my_event and their_event) and my_event.isdisjoint(their_event)
    return Similarity.LIKE if is_other_event and similarity is Similarity.SAME else similarity


@lru_cache(maxsize=20_000)
def compare_venues(one: str, other: str) -> Similarity:
    """Return how the names of two venues compare, by the words that tell them: of "Aula Kelurahan Manggar" these are
    "Kelurahan" and "Manggar".
    """
    return _compare(frozenset(_expand(one)), frozenset(_expand(other)), _BUILDINGS, _OF_MANY_VENUES)


def title_case(text: str) -> str:
    """Return a text in capitals as a title in small letters, with acronyms that are known or have no vowel.

    Any other text stays, and begins with a capital.
    """
    if text != text.upper():
        return text[:1].upper() + text[1:]
    parts = [_title_word(part, first=not at) for at, part in enumerate(text.split())]
    return " ".join(parts)


def _title_word(part: str, *, first: bool) -> str:
    key = words(part)
    if key in _SMALL_WORDS and not first:
        return part.lower()
    if any(piece in _ACRONYMS for piece in key.split()) or not re.search("[aeiou]", key):
        return part
    return re.sub(r"[^\W\d_]+", lambda match: match[0].capitalize(), part)


def _title_words(title: str) -> frozenset[str]:
    return frozenset(word for word in _expand(title) if word not in _FILLERS and not _YEAR.fullmatch(word))


@lru_cache(maxsize=2_000)
def _expand(text: str) -> tuple[str, ...]:
    """Return the folded words of a text with abbreviations spelled out, and Roman numbers as digits."""
    return tuple(part for word in words(text).split() for part in _EXPANDED.get(word, word).split())


def _compare(
    mine: frozenset[str], theirs: frozenset[str], general: frozenset[str], of_many: frozenset[str]
) -> Similarity:
    """Return how two sets of words compare.

    `general` words are left out where both have others. Words `of_many` texts say little: a few of them in common make
    texts that differ otherwise not `UNCLEAR`, and these words alone are not `LIKE` a longer text.
    """
    if not mine or not theirs:
        return Similarity.UNKNOWN
    if mine - general and theirs - general:
        mine, theirs = mine - general, theirs - general
    if mine == theirs:
        return Similarity.SAME
    my_numbers, their_numbers = (set(filter(str.isdigit, side)) for side in (mine, theirs))
    if my_numbers and their_numbers and my_numbers != their_numbers:
        return Similarity.OTHER
    common = {word for word in mine if _has_word(word, theirs)}
    mine_left = mine - common
    theirs_left = {word for word in theirs if not _has_word(word, mine)}
    if mine_left and theirs_left:
        says_little = common <= of_many and len(common) < len(mine | theirs) / 2
        return Similarity.OTHER if says_little else Similarity.UNCLEAR
    says_less = bool(mine_left or theirs_left)
    return Similarity.UNCLEAR if says_less and common <= of_many else Similarity.LIKE


def _has_word(word: str, others: frozenset[str]) -> bool:
    """Return whether a word is one of the others, perhaps with a wrong letter."""
    if word in others:
        return True
    if len(word) < _MIN_LENGTH_WITH_TYPO:
        return False
    return any(
        len(other) >= _MIN_LENGTH_WITH_TYPO and ratio(word, other) >= _MIN_RATIO_WITH_TYPO for other in others
    )
