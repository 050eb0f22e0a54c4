"""What a column holds, told by its cells alone."""

from collections.abc import Callable, Collection, Sequence

from app.people.cells import Cell, cell_text
from app.people.nik import read_nik
from app.people.place_names import place_key
from app.people.sex import read_sex

_ENOUGH = 3
_CERTAIN = 0.9


def field_of_content(cells: Sequence[Cell], place_keys: Collection[str]) -> str | None:
    """The field that nine of ten cells, and at least three, can only be of; or None."""
    if len(cells) < _ENOUGH:
        return None
    certain: dict[str, Callable[[Cell], bool]] = {
        "nik": _is_nik,
        "phone": _is_mobile,
        "email": lambda cell: "@" in cell_text(cell) and "." in cell_text(cell).rpartition("@")[2],
        "sex": lambda cell: isinstance(cell, str) and read_sex(cell) is not None,
        "kelurahan": lambda cell: isinstance(cell, str) and place_key(cell) in place_keys,
    }
    for field, fits in certain.items():
        if sum(map(fits, cells)) >= _CERTAIN * len(cells):
            return field
    return None


def _is_nik(cell: Cell) -> bool:
    return read_nik(cell).digits is not None or read_nik(cell).problem == "nik-corrupted"


def _is_mobile(cell: Cell) -> bool:
    """A time is none: "08/05/2025 09:12" has such digits too."""
    text = cell_text(cell)
    digits = "".join(filter(str.isdigit, text))
    return ":" not in text and digits.startswith(("08", "628", "8")) and 9 <= len(digits) <= 14
