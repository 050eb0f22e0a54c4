"""Tell the field of a column from its heading. The known headings are listed in `data/column-headings.csv`."""

import csv
import re
from pathlib import Path

from rapidfuzz import fuzz, process

from app.people.values.text import collapse, words
from app.spreadsheets.tables.marks import heading_outcome, is_day_heading, is_part_of_day

_DATA = Path(__file__).parents[2] / "data" / "column-headings.csv"
_NUMBER, _NONE, _ARRIVAL = "number", "none", "arrival"
_NO_FIELDS = frozenset({_NUMBER, _NONE, _ARRIVAL})
_MIN_SIMILARITY = 84
_MIN_MISSPELT_LENGTH = 4
_MAX_HEADING_LENGTH = 80
_SEVERAL = re.compile(r"\s*[/&+,;]\s*|\s+(?:dan|and|-|–)\s+", re.IGNORECASE)
_PARTS_OF_A_NAME = frozenset(
    {"nama depan", "nama awal", "nama tengah", "nama belakang", "nama akhir", "nama keluarga"}
    | {"first name", "given name", "middle name", "last name", "surname", "family name"}
)
TEXT_FIELDS = frozenset({"address", "organization", "occupation"})
"""The same as `people.fields.TEXT_FIELDS`; the child process doesn't load that module."""
_BESIDE_A_NAME = TEXT_FIELDS | {"kelurahan", "target_group", "phone", "email"}
_BUSINESS = frozenset({"usaha", "umkm", "toko"})


def _load_headings() -> tuple[dict[str, str], dict[str, str]]:
    """Return field by folded heading: headings that count anywhere in a longer one, and headings that count alone."""
    anywhere: dict[str, str] = {}
    alone: dict[str, str] = {}
    with _DATA.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            anywhere |= dict.fromkeys(filter(None, row["anywhere"].split("|")), row["field"])
            alone |= dict.fromkeys(filter(None, row["alone"].split("|")), row["field"])
    return anywhere, alone


_ANYWHERE, _ALONE = _load_headings()
_LONGEST_FIRST = sorted(_ANYWHERE, key=len, reverse=True)
_SQUASHED = {
    heading.replace(" ", ""): field
    for heading, field in (_ANYWHERE | _ALONE).items()
    if len(heading) >= _MIN_MISSPELT_LENGTH and field not in _NO_FIELDS
}


def heading_field(heading: str) -> str | None:
    """Return the field of a heading in any case, with usual synonyms, abbreviations and typos, or None.

    "Asal", "Alamat" and "Domisili" are "address"; in lists without another kelurahan column they become that.
    """
    key = words(heading)
    if not key or len(key) > _MAX_HEADING_LENGTH:
        return None
    if _is_name_and_more(heading):
        return "name"
    exact = _exact_field(key)
    if exact:
        return None if exact in _NO_FIELDS else exact
    if heading_outcome(heading) is not None:
        return "attendance"
    return _find_inside(key) or _find_misspelt(key)


def _is_name_and_more(heading: str) -> bool:
    """Return whether a heading names the name and another field: "Nama / Jabatan".

    "Nama & Jenis Usaha" and "Nama Instansi / Jabatan" are about a business.
    """
    parts = _split_parts(heading)
    if len(parts) < 2 or _exact_field(parts[0]) != "name" or not all(map(_exact_field, parts)):
        return False
    last = parts[-1].split()
    return last[-1] not in _BUSINESS or last[0] == "nama"


def _split_parts(heading: str) -> list[str]:
    """Return the folded parts of a heading, "Nama / Jabatan", without the row's number ("No / Nama")."""
    return [
        part for text in _SEVERAL.split(heading) if (part := words(text)) and _exact_field(part) != _NUMBER
    ]


def field_beside_name(heading: str) -> str | None:
    """Return the field that a heading such as "Nama / Jabatan" names beside the name, or None."""
    if not _is_name_and_more(heading):
        return None
    fields = (_exact_field(part) for part in _split_parts(heading)[1:])
    return next((field for field in fields if field in _BESIDE_A_NAME), None)


def _exact_field(part: str) -> str | None:
    """Return the field of a folded text that is a known heading, or one of `_NO_FIELDS`; None if it isn't known."""
    return _ALONE.get(part) or _ANYWHERE.get(part)


def _find_inside(key: str) -> str | None:
    """Return the field of the longest known heading inside: "nama usaha" is no name, "alamat email" no address."""
    padded = f" {key} "
    longest = next((known for known in _LONGEST_FIRST if f" {known} " in padded), None)
    return _ANYWHERE[longest] if longest else None


def _find_misspelt(key: str) -> str | None:
    """Return the field of the known heading that is spelled almost alike, spaces aside, or None."""
    squashed = key.replace(" ", "")
    if len(squashed) < _MIN_MISSPELT_LENGTH:
        return None
    match = process.extractOne(squashed, _SQUASHED.keys(), scorer=fuzz.ratio, score_cutoff=_MIN_SIMILARITY)
    return _SQUASHED[match[0]] if match else None


def is_exact_heading(field: str, heading: str) -> bool:
    """Return whether the heading is one of the field's own ("Nama Lengkap"), not a substitute ("Nama Panggilan")."""
    return _ANYWHERE.get(words(heading)) == field


def is_part_of_a_name(heading: str) -> bool:
    """Return whether the heading is a part of a name, as in exports of forms: "Nama Depan", "Last Name"."""
    return words(heading) in _PARTS_OF_A_NAME


def is_number_heading(heading: str) -> bool:
    """Return whether the heading is that of a column that numbers the rows."""
    return _ALONE.get(words(heading)) == _NUMBER or collapse(heading) == "#"


def is_ignored_heading(heading: str) -> bool:
    """Return whether the heading is known as that of a column without a field, or of hours of arrival."""
    return _ALONE.get(words(heading)) in {_NONE, _ARRIVAL}


def is_status_heading(heading: str) -> bool:
    """Return whether the heading is "Status", which may be the attendance, or whether people are members or married."""
    return words(heading) == "status"


def is_arrival_heading(heading: str) -> bool:
    """Return whether the heading is that of hours of arrival ("Jam Datang")."""
    return _ALONE.get(words(heading)) == _ARRIVAL


def is_attendance_part(heading: str) -> bool:
    """Return whether the heading is one of several attendance columns: an outcome, a day or a time of day."""
    return heading_outcome(heading) is not None or is_day_heading(heading) or is_part_of_day(heading)
