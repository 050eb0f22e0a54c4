"""Places outside the city that participants come from."""

import re

from app.spreadsheets.text import collapse, words

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


def outside_place(text: str) -> str | None:
    """The place that the whole text names ("Kab. Paser", "Samarinda", "luar kota"), or None."""
    said = words(text)
    if named := _ELSEWHERE_NAMED.fullmatch(collapse(text)):
        return None if _OWN_CITY in words(named["place"]) else outside_place(named["place"]) or named["place"]
    bare = said.removeprefix("kab ").removeprefix("kabupaten ").removeprefix(_CITY)
    if known := _PLACE.get(said) or _PLACE.get(bare):
        return known
    if _OWN_CITY in said:
        return None
    return collapse(text) if said.startswith((*_REGENCY, _CITY)) else None


def outside_inside(text: str) -> str | None:
    """The place outside that a text such as "Sidodadi, Samarinda" holds as whole words, or None."""
    padded = f" {words(text)} "
    if _OWN_CITY in padded:
        return None
    return next((_PLACE[name] for name in _BY_LENGTH if f" {name} " in padded), None)
