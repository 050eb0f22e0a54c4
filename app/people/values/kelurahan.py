"""Kelurahan from what people write: official names, aliases, addresses, places outside the city."""

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

NEAR = 85
"""From this ratio on, without spaces, a text is a near miss of a name."""
_LONGEST_NAME = 4
_LANDMARKS = {"gunung": frozenset({"g", "gn", "gun"}), "sungai": frozenset({"s", "sei", "sung"})}
_MISSPELT_LANDMARK = 80
_CODE = re.compile(r"(?<!\d)\d\d\.\d\d\.\d\d\.\d{4}(?!\d)")
_STREET = re.compile(r"(?:jl|jln|jalan|gg|gang)\b.*|rt [\d ]+(?:rw [\d ]+)?")


@dataclass(frozen=True, slots=True)
class ParsedKelurahan:
    """`code` is a kelurahan's, or "outside" with `place` naming where; None with a `problem`.

    `candidates` are codes of kelurahan to choose from; `why` tells what an unknown text is known to be.
    """

    code: str | None
    place: str | None = None
    problem: Literal["kelurahan-missing", "kelurahan-unknown", "kelurahan-unclear"] | None = None
    candidates: tuple[str, ...] = ()
    why: str = ""


class PlaceIndex:
    """The reference data, prepared for looking texts up."""

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
        within = self.kelurahan_in((code,))
        for designation in ("", "kec ", "kecamatan "):
            key = place_key(designation + name)
            self.kecamatan[key] = code
            self.ambiguous[key] = (within, "")
        self.kecamatan[place_key(name.rpartition(" ")[2])] = code

    def add_ambiguous(self, place: AmbiguousPlace) -> None:
        key = place_key(place.text)
        self.ambiguous[key] = (self.kelurahan_in(place.candidates), place.why)
        for candidate in place.candidates:
            if candidate not in self.name:
                self.kecamatan.setdefault(key, candidate)

    def kelurahan_in(self, codes: Iterable[str]) -> tuple[str, ...]:
        """The codes with every kecamatan replaced by its kelurahan."""
        wanted = set(codes)
        return tuple(
            code for code, kecamatan in self.kecamatan_of.items() if code in wanted or kecamatan in wanted
        )


@lru_cache(maxsize=1)
def place_index(reference: Reference) -> PlaceIndex:
    """The index of this reference data, made once while it stays as it is."""
    return PlaceIndex(reference)


def parse_kelurahan(text: str, places: PlaceIndex) -> ParsedKelurahan:
    """What place a text names; what is not certain, also to its writer, comes back as a problem with candidates."""
    said = collapse(clean(text))
    if is_placeholder(said):
        return ParsedKelurahan(None, problem="kelurahan-missing")
    if said in places.name or said == OUTSIDE:
        return kelurahan_from_code(said)
    key = place_key(said)
    if code := places.code.get(key):
        return _unclear((code,)) if "?" in said else ParsedKelurahan(code)
    if (code := _before_its_kecamatan(key, places) or _beside_its_code(said, places)) and "?" not in said:
        return ParsedKelurahan(code)
    if said.isdigit():
        return _of_digits(said, places)
    if key in places.ambiguous:
        candidates, why = places.ambiguous[key]
        return _unclear(candidates, why) if candidates else _unknown(why)
    if outside := parse_known_outside_place(said):
        return ParsedKelurahan(OUTSIDE, place=outside)
    if outside := parse_outside_place(said):
        ours = _names_inside(expand_abbreviations(words(said).split()), places)
        return _unclear(ours) if ours else ParsedKelurahan(OUTSIDE, place=outside)
    return _in_an_address(said, places) or _near_or_inside(said, key, places)


def find_kelurahan_in_address(text: str, places: PlaceIndex) -> ParsedKelurahan | None:
    """The kelurahan that an address names after "Kel.", or None where it names none."""
    return _in_an_address(collapse(clean(text)), places)


def is_street(text: str) -> bool:
    """True for an address that begins with its street, and for a bare RT: such a text is no place's name."""
    return _STREET.fullmatch(words(text)) is not None


def kelurahan_from_code(code: str) -> ParsedKelurahan:
    """The reading of a code, or of "outside"."""
    return ParsedKelurahan(code, place=ELSEWHERE if code == OUTSIDE else None)


def parse_kecamatan(text: str, places: PlaceIndex) -> str | None:
    """The code of the kecamatan a text names, with or without "Kec." and "Balikpapan"; or None."""
    return places.kecamatan.get(place_key(text))


def _before_its_kecamatan(key: str, places: PlaceIndex) -> str | None:
    """The kelurahan of "Manggar, Balikpapan Timur", where it lies in the kecamatan named behind it."""
    for kecamatan, lies_in in places.kecamatan.items():
        if kecamatan in places.ambiguous and key.endswith(kecamatan):
            code = places.code.get(key.removesuffix(kecamatan))
            if code and places.kecamatan_of[code] == lies_in:
                return code
    return None


def _beside_its_code(said: str, places: PlaceIndex) -> str | None:
    """The kelurahan of "64.71.05.1008 - Sepinggan Baru", where the two agree."""
    found = _CODE.search(said)
    if found is None:
        return None
    named = places.code.get(place_key(said.replace(found[0], " ")))
    return named if named == found[0] else None


def _of_digits(said: str, places: PlaceIndex) -> ParsedKelurahan:
    """A code without its dots; of some the digits are those of another kelurahan's code in statistics."""
    code, of_statistics = places.without_dots.get(said), places.by_bps_code.get(said)
    if code and not of_statistics:
        return ParsedKelurahan(code)
    candidates = tuple(filter(None, (code, of_statistics)))
    return _unclear(candidates) if candidates else _unknown("")


def _in_an_address(said: str, places: PlaceIndex) -> ParsedKelurahan | None:
    """The name after "Kel." inside an address: the longest that fits ("Kel. Sepinggan Raya Kec. …")."""
    tokens = words(said).split()
    for at, token in enumerate(tokens[:-1]):
        if token in {"kel", "kelurahan"}:
            after = expand_abbreviations(tokens[at + 1 : at + 1 + _LONGEST_NAME])
            for length in range(len(after), 0, -1):
                key = "".join(after[:length])
                if code := places.code.get(key):
                    return ParsedKelurahan(code)
                if key in places.ambiguous and places.ambiguous[key][0]:
                    return _unclear(*places.ambiguous[key])
    return None


def _near_or_inside(said: str, key: str, places: PlaceIndex) -> ParsedKelurahan:
    near = process.extract(key, places.near.keys(), scorer=fuzz.ratio, score_cutoff=NEAR, limit=None)
    if near:
        codes = (code for match, _, _ in near for code in places.near[match])
        return _unclear(tuple(dict.fromkeys(codes)))
    tokens = expand_abbreviations(words(said).split())
    if inside := _names_inside(tokens, places):
        return _unclear(inside)
    if outside := find_outside_place(said):
        alike = _named_alike(tokens, places)
        return _unclear(alike) if alike else ParsedKelurahan(OUTSIDE, place=outside)
    return _unknown("")


def _named_alike(tokens: list[str], places: PlaceIndex) -> tuple[str, ...]:
    """The kelurahan called Gunung or Sungai …, where the text says such a word: "G. Samarinda", "Gunug Smd"."""
    said = {
        whole
        for whole, short in _LANDMARKS.items()
        if any(token in short or fuzz.ratio(token, whole) >= _MISSPELT_LANDMARK for token in tokens)
    }
    return tuple(code for code, name in places.name.items() if place_words(name)[0] in said)


def _names_inside(tokens: list[str], places: PlaceIndex) -> tuple[str, ...]:
    """The official names that stand in the text as whole words; of "Damai Baru" not also "Damai"."""
    found = []
    free = list(tokens)
    for name, code in places.names_as_words:
        for at in range(len(free) - len(name) + 1):
            if free[at : at + len(name)] == name:
                found.append(code)
                free[at : at + len(name)] = [""] * len(name)
                break
    return tuple(found)


def _unclear(candidates: tuple[str, ...], why: str = "") -> ParsedKelurahan:
    return ParsedKelurahan(None, problem="kelurahan-unclear", candidates=candidates, why=why)


def _unknown(why: str) -> ParsedKelurahan:
    return ParsedKelurahan(None, problem="kelurahan-unknown", why=why)
