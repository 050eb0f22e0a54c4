"""Places outside the city that participants come from."""

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
_REGENCY = ("kab ", "kabupaten ")
_CITY = "kota "
_OWN_CITY = "balikpapan"


def outside_place(text: str) -> str | None:
    """The place that the whole text names ("Kab. Paser", "Samarinda", "luar kota"), or None."""
    said = words(text)
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
