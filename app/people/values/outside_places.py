"""Places outside the city that participants come from."""

import re

from rapidfuzz import fuzz

from app.people.values.text import collapse, words

OUTSIDE = "outside"
"""What stands for a code of a kelurahan where somebody lives outside the city."""
ELSEWHERE = "Luar kota"
"""The place of people of whom no more is known than that they live outside the city."""

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
_BY_LENGTH = sorted(_PLACE, key=len, reverse=True)
# "Luar kota: Sangasanga": whoever writes it so says both that it is outside and where.
_ELSEWHERE_NAMED = re.compile(
    r"luar (?:kota|balikpapan|kota balikpapan)\s*:\s*(?P<place>.*\w.*)", re.IGNORECASE
)
_REGENCY = ("kab ", "kabupaten ")
_CITY = "kota "
_OWN_CITY = "balikpapan"
_OWN_CITY_SHORT = frozenset({"bpp", "bpn", "blpp"})
_MISSPELT = 85
# "Jl. Samarinda" and "Perum. Nusantara" lie wherever they lie.
_NAMED_AFTER = frozenset(
    {"jl", "jln", "jalan", "gg", "gang", "blok", "perum", "perumahan", "komplek", "kompleks", "komp", "pasar"}
)


def parse_known_outside_place(text: str) -> str | None:
    """The known place that the whole text names ("Kab. Paser", "Samarinda", "luar kota"), or None."""
    said = words(text)
    if named := _ELSEWHERE_NAMED.fullmatch(collapse(text)):
        return (
            None if names_own_city(named["place"]) else parse_outside_place(named["place"]) or named["place"]
        )
    bare = said.removeprefix("kab ").removeprefix("kabupaten ").removeprefix(_CITY)
    return _PLACE.get(said) or _PLACE.get(bare)


def parse_outside_place(text: str) -> str | None:
    """As `parse_known_outside_place`; also any other "Kab. …" or "Kota …"."""
    if known := parse_known_outside_place(text):
        return known
    other = words(text).startswith((*_REGENCY, _CITY)) and not names_own_city(text)
    return collapse(text) if other else None


def find_outside_place(text: str) -> str | None:
    """The place outside that a text such as "Sidodadi, Samarinda" holds as whole words, or None."""
    if names_own_city(text):
        return None
    padded = f" {words(text)} "
    for name in _BY_LENGTH:
        before, found, _ = padded.partition(f" {name} ")
        if found and not _NAMED_AFTER.intersection(before.split()[-1:]):
            return _PLACE[name]
    return None


def names_own_city(text: str) -> bool:
    """True for a text with the city's own name in it, its abbreviation or a misspelling: "Kota Bpp"."""
    said = words(text)
    return _OWN_CITY in said.replace(" ", "") or any(
        word in _OWN_CITY_SHORT or fuzz.ratio(word, _OWN_CITY) >= _MISSPELT for word in said.split()
    )
