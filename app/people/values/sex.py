"""Parse the sex as Indonesian sheets write it: L (laki-laki) or P (perempuan)."""

from typing import Literal, TypeAlias

from app.people.values.cells import Cell, cell_text, split_marks
from app.people.values.text import words

Sex: TypeAlias = Literal["L", "P"]

_MALE = frozenset(
    {
        "l",
        "lk",
        "lki",
        "laki",
        "lakilaki",
        "laki laki",
        "laki2",
        "laki 2",
        "lelaki",
        "pria",
        "m",
        "male",
        "cowok",
    }
)
_FEMALE = frozenset({"p", "pr", "pe", "prp", "perempuan", "perempun", "wanita", "w", "f", "female", "cewek"})


def parse_sex(text: str) -> Sex | None:
    """Return L or P, or None for anything else ("L/P" is a form's printed text, not an answer)."""
    key = words(text)
    if key in _MALE:
        return "L"
    return "P" if key in _FEMALE else None


def parse_sex_cell(cell: Cell) -> Sex | None:
    """Return the sex of a cell, or None. Of marks in two columns ("L: v | P:") exactly one must be set."""
    text = cell_text(cell)
    marks = split_marks(text)
    if marks is None:
        return parse_sex(text)
    marked = [label for label, mark in marks.items() if mark]
    return parse_sex(marked[0]) if len(marked) == 1 else None
