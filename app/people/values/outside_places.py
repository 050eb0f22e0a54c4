"""Parse the names of places outside the city from which participants come."""

import re

from rapidfuzz import fuzz

from app.people.values.text import collapse, fold, is_placeholder, words

OUTSIDE = "outside"
"""Stands in place of a kelurahan's code for people who live outside the city."""
ELSEWHERE = "Luar kota"
"""The place of people of whom only is known that they live outside the city."""

_NAMES: dict[str, tuple[str, ...]] = {
    ELSEWHERE: (
        "luar kota",
        "luar balikpapan",
        "luar kota balikpapan",
        "luar daerah",
        "luar kaltim",
        "luar wilayah",
    ),
    "Samarinda": ("samarinda", "kota samarinda", "smd"),
    "Penajam Paser Utara": (
        "penajam",
        "penajam paser utara",
        "paser utara",
        "ppu",
        "sepaku",
        "ikn",
        "nusantara",
    ),
    "Kutai Kartanegara": ("kutai kartanegara", "kukar", "tenggarong", "samboja", "muara jawa", "loa janan"),
    "Kutai Timur": ("kutai timur", "kutim", "sangatta"),
    "Kutai Barat": ("kutai barat", "kubar", "sendawar"),
    "Bontang": ("bontang", "kota bontang"),
    "Berau": ("berau", "tanjung redeb"),
    "Paser": ("paser", "kabupaten paser", "tanah grogot", "grogot"),
    "Mahakam Ulu": ("mahakam ulu", "mahulu"),
    "Banjarmasin": ("banjarmasin",),
    "Makassar": ("makassar",),
    "Surabaya": ("surabaya",),
    "Jakarta": ("jakarta", "dki jakarta"),
}
_PLACE = {name: place for place, names in _NAMES.items() for name in names}
_MAY_NAME_ONE = re.compile("|".join(sorted({name.partition(" ")[0] for name in _PLACE})))
"""A quick test of many addresses."""
_BY_LENGTH = sorted(_PLACE, key=len, reverse=True)
# "Luar kota: Sangasanga", as the service's own form and template have it.
_ELSEWHERE_NAMED = re.compile(
    r"luar (?:kota|balikpapan|kota balikpapan)\s*:\s*(?P<place>.*\w.*)", re.IGNORECASE
)
_REGENCY = ("kab ", "kabupaten ")
_CITY = "kota "
_WHOLE_PROVINCE = frozenset({"kaltim", "kalimantan timur", "east kalimantan", "indonesia"})
_OWN_CITY = "balikpapan"
_OWN_CITY_SHORT = frozenset({"bpp", "bpn", "blpp"})
_MIN_OWN_CITY_RATIO = 85
# "Jl. Samarinda" and "Perum. Nusantara" are streets and estates within the city.
_NAMED_AFTER = frozenset(
    {"jl", "jln", "jalan", "gg", "gang", "blok", "perum", "perumahan", "komplek", "kompleks", "komp", "pasar"}
)


def parse_known_outside_place(text: str) -> str | None:
    """Return the known place that the whole text names ("Kab. Paser", "Samarinda", "luar kota"), or None.

    After "Luar kota:" every place but the city itself counts, as it is written if it isn't known.
    """
    if named := _ELSEWHERE_NAMED.fullmatch(collapse(text)):
        return (
            None if names_own_city(named["place"]) else parse_outside_place(named["place"]) or named["place"]
        )
    key = words(text)
    bare = key.removeprefix("kab ").removeprefix("kabupaten ").removeprefix(_CITY)
    return _PLACE.get(key) or _PLACE.get(bare)


def parse_outside_place(text: str) -> str | None:
    """Return the known place that the text names, or any other "Kab. …" or "Kota …" as it is written; else None.

    The city itself ("Kota Balikpapan") gives None.
    """
    if known := parse_known_outside_place(text):
        return known
    other = words(text).startswith((*_REGENCY, _CITY)) and not names_own_city(text)
    return collapse(text) if other else None


def find_outside_place(text: str) -> str | None:
    """Return the known place that a text such as "Sidodadi, Samarinda" contains as whole words, or None.

    None too if the text names the city itself. A name behind "Jl.", "Perum." and the like is a street or an estate.
    """
    if not _MAY_NAME_ONE.search(fold(text)) or names_own_city(text):
        return None
    padded = f" {words(text)} "
    for name in _BY_LENGTH:
        before, found, _ = padded.partition(f" {name} ")
        if found and not _NAMED_AFTER.intersection(before.split()[-1:]):
            return _PLACE[name]
    return None


def add_city(place: str, city: str) -> str:
    """Return a place's text with regard to the city or regency that another column names.

    A place in another city is outside, also where a kelurahan has its name. A city that isn't known is added, so that
    the place is asked about.
    """
    if is_placeholder(city) or words(city) in _WHOLE_PROVINCE or names_own_city(city):
        return place
    if parse_outside_place(city) or find_outside_place(city):
        return f"{ELSEWHERE}: {city}"
    return city if is_placeholder(place) else f"{place}, {city}"


def names_own_city(text: str) -> bool:
    """Return whether the text contains the city's own name, an abbreviation or a misspelling of it: "Kota Bpp"."""
    key = words(text)
    return _OWN_CITY in key.replace(" ", "") or any(
        word in _OWN_CITY_SHORT or fuzz.ratio(word, _OWN_CITY) >= _MIN_OWN_CITY_RATIO for word in key.split()
    )
