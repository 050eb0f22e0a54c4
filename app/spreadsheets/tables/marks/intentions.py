"""Tell answers of people who registered, or who say that they will come, from marks of people who came."""

import re
from datetime import date, datetime

from app.people.values.cells import Cell, cell_text, split_marks
from app.people.values.dates import END_OF_CENTURY, has_month_first, parse_date, parse_month_first
from app.people.values.text import words
from app.spreadsheets.tables.marks.marks import is_marked, parse_mark

_STATES = frozenset(
    {
        "approved",
        "accepted",
        "pending",
        "tentative",
        "registered",
        "confirmed",
        "waitlisted",
        "invited",
        "going",
        "paid",
    }
    | {
        "terdaftar",
        "dikonfirmasi",
        "terkonfirmasi",
        "konfirmasi",
        "diterima",
        "disetujui",
        "menunggu",
        "diundang",
    }
    | {"bersedia", "insyaallah", "insya allah", "sudah konfirmasi", "belum konfirmasi", "lunas"}
)
_DECLINED = frozenset(
    {"declined", "denied", "rejected", "cancelled", "canceled", "expired", "refunded", "cannot", "not"}
    | {"ditolak", "batal", "dibatalkan", "berhalangan", "menolak", "mundur", "mengundurkan", "n"}
)
_INTENDS = frozenset({"akan", "bersedia", "insyaallah", "insya"})
_HELD_BACK = frozenset({"tidak", "tdk", "tak", "gak", "nggak", "no", "not"})
_CANNOT = re.compile(
    r"\b(?:(?:tidak|tdk|belum|gak) (?:bisa|dapat|bersedia|ikut|hadir)|can ?t|won ?t|unable)\b"
)


def is_intention(cell: Cell) -> bool:
    """Return whether a cell says what was intended or approved: "Approved", "Bersedia", "Insya Allah hadir"."""
    key = words(cell_text(cell))
    tokens = key.split()
    return key in _STATES or key in _DECLINED or not _INTENDS.isdisjoint(tokens)


def is_declined(cell: Cell) -> bool:
    """Return whether somebody declined or was denied: "Tidak", "Maaf, belum bisa", "cancelled"."""
    text = cell_text(cell)
    marks = split_marks(text)
    if marks is not None:
        return any(
            is_declined(mark) or (is_marked(mark) and is_declined(label))
            for label, mark in marks.items()
            if mark
        )
    tokens = words(text).split()
    if not tokens:
        return False
    return (
        tokens[0] in _HELD_BACK
        or not _DECLINED.isdisjoint(tokens)
        or parse_mark(text) in {"absent", "excused"}
        or _CANNOT.search(" ".join(tokens)) is not None
    )


def is_before(cell: Cell, day: date) -> bool:
    """Return whether a time stamp of a form lies before the day; not if it can also be read as a later date."""
    if isinstance(cell, datetime):
        return cell.date() < day
    read = [parse_date(cell, latest=END_OF_CENTURY)]
    if isinstance(cell, str):
        swapped = parse_month_first(cell)
        read = [swapped] if has_month_first(cell) else [*read, swapped]
    dates = [found for found in read if found is not None]
    return bool(dates) and all(found < day for found in dates)
