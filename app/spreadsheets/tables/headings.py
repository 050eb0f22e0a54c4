"""What a column's heading says it holds. The headings that are known stand in `data/column-headings.csv`."""

import csv
import re
from pathlib import Path

from rapidfuzz import fuzz, process

from app.people.values.text import collapse, words
from app.spreadsheets.tables.marks import heading_outcome, is_day_heading, is_part_of_day

_DATA = Path(__file__).parents[2] / "data" / "column-headings.csv"
_NUMBER, _NONE, _ARRIVAL = "number", "none", "arrival"
_NO_FIELDS = frozenset({_NUMBER, _NONE, _ARRIVAL})
_CLOSE = 84
_SHORTEST_MISSPELT = 4
_LONGEST = 80
_SEVERAL = re.compile(r"\s*[/&+,;]\s*|\s+(?:dan|and|-|–)\s+", re.IGNORECASE)
_PARTS_OF_A_NAME = frozenset({"nama depan", "nama awal", "first name", "given name"}) | frozenset(
    {
        "nama tengah",
        "middle name",
        "nama belakang",
        "nama akhir",
        "nama keluarga",
        "last name",
        "surname",
        "family name",
    }
)
TEXT_FIELDS = frozenset({"address", "organization", "occupation"})
"""The same as `people.fields.TEXT_FIELDS`, whose module the parsing child doesn't load."""
_BESIDE_A_NAME = TEXT_FIELDS | {"kelurahan", "target_group", "phone", "email"}
_BUSINESS = frozenset({"usaha", "umkm", "toko"})


def _known_headings() -> tuple[dict[str, str], dict[str, str]]:
    """Folded heading → field: those that count anywhere in a longer heading, and those only alone."""
    anywhere: dict[str, str] = {}
    alone: dict[str, str] = {}
    with _DATA.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            anywhere |= dict.fromkeys(filter(None, row["anywhere"].split("|")), row["field"])
            alone |= dict.fromkeys(filter(None, row["alone"].split("|")), row["field"])
    return anywhere, alone


_ANYWHERE, _ALONE = _known_headings()
_LONGEST_FIRST = sorted(_ANYWHERE, key=len, reverse=True)
_SQUASHED = {
    heading.replace(" ", ""): field
    for heading, field in (_ANYWHERE | _ALONE).items()
    if len(heading) >= _SHORTEST_MISSPELT and field not in _NO_FIELDS
}


def heading_field(heading: str) -> str | None:
    """The field of a heading, in any case, with its typical synonyms, abbreviations and typos; or None.

    "Asal", "Alamat" and "Domisili" are "address" here: they mean the kelurahan where no other column does.
    """
    said = words(heading)
    if not said or len(said) > _LONGEST:
        return None
    if _is_name_and_more(heading):
        return "name"
    exact = _known(said)
    if exact:
        return None if exact in _NO_FIELDS else exact
    if heading_outcome(heading) is not None:
        return "attendance"
    return _inside(said) or _misspelt(said)


def _is_name_and_more(heading: str) -> bool:
    """True for "Nama / Jabatan": a name, and beside it what has a heading of its own.

    "Nama & Jenis Usaha" is that of a business, as is "Nama Instansi / Jabatan".
    """
    parts = _parts(heading)
    if len(parts) < 2 or _known(parts[0]) != "name" or not all(map(_known, parts)):
        return False
    last = parts[-1].split()
    return last[-1] not in _BUSINESS or last[0] == "nama"


def _parts(heading: str) -> list[str]:
    """What a heading names, without the row's number."""
    return [part for text in _SEVERAL.split(heading) if (part := words(text)) and _known(part) != _NUMBER]


def field_beside_name(heading: str) -> str | None:
    """The field that a heading such as "Nama / Jabatan" names beside the name, where its cells hold more of it."""
    if not _is_name_and_more(heading):
        return None
    fields = (_known(part) for part in _parts(heading)[1:])
    return next((field for field in fields if field in _BESIDE_A_NAME), None)


def _known(part: str) -> str | None:
    return _ALONE.get(part) or _ANYWHERE.get(part)


def _inside(said: str) -> str | None:
    """The longest known one that stands in it as whole words: "nama usaha" is no name, "alamat email" no address."""
    padded = f" {said} "
    longest = next((known for known in _LONGEST_FIRST if f" {known} " in padded), None)
    return _ANYWHERE[longest] if longest else None


def _misspelt(said: str) -> str | None:
    squashed = said.replace(" ", "")
    if len(squashed) < _SHORTEST_MISSPELT:
        return None
    close = process.extractOne(squashed, _SQUASHED.keys(), scorer=fuzz.ratio, score_cutoff=_CLOSE)
    return _SQUASHED[close[0]] if close else None


def is_exact_heading(field: str, heading: str) -> bool:
    """True for "Nama Lengkap"; false for "Nama Panggilan" and "Undangan", which are the name where no other is."""
    return _ANYWHERE.get(words(heading)) == field


def is_part_of_a_name(heading: str) -> bool:
    """True for "Nama Depan" and "Last Name"."""
    return words(heading) in _PARTS_OF_A_NAME


def is_number_heading(heading: str) -> bool:
    """True for the column that numbers the rows."""
    return _ALONE.get(words(heading)) == _NUMBER or collapse(heading) == "#"


def is_ignored_heading(heading: str) -> bool:
    """True for a column that is known to hold nothing of use, whatever stands in it."""
    return _ALONE.get(words(heading)) in {_NONE, _ARRIVAL}


def is_status_heading(heading: str) -> bool:
    """True for "Status", which says who came, or whether people are members, or married."""
    return words(heading) == "status"


def is_arrival_heading(heading: str) -> bool:
    """True for "Jam Datang": of use where nothing else says who came."""
    return _ALONE.get(words(heading)) == _ARRIVAL


def is_attendance_part(heading: str) -> bool:
    """True for a heading that is one of several attendance columns: an outcome, a day or a part of one."""
    return heading_outcome(heading) is not None or is_day_heading(heading) or is_part_of_day(heading)
