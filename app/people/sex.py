"""Sex as Indonesian sheets write it: L (laki-laki) or P (perempuan)."""

from typing import Literal, TypeAlias

from app.people.cells import Cell, cell_text, spread_marks
from app.people.text import words

Sex: TypeAlias = Literal["L", "P"]

_MALE = frozenset(
    {
        "l",
        "lk",
        "lki",
        "laki",
        "laki laki",
        "lakilaki",
        "laki2",
        "laki 2",
        "lelaki",
        "pria",
        "m",
        "male",
        "cowok",
    }
)
_FEMALE = frozenset({"p", "pr", "pe", "prp", "perempuan", "wanita", "w", "f", "female", "cewek", "perempun"})


def read_sex(text: str) -> Sex | None:
    """L or P, or None for anything else ("L/P" is the form's own text, not an answer)."""
    said = words(text)
    if said in _MALE:
        return "L"
    return "P" if said in _FEMALE else None


def read_sex_cell(cell: Cell) -> Sex | None:
    """As `read_sex`; also marks in two columns ("L: v | P:"), of which one must be marked."""
    text = cell_text(cell)
    marks = spread_marks(text)
    if marks is None:
        return read_sex(text)
    marked = [label for label, mark in marks.items() if mark]
    return read_sex(marked[0]) if len(marked) == 1 else None
