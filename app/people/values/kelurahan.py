"""Parse the kelurahan that a text names: official names, aliases, addresses, places outside the city."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz import fuzz, process

from app.people.values.outside_places import (
    ELSEWHERE,
    OUTSIDE,
    find_outside_place,
    parse_known_outside_place,
    parse_outside_place,
)
from app.people.values.place_names import expand_abbreviations, place_key, place_words
from app.people.values.reference import AmbiguousPlace, Reference
from app.people.values.text import clean, collapse, is_placeholder, words

MIN_NEAR_RATIO = 85
"""From this similarity on (without spaces) a text is a near miss of a name: "Mangar"."""
_MAX_NAME_WORDS = 4
_LANDMARKS = {"gunung": frozenset({"g", "gn", "gun"}), "sungai": frozenset({"s", "sei", "sung"})}
_MIN_LANDMARK_RATIO = 80
_CODE = re.compile(r"(?<!\d)\d\d\.\d\d\.\d\d\.\d{4}(?!\d)")
_STREET = re.compile(r"(?:jl|jln|jalan|gg|gang)\b.*|rt [\d ]+(?:rw [\d ]+)?(?:no \w+)?")


@dataclass(frozen=True, slots=True)
class ParsedKelurahan:
    """The result of parsing a place's name.

    `code` is a kelurahan's, or "outside" (then `place` says where); it is None if there is a `problem`.
    `candidates` are codes of kelurahan to choose from; `why` says what an unknown text is known to be.
    """

    code: str | None
    place: str | None = None
    problem: Literal["kelurahan-missing", "kelurahan-unknown", "kelurahan-unclear"] | None = None
    candidates: tuple[str, ...] = ()
    why: str = ""


class PlaceIndex:
    """The reference data, indexed for looking up texts."""

    def __init__(self, reference: Reference) -> None:
        self.name = {kelurahan.code: kelurahan.name for kelurahan in reference.kelurahan}
        self.kecamatan_of = {kelurahan.code: kelurahan.kecamatan for kelurahan in reference.kelurahan}
        self.without_dots = {code.replace(".", ""): code for code in self.name}
        self.by_bps_code = {kelurahan.bps_code: kelurahan.code for kelurahan in reference.kelurahan}
        self.code: dict[str, str] = {}
        for kelurahan in reference.kelurahan:
            for text in (*kelurahan.aliases, kelurahan.name):
                self.code[place_key(text)] = kelurahan.code
        self.ambiguous: dict[str, tuple[tuple[str, ...], str]] = {}
        self.kecamatan: dict[str, str] = {}
        for code, name in reference.kecamatan.items():
            self.add_kecamatan(code, name)
        for place in reference.ambiguous:
            self.add_ambiguous(place)
        self.names_as_words = sorted(
            ((place_words(name), code) for code, name in self.name.items()),
            key=lambda named: len(named[0]),
            reverse=True,
        )
        self.near = {key: (code,) for key, code in self.code.items()} | {
            key: codes for key, (codes, _) in self.ambiguous.items() if codes
        }

    def add_kecamatan(self, code: str, name: str) -> None:
        """Index the names of a kecamatan, alone and after "Kec."; as a kelurahan's name they are ambiguous."""
        within = self.kelurahan_in((code,))
        for designation in ("", "kec ", "kecamatan "):
            key = place_key(designation + name)
            self.kecamatan[key] = code
            self.ambiguous[key] = (within, "")
        self.kecamatan[place_key(name.rpartition(" ")[2])] = code

    def add_ambiguous(self, place: AmbiguousPlace) -> None:
        """Index a text that names no single kelurahan. If a candidate is a kecamatan, the text names that too."""
        key = place_key(place.text)
        self.ambiguous[key] = (self.kelurahan_in(place.candidates), place.why)
        for candidate in place.candidates:
            if candidate not in self.name:
                self.kecamatan.setdefault(key, candidate)

    def kelurahan_in(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Return the kelurahan among the codes, and all that lie in a kecamatan among them, without repeats."""
        wanted = set(codes)
        return tuple(
            code for code, kecamatan in self.kecamatan_of.items() if code in wanted or kecamatan in wanted
        )


@lru_cache(maxsize=2)
def place_index(reference: Reference) -> PlaceIndex:
    """Return the index of a reference's places. The last two indexes are cached."""
    return PlaceIndex(reference)


def parse_kelurahan(text: str, places: PlaceIndex) -> ParsedKelurahan:
    """Return the kelurahan that a text names, or "outside" with the name of a place outside the city.

    The text may also be a kelurahan's code, or "outside" itself. Otherwise the result has a problem:
    "kelurahan-missing" for a blank, "kelurahan-unclear" with candidates for an uncertain text ("Mangar", "Manggar?"),
    "kelurahan-unknown" for any other.
    """
    text = collapse(clean(text))
    if is_placeholder(text):
        return ParsedKelurahan(None, problem="kelurahan-missing")
    if text in places.name or text == OUTSIDE:
        return kelurahan_from_code(text)
    key = place_key(text)
    if code := places.code.get(key):
        return _unclear((code,)) if "?" in text else ParsedKelurahan(code)
    if (code := _find_before_kecamatan(key, places) or _find_beside_code(text, places)) and "?" not in text:
        return ParsedKelurahan(code)
    if text.isdigit():
        return _parse_digits(text, places)
    if key in places.ambiguous:
        candidates, why = places.ambiguous[key]
        return _unclear(candidates, why) if candidates else _unknown(why)
    if outside := parse_known_outside_place(text):
        return ParsedKelurahan(OUTSIDE, place=outside)
    if outside := parse_outside_place(text):
        ours = _find_names(expand_abbreviations(words(text).split()), places)
        return _unclear(ours) if ours else ParsedKelurahan(OUTSIDE, place=outside)
    in_address = _find_in_address(text, places)
    if in_address is not None and in_address.code and names_other_city(text, places):
        return _unclear((in_address.code,))
    return in_address or _find_near_or_inside(text, key, places)


def names_other_city(text: str, places: PlaceIndex) -> bool:
    """Return whether an address names a place outside the city; "Gunung Samarinda" is a kelurahan of it."""
    if find_outside_place(text) is None:
        return False
    _, left = _take_names(expand_abbreviations(words(text).split()), places)
    return find_outside_place(" ".join(left)) is not None


def find_kelurahan_in_address(text: str, places: PlaceIndex) -> ParsedKelurahan | None:
    """Return the kelurahan that an address names after "Kel." (with candidates if the name is ambiguous), or None."""
    return _find_in_address(collapse(clean(text)), places)


def is_near_place(text: str, places: PlaceIndex) -> bool:
    """Return whether the text is the name of a kelurahan with a typo: "Mangar"."""
    return bool(
        process.extractOne(
            place_key(text), places.near.keys(), scorer=fuzz.ratio, score_cutoff=MIN_NEAR_RATIO
        )
    )


def is_street(text: str) -> bool:
    """Return whether the text is an address that begins with its street, or a bare RT, so not a place's name."""
    return _STREET.fullmatch(words(text)) is not None


def kelurahan_from_code(code: str) -> ParsedKelurahan:
    """Return a code that a user chose, or "outside", as a parsed kelurahan. The code is not checked."""
    return ParsedKelurahan(code, place=ELSEWHERE if code == OUTSIDE else None)


def parse_kecamatan(text: str, places: PlaceIndex) -> str | None:
    """Return the code of the kecamatan that a text names: "Balikpapan Timur", "Kec. Balikpapan Timur" or "Timur".

    None for any other text, also "Kec. Timur".
    """
    return places.kecamatan.get(place_key(text))


def _find_before_kecamatan(key: str, places: PlaceIndex) -> str | None:
    """Return the kelurahan of "Manggar, Balikpapan Timur" if it lies in that kecamatan, or None."""
    for kecamatan, lies_in in places.kecamatan.items():
        if kecamatan in places.ambiguous and key.endswith(kecamatan):
            code = places.code.get(key.removesuffix(kecamatan))
            if code and places.kecamatan_of[code] == lies_in:
                return code
    return None


def _find_beside_code(text: str, places: PlaceIndex) -> str | None:
    """Return the kelurahan of "64.71.05.1008 - Sepinggan Baru" (lists from the civil registry) if both agree."""
    match = _CODE.search(text)
    if match is None:
        return None
    named = places.code.get(place_key(text.replace(match[0], " ")))
    return named if named == match[0] else None


def _parse_digits(text: str, places: PlaceIndex) -> ParsedKelurahan:
    """Parse a text of digits as a kelurahan's code without dots; unknown if it is none.

    The number may also be the statistics office's code of a kelurahan: it is then unclear which is meant.
    """
    code, of_statistics = places.without_dots.get(text), places.by_bps_code.get(text)
    if code and not of_statistics:
        return ParsedKelurahan(code)
    candidates = tuple(filter(None, (code, of_statistics)))
    return _unclear(candidates) if candidates else _unknown("")


def _find_in_address(text: str, places: PlaceIndex) -> ParsedKelurahan | None:
    """Return the longest name after "Kel." in an address ("Jl. Mawar Kel. Sepinggan Raya Kec. …"), or None.

    A name that is ambiguous gives an unclear kelurahan with its candidates.
    """
    tokens = words(text).split()
    for at, token in enumerate(tokens[:-1]):
        if token in {"kel", "kelurahan"}:
            after = expand_abbreviations(tokens[at + 1 : at + 1 + _MAX_NAME_WORDS])
            for length in range(len(after), 0, -1):
                key = "".join(after[:length])
                if code := places.code.get(key):
                    return ParsedKelurahan(code)
                if key in places.ambiguous and places.ambiguous[key][0]:
                    return _unclear(*places.ambiguous[key])
    return None


def _find_near_or_inside(text: str, key: str, places: PlaceIndex) -> ParsedKelurahan:
    """Parse a text that is no known name: names spelled like it, or contained in it, are candidates.

    Else it is the place outside the city that the text contains, unless it may be meant as a name with Gunung or
    Sungai; else it is unknown.
    """
    near = process.extract(
        key, places.near.keys(), scorer=fuzz.ratio, score_cutoff=MIN_NEAR_RATIO, limit=None
    )
    if near:
        codes = (code for match, _, _ in near for code in places.near[match])
        return _unclear(tuple(dict.fromkeys(codes)))
    tokens = expand_abbreviations(words(text).split())
    if inside := _find_names(tokens, places):
        return _unclear(inside)
    if outside := find_outside_place(text):
        alike = _find_landmark_names(tokens, places)
        return _unclear(alike) if alike else ParsedKelurahan(OUTSIDE, place=outside)
    return _unknown("")


def _find_landmark_names(tokens: list[str], places: PlaceIndex) -> tuple[str, ...]:
    """Return the kelurahan whose names begin with Gunung or Sungai if the text says so: "G. Samarinda", "Gunug Smd"."""
    landmarks = {
        whole
        for whole, short in _LANDMARKS.items()
        if any(token in short or fuzz.ratio(token, whole) >= _MIN_LANDMARK_RATIO for token in tokens)
    }
    return tuple(code for code, name in places.name.items() if place_words(name)[0] in landmarks)


def _find_names(tokens: list[str], places: PlaceIndex) -> tuple[str, ...]:
    """Return the kelurahan whose names are whole words of the text; "Damai Baru" doesn't also give "Damai"."""
    return _take_names(tokens, places)[0]


def _take_names(tokens: list[str], places: PlaceIndex) -> tuple[tuple[str, ...], list[str]]:
    """Return the kelurahan whose names are whole words of the text, and its words with "x" in place of the names."""
    found = []
    left = list(tokens)
    for name, code in places.names_as_words:
        for at in range(len(left) - len(name) + 1):
            if left[at : at + len(name)] == name:
                found.append(code)
                left[at : at + len(name)] = ["x"] * len(name)
                break
    return tuple(found), left


def _unclear(candidates: tuple[str, ...], why: str = "") -> ParsedKelurahan:
    return ParsedKelurahan(None, problem="kelurahan-unclear", candidates=candidates, why=why)


def _unknown(why: str) -> ParsedKelurahan:
    return ParsedKelurahan(None, problem="kelurahan-unknown", why=why)
