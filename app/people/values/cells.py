"""Typed cells of a sheet, as JSON and as text. A form's field is treated as a cell that holds a text.

Only the standard library is imported here, so that the parsing child starts quickly.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeAlias

from app.people.values.text import is_placeholder

_LABELLED_MARK = re.compile(r"^\s*(?P<label>[^:|]+?)\s*:\s*(?P<mark>.*?)\s*$")
_SEPARATOR = " | "


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell without a value: `text` is what Excel shows ("#N/A"), "" for a formula never calculated."""

    text: str


Cell: TypeAlias = str | int | float | bool | date | datetime | time | CellError | None

# How a cell looks in JSON. A number stays a number and a text a text; the rest is an object of one key.
JsonCell: TypeAlias = str | int | float | bool | dict[str, str] | None


def cell_to_json(cell: Cell) -> JsonCell:
    """Return a cell as JSON from which `cell_from_json` restores it with its type.

    Dates, times and errors become an object of one key, {"date": "2025-08-05"}; other cells are returned unchanged.
    """
    match cell:
        case datetime():
            return {"datetime": cell.isoformat()}
        case date():
            return {"date": cell.isoformat()}
        case time():
            return {"time": cell.isoformat()}
        case CellError():
            return {"error": cell.text}
        case _:
            return cell


def cell_from_json(stored: JsonCell) -> Cell:
    """Return the cell that `cell_to_json` stored."""
    if not isinstance(stored, dict):
        return stored
    ((kind, text),) = stored.items()
    match kind:
        case "datetime":
            return datetime.fromisoformat(text)
        case "date":
            return date.fromisoformat(text)
        case "time":
            return time.fromisoformat(text)
        case _:
            return CellError(text)


def cell_text(cell: Cell) -> str:
    """Return the text of a cell as a spreadsheet shows it: whole numbers without ".0", dates as dd-mm-yyyy.

    A date with a time other than midnight also has HH:MM. A blank gives "", an error its text or "#FORMULA".
    """
    match cell:
        case str():
            return cell
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case int():
            return str(cell)
        case float():
            return str(int(cell)) if cell.is_integer() else str(cell)
        case datetime():
            return cell.strftime("%d-%m-%Y" if cell.time() == time.min else "%d-%m-%Y %H:%M")
        case date():
            return cell.strftime("%d-%m-%Y")
        case time():
            return cell.strftime("%H:%M")
        case CellError():
            return cell.text or "#FORMULA"


def join_marks(marks: Iterable[tuple[str, Cell]]) -> str:
    """Return the (heading, mark) of several columns as one text, "Hadir: v | Izin:"; "" if no column is marked."""
    shown = [(label.replace("|", "/").replace(":", " ").strip(), cell_text(cell)) for label, cell in marks]
    if not any(mark.strip() for _, mark in shown):
        return ""
    return _SEPARATOR.join(f"{label}: {mark.replace('|', '/')}".strip() for label, mark in shown)


def split_marks(text: str) -> dict[str, str] | None:
    """Return the marks by heading of a text that `join_marks` made, or None for any other text."""
    if "|" not in text:
        return None
    matches = [_LABELLED_MARK.match(part) for part in text.split("|")]
    if None in matches:
        return None
    return {match["label"]: match["mark"] for match in matches if match is not None}


def is_blank_number(cell: Cell) -> bool:
    """Return whether a cell for a number (RT, phone) says nothing: None, 0, or an empty text, a dash or zeros."""
    if isinstance(cell, str):
        return is_placeholder(cell) or not cell.strip("0 ")
    return cell is None or cell == 0
