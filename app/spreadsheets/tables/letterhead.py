"""Parse the letterhead above a table: the date and the kelurahan of the list."""

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
"""Labels after which a date needs its year, as "08.10 - 12.00" is a time."""
_KELURAHAN_LABELS = frozenset({"kelurahan", "kel", "nama kelurahan", "desa kelurahan", "kelurahan desa"})
_DATE_WORDS = ("tanggal", "tgl")
_NEXT_LABEL = re.compile(r"\s+[^\W\d]+\s*:.*", re.DOTALL)
"""Another label in the same cell: "Manggar   Kecamatan : Balikpapan Timur"."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The facts of a letterhead. `kelurahan` is the text; `stated_until` is the last of several days."""

    stated_date: date | None
    stated_until: date | None
    kelurahan: str | None


def parse_letterhead(rows: Sequence[Sequence[Cell]]) -> Letterhead:
    """Return the first labelled date and kelurahan in the rows, None where there is none.

    "Tempat: Aula Kelurahan X" is not a kelurahan.
    """
    days, kelurahan = None, None
    for row in rows:
        for label, value, cell in _label_pairs(row):
            if days is None and label in _DATE_LABELS:
                days = parse_date_span(cell if cell is not None else value)
            elif days is None and label in _TIME_LABELS:
                days = _days_with_year(cell if cell is not None else value)
            elif kelurahan is None and label in _KELURAHAN_LABELS and value:
                kelurahan = value
    first, last = days or (None, None)
    return Letterhead(first, last, kelurahan)


def _days_with_year(cell: Cell) -> tuple[date, date] | None:
    """Return the first and last day if the cell is a date or a text with the year, else None."""
    if not isinstance(cell, str):
        return parse_date_span(cell) if isinstance(cell, date) else None
    days = parse_date_span(cell)
    return days if days is not None and str(days[1].year) in cell else None


def _label_pairs(row: Sequence[Cell]) -> list[tuple[str, str, Cell]]:
    """Return (folded label, value as text, the value's own cell or None) for each label in a row.

    None: the value stands in the label's cell.
    """
    pairs: list[tuple[str, str, Cell]] = []
    texts = row_texts(row)
    for index, text in enumerate(texts):
        label, colon, value = text.partition(":")
        if colon and value.strip():
            pairs.append((words(label), _NEXT_LABEL.sub("", value).strip(), None))
        elif text:
            following = next((i for i in range(index + 1, len(texts)) if texts[i].strip(": ")), None)
            if following is not None:
                pairs.append((words(label), texts[following].lstrip(": "), row[following]))
            first, _, rest = text.partition(" ")
            if words(first) in _DATE_WORDS and rest:
                pairs.append(("tanggal", rest, None))
    return pairs
