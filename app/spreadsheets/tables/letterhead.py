"""What stands above the table: the date and the kelurahan that the letterhead names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.people.values.cells import Cell
from app.people.values.dates import parse_date_span
from app.people.values.text import words
from app.spreadsheets.tables.header import row_texts

_DATE_LABELS = frozenset(
    {"hari tanggal", "hari tgl", "tanggal", "tgl", "hari", "tanggal kegiatan", "hari dan tanggal", "day date"}
    | {
        "hari tanggal pelaksanaan",
        "tanggal pelaksanaan",
        "tgl pelaksanaan",
        "tanggal acara",
        "hari tanggal waktu",
    }
)
_TIME_LABELS = frozenset(
    {
        "waktu",
        "waktu kegiatan",
        "waktu pelaksanaan",
        "hari waktu",
        "tanggal waktu",
        "tgl waktu",
        "waktu dan tanggal",
    }
)
"""What they name is a date only with its year: "08.10 - 12.00" is none."""
_KELURAHAN_LABELS = frozenset({"kelurahan", "kel", "nama kelurahan", "desa kelurahan", "kelurahan desa"})
_DATE_WORDS = ("tanggal", "tgl")
_NEXT_LABEL = re.compile(r"\s+[^\W\d]+\s*:.*", re.DOTALL)
"""What follows a value in the same cell: "Manggar   Kecamatan : Balikpapan Timur"."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """`kelurahan` as read; `stated_until` is the last of several days, the date itself where it is one."""

    stated_date: date | None
    stated_until: date | None
    kelurahan: str | None


def parse_letterhead(rows: Sequence[Sequence[Cell]]) -> Letterhead:
    """The first date and the first kelurahan that a label names; "Tempat: Aula Kelurahan X" names none."""
    days, kelurahan = None, None
    for row in rows:
        for label, value, cell in _labelled(row):
            if days is None and label in _DATE_LABELS:
                days = parse_date_span(cell if cell is not None else value)
            elif days is None and label in _TIME_LABELS:
                days = _with_their_year(cell if cell is not None else value)
            elif kelurahan is None and label in _KELURAHAN_LABELS and value:
                kelurahan = value
    first, last = days or (None, None)
    return Letterhead(first, last, kelurahan)


def _with_their_year(cell: Cell) -> tuple[date, date] | None:
    if not isinstance(cell, str):
        return parse_date_span(cell) if isinstance(cell, date) else None
    found = parse_date_span(cell)
    return found if found is not None and str(found[1].year) in cell else None


def _labelled(row: Sequence[Cell]) -> list[tuple[str, str, Cell]]:
    """(label, value as text, value's cell where it is one of its own) of a letterhead's row."""
    found: list[tuple[str, str, Cell]] = []
    texts = row_texts(row)
    for index, text in enumerate(texts):
        label, colon, value = text.partition(":")
        if colon and value.strip():
            found.append((words(label), _NEXT_LABEL.sub("", value).strip(), None))
        elif text:
            following = next((i for i in range(index + 1, len(texts)) if texts[i].strip(": ")), None)
            if following is not None:
                found.append((words(label), texts[following].lstrip(": "), row[following]))
            first, _, rest = text.partition(" ")
            if words(first) in _DATE_WORDS and rest:
                found.append(("tanggal", rest, None))
    return found
