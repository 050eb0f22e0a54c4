"""Take apart the cell of a name that contains more: a place, an RT, a position, a device, a second person.

Participants of online meetings write such names ("Budi Santoso_Manggar", "Manggar - Budi (Galaxy A12)"), and lists that
have too few columns ("Budi Santoso (Kel. Lamaru RT 5)", "H. Ahmad / Ketua RT 5").
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Literal, TypeAlias

from app.people.values.kelurahan import PlaceIndex, find_kelurahan_in_address, is_near_place
from app.people.values.names import is_degrees
from app.people.values.outside_places import parse_known_outside_place
from app.people.values.place_names import place_key, section_place
from app.people.values.rt import parse_rt
from app.people.values.target_groups import GroupIndex, is_target_group
from app.people.values.text import clean, collapse, words

NameQuestion: TypeAlias = Literal[
    "two-people", "group-without-names", "device-name", "name-unclear", "host", "panelist"
]


_SIGN = re.compile(r"[_|/&+;()\[\]–—-]|\d\s*(?:[.)]|orang|org|jiwa|pax)|rt\W{0,3}\d", re.IGNORECASE)
_TELLING_WORDS = frozenset(
    {
        "dan",
        "and",
        "serta",
        "beserta",
        "bersama",
        "dkk",
        "dkk.",
        "cs",
        "cs.",
        "rombongan",
        "orang",
        "sekeluarga",
    }
    | {
        "kel",
        "kel.",
        "kelurahan",
        "rt",
        "rt.",
        "ketua",
        "sekretaris",
        "bendahara",
        "para",
        "seluruh",
        "semua",
        "segenap",
    }
    | {
        "iphone",
        "ipad",
        "macbook",
        "samsung",
        "galaxy",
        "oppo",
        "vivo",
        "xiaomi",
        "redmi",
        "realme",
        "poco",
        "infinix",
    }
    | {
        "huawei",
        "honor",
        "nokia",
        "asus",
        "lenovo",
        "itel",
        "tecno",
        "android",
        "laptop",
        "pc",
        "desktop",
        "computer",
    }
    | {
        "komputer",
        "handphone",
        "hp",
        "tablet",
        "zoom",
        "user",
        "pengguna",
        "guest",
        "tamu",
        "admin",
        "unknown",
    }
    | {"anonymous", "anonim", "tanpa", "noname", "no", "lurah", "camat", "kepala", "kasi", "sekcam", "seklur"}
    | {
        "a.n.",
        "a.n",
        "an.",
        "a/n",
        "atas",
        "mewakili",
        "wakil",
        "perwakilan",
        "utusan",
        "keluarga",
        "kel.bpk",
        "anak",
    }
)
_SEPARATOR = re.compile(
    r"\s*(?P<open>[(\[])\s*|\s*[)\]]\s*|\s*(?P<strong>[_|;–—])\s*|\s+-+\s*|\s*-+\s+|\s*(?P<slash>/)\s*|\s*(?P<comma>,)\s*"
)
_BEFORE_PLACE = re.compile(r"(?<=[\w.])\s+(?=kel(?:\.|urahan\b)\s*\w)", re.IGNORECASE)
_RT_BEHIND = re.compile(
    r"(?P<before>.*[^\W\d]\w*)[\s,]+(?P<rt>rt\s*[.:/]?\s*\d{1,3}(?:\s*/?\s*rw\s*[.:]?\s*\d{1,3})?)"
    r"(?:[\s,]+(?P<behind>[^\W\d].*))?",
    re.IGNORECASE,
)
_RT_IN_FRONT = re.compile(
    r"(?P<rt>rt\s*[.:/]?\s*\d{1,3}(?:\s*/?\s*rw\s*[.:]?\s*\d{1,3})?)\s+(?P<name>(?!rw\b)[^\W\d].*)",
    re.IGNORECASE,
)
"""How people call themselves in a meeting: "RT 12 Pak Budi"."""
_RT = re.compile(r"rt\s*[.:/]?\s*\d{1,3}(?:\s*[/,]?\s*(?:rw\s*[.:]?\s*)?\d{1,3})?", re.IGNORECASE)
_ADDED_BY_APPLICATION = frozenset(
    {
        "guest",
        "unverified",
        "tamu",
        "external",
        "eksternal",
        "me",
        "saya",
        "you",
        "anda",
    }
    | {"tidak terverifikasi", "presenter", "attendee", "he him", "she her", "guest me", "original name"}
    | {"balikpapan", "kota balikpapan", "bpp", "bppn"}
)
_ROLES = dict.fromkeys(
    ("host", "host me", "co host", "cohost", "co host me", "tuan rumah", "organizer", "penyelenggara"), "host"
) | {"panelist": "panelist", "panelis": "panelist"}
_DEVICE = re.compile(
    r"(?:(?:apple\s+)?(?:iphone|ipad|macbook|imac)\b.*|.*\b(?:iphone|ipad|macbook|galaxy)$"
    r"|(?:samsung|galaxy|oppo|vivo|xiaomi|redmi|realme|poco|infinix|huawei|honor|nokia|asus|lenovo|itel|tecno)"
    r"(?:\s+(?=\S*\d|note|pro|tab|galaxy|plus|max|ultra|lite|laptop|phone)\S+)*"
    r"|(?:oppo|vivo|xiaomi|redmi|realme|infinix|samsung|galaxy|huawei)\s+\S.*"
    r"|(?:sm|cph|rmx|desktop|laptop|win|pc|v)-?\s?(?=[a-z]*\d)[a-z0-9-]{3,}"
    r"|(?:android|laptop|pc|desktop|computer|komputer|handphone|hp|tablet|zoom\s*(?:user)?|user|pengguna|guest|tamu"
    r"|admin|unknown|anonymous|anonim|tanpa\s+nama|no\s+name|noname|peserta|participant)(?:\s*[-#]?\s*\d{0,6})?)",
    re.IGNORECASE,
)
_MODEL = re.compile(r"(?:cph|rmx|sm|v)\d", re.IGNORECASE)
_OF_DEVICE = re.compile(
    r".*['’]s\s+(?:iphone|ipad|galaxy|macbook|phone|laptop|oppo|vivo|redmi|samsung)\b.*"
    r"|(?:iphone|ipad|laptop|hp|galaxy)\s+(?:milik|punya)?\s*\S.*",
    re.IGNORECASE,
)
_KECAMATAN = re.compile(r"kec(?:\.|amatan\b)\s*\w", re.IGNORECASE)
_POSITION = re.compile(
    r"(?:(?:wakil|plt\.?|mantan)\s+)?(?:ketua|sekretaris|bendahara|anggota|pengurus|pengelola|pemilik|owner|staf|staff|kasi"
    r"|kasubbag|kabid|kepala|lurah|camat|sekcam|seklur|kader|guru|dosen|mahasiswa|pelajar|pedagang|penjual|ketum|koordinator"
    r"|admin|operator|relawan|perwakilan|utusan|rt|rw|pkk|lpm|bkm|umkm|ukm|ikm|pokdarwis|karang\s+taruna|posyandu|dinas"
    r"|diskominfo|kelurahan|kecamatan|sekolah|sd|sdn|smp|smpn|sma|sman|smk|smkn|toko|warung|kedai|cv|pt|ud|catering|katering)\b.*",
    re.IGNORECASE,
)
"""What stands beside a name and names no second person: positions, institutions, businesses."""
_RT_BEFORE_A_NAME = re.compile(
    r"(?:pak|bu|bapak|ibu|bpk)\.?\s+(?:ketua\s+)?(?:rt|rw)\.?\s+[^\W\d]{3,}.*", re.IGNORECASE
)
"""How neighbours call their head: "Pak RT Budi"."""
_OFFICIAL_OF_RT = re.compile(
    r"(?:(?:pak|bu|bapak|ibu|bpk|wakil|ketua|sekretaris|bendahara|pengurus|warga)\.?\s+)+(?:ketua\s+)?(?:rt|rw)\b.*",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*[&+]\s*|\s+(?:dan|and|serta|beserta|bersama)\s+", re.IGNORECASE)
_OTHERS = re.compile(
    r"\b(?:dkk|(?-i:[cC]s)|dan\s+kawan2?(?:\s*-?\s*kawan)?|dan\s+rekan|dan\s+lain(?:\s*-?\s*lain)?|rombongan|sekeluarga)\b"
    r"|\b(?:\d{1,4}|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh|belasan|beberapa|puluhan)\s*(?:orang|org|jiwa|pax)\b"
    r"|[&+]\s*\d{1,2}\s*(?:anak|cucu|balita|orang|org)?\s*$|\b(?:dan|beserta|bersama|bawa)\s+\d{1,2}\s+\w+$"
    r"|\(\s*(?:[3-9]|1\d)\s*\)\s*$|^(?:keluarga|kel\.?\s*(?:bpk|bapak|pak|ibu|bu)\b)|^(?:para|seluruh|semua|segenap|ibu\s*-\s*ibu|bapak\s*-\s*bapak|ibu2|bapak2)\b",
    re.IGNORECASE,
)
_ON_BEHALF = re.compile(
    r"\S\s+\(?(?:a\.\s?n\b\.?|an\.|a/n|atas\s+nama|mewakili|wakil(?=\s+(?:bpk|bapak|pak|ibu|bu|dari)\b))",
    re.IGNORECASE,
)
_INSTEAD_OF = re.compile(
    r"(?:a\.\s?n\b\.?|an\.|a/n|atas\s+nama|mewakili|wakil|perwakilan|utusan)\s+\S.*", re.IGNORECASE
)
"""A cell that names only whom a deputy represents: "Mewakili Bpk. Sukardi", "Perwakilan Karang Taruna"."""
_SECOND_NUMBER = re.compile(r"\S\s+\(?2\s*[.)]\s*[^\W\d]")
_LETTERS = re.compile(r"[^\W\d_]")
_MIN_LETTERS, _MIN_LETTERS_AT_SLASH = 2, 3


@dataclass(frozen=True, slots=True)
class NameCell:
    """The cell of a name, taken apart: the `name`, other texts by field, and the question if it is no single name."""

    name: str
    others: Mapping[str, str] = field(default_factory=dict)
    question: NameQuestion | None = None


def may_contain_more(text: str) -> bool:
    """Return whether the cell may contain more than a name and its degrees; a quick test of many cells."""
    if _SIGN.search(text) or not _TELLING_WORDS.isdisjoint(text.lower().split()) or _MODEL.match(text):
        return True
    _, comma, behind = text.partition(",")
    return bool(comma) and not _are_degrees(behind)


_are_degrees = lru_cache(maxsize=4096)(is_degrees)


def parse_name_cell(text: str, places: PlaceIndex, groups: GroupIndex) -> NameCell:
    """Take a cell apart by its separators, where a part as a whole is a kelurahan, an RT, a group or a position.

    What cannot be told apart stays whole: in silence a name with a nickname or a degree, else with a question.
    """
    text = collapse(clean(text))
    if not _LETTERS.search(text) or text.startswith("="):
        return NameCell(text)
    if question := _question_about_all(text):
        return NameCell(text, question=question)
    others: dict[str, str] = {}
    names: list[tuple[str, str]] = []
    is_whole = True
    for separator, part, kind in _sort(_split(text), places, groups):
        is_whole = is_whole and kind == "name"
        if kind == "name":
            names.append((separator, part))
        elif kind != "nothing":
            others.setdefault(kind, part)
    holds: NameQuestion | None = next((role for role in ("host", "panelist") if others.pop(role, "")), None)
    if question := _question_about_parts(names, others):
        return NameCell(text, question=holds or question)
    name = names[0][1] + "".join(_join(separator, part) for separator, part in names[1:])
    return NameCell(text if is_whole else name, others, holds)


def _question_about_all(text: str) -> NameQuestion | None:
    if is_device_name(text):
        return "device-name"
    if _OTHERS.search(text):
        return "group-without-names"
    if _INSTEAD_OF.fullmatch(text):
        return "name-unclear"
    return "two-people" if _ON_BEHALF.search(text) or _SECOND_NUMBER.search(text) else None


def _split(text: str) -> list[tuple[str, str]]:
    """Return the parts of a text with the separator before each; degrees stay behind their name."""
    parts: list[tuple[str, str]] = []
    separator, at = "", 0
    matches = [*_SEPARATOR.finditer(text), None]
    for match in matches:
        part = text[at : match.start() if match else None].strip(" .:")
        part = text[at : match.start() if match else None].strip() if is_degrees(part) else part
        if part and separator == "," and parts and is_degrees(part):
            parts[-1] = (parts[-1][0], f"{parts[-1][1]}, {part}")
        elif part:
            parts += _split_place_and_rt(separator, part)
        if match:
            separator, at = _symbol(match), match.end()
    return parts


def _symbol(match: re.Match[str]) -> str:
    return (
        "("
        if match["open"]
        else match["strong"] or match["slash"] or match["comma"] or match[0].strip() or "-"
    )


def _split_place_and_rt(separator: str, part: str) -> list[tuple[str, str]]:
    """Split "Budi Kel. Lamaru RT 5", which has no separators."""
    first, *rest = _BEFORE_PLACE.split(part, maxsplit=1)
    if rest:
        return [*_split_place_and_rt(separator, first), ("-", rest[0])]
    if before := _RT_IN_FRONT.fullmatch(part):
        return [(separator, before["rt"]), ("-", before["name"])]
    behind = _RT_BEHIND.fullmatch(part)
    if behind is None or _POSITION.match(part) or _OFFICIAL_OF_RT.match(part):
        return [(separator, part)]
    return [
        (separator, behind["before"]),
        ("-", behind["rt"]),
        *([("-", behind["behind"])] if behind["behind"] else []),
    ]


def _sort(
    parts: list[tuple[str, str]], places: PlaceIndex, groups: GroupIndex
) -> Iterator[tuple[str, str, str]]:
    """Yield separator, text and kind of each part; "Manggar-Budi" is two, "Nur-Aini" is one."""
    for separator, part in parts:
        kind = _kind(part, places, groups)
        if kind in {"name", "organization"} and (of_group := _split_group_and_place(part, places, groups)):
            yield separator, of_group[0], "target_group"
            yield "-", of_group[1], "kelurahan"
            continue
        first, hyphen, second = part.partition("-")
        kinds = [_kind(half.strip(), places, groups) for half in (first, second)] if hyphen and second else []
        if kind == "name" and "kelurahan" in kinds:
            yield separator, first.strip(), kinds[0]
            yield "-", second.strip(), kinds[1]
        else:
            yield separator, part, kind


def _split_group_and_place(part: str, places: PlaceIndex, groups: GroupIndex) -> tuple[str, str] | None:
    """Return the group and the kelurahan of "UMKM Manggar", None for another text."""
    group, _, place = part.partition(" ")
    return (group, place) if place_key(place) in places.code and is_target_group(group, groups) else None


def _kind(part: str, places: PlaceIndex, groups: GroupIndex) -> str:
    """Return the field of a part, "name" if it may be one, or "nothing" for what an application or a telephone adds."""
    if role := _ROLES.get(words(part)):
        return role
    if words(part) in _ADDED_BY_APPLICATION or _is_device(part):
        return "nothing"
    if _RT.fullmatch(part) and parse_rt(part):
        return "rt"
    key = place_key(part)
    if key in places.code or key in places.ambiguous or find_kelurahan_in_address(part, places):
        return "kelurahan"
    if parse_known_outside_place(part) or section_place(part) or is_near_place(part, places):
        return "kelurahan"
    if _KECAMATAN.match(part):
        return "kecamatan"
    if is_target_group(part, groups):
        return "target_group"
    if _POSITION.fullmatch(part):
        return "organization"
    digits = sum(map(str.isdigit, part))
    if digits and not _LETTERS.search(part):
        return "phone" if digits >= 9 else "name"
    return "email" if "@" in part else "name"


def is_device_name(text: str) -> bool:
    """Return whether a name is that of a device or an account ("iPhone", "Galaxy A12", "User 3"), of nobody known."""
    return _is_device(text) or _OF_DEVICE.fullmatch(text) is not None


def _is_device(text: str) -> bool:
    return _DEVICE.fullmatch(text) is not None


def _join(separator: str, part: str) -> str:
    if separator == "(":
        return f" ({part})"
    return f", {part}" if separator == "," else f" {separator} {part}"


def _question_about_parts(names: list[tuple[str, str]], others: Mapping[str, str]) -> NameQuestion | None:
    """Return the question about the parts that may be names, None if they are one person's."""
    if not any(_LETTERS.search(part) for _, part in names):
        return "name-unclear" if others else "device-name"
    if _OFFICIAL_OF_RT.fullmatch(names[0][1]) and not _RT_BEFORE_A_NAME.fullmatch(names[0][1]):
        return "name-unclear"
    if any(_names_two(part) for _, part in names):
        return "two-people"
    questions = (_question_between(one, *other) for (_, one), other in pairwise(names))
    return next(filter(None, questions), None)


def _question_between(before: str, separator: str, part: str) -> NameQuestion | None:
    """Return the question about two texts that may be names; a nickname in brackets and "Santoso, Budi" are none."""
    if separator in {"/", ";"}:
        return "two-people" if _count_letters(before, part) >= _MIN_LETTERS_AT_SLASH else None
    if separator == ",":
        return "two-people" if min(len(before.split()), len(part.split())) > 1 else None
    return None if separator == "(" else "name-unclear"


def _names_two(part: str) -> bool:
    one, *rest = _AND.split(part, maxsplit=1)
    return bool(rest) and _count_letters(one, *rest) >= _MIN_LETTERS


def _count_letters(*texts: str) -> int:
    """Return how many letters the text with the fewest has."""
    return min(len(_LETTERS.findall(text)) for text in texts)
