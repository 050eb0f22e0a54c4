"""Resolve dittos: cells that repeat the one above, as "sda" (sama dengan atas), "idem" or a quotation mark."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import product

from app.people.values.cells import Cell
from app.people.values.text import words
from app.spreadsheets.detected_table import SheetRow

_DITTO_WORDS = frozenset({"sda", "s d a", "idem", "sda atas", "sama"})
_DITTO_MARKS = frozenset({'"', "”", "“", "„", "''", "″", "〃", '""', "’’", ",,", "``"})
_MAX_SHORT_DITTO_LENGTH = 8
_DITTO_PHRASES = frozenset(
    case(f"{word} {like}{above}")
    for word, like, above, case in product(
        ("sda", "s.d.a", "s.d.a.", "idem", "sama"),
        ("", "dengan ", "dgn ", "seperti ", "spt "),
        ("atas", "diatas", "di atas", "atasnya", "diatasnya", "di atasnya"),
        (str.lower, str.capitalize, str.title, str.upper),
    )
)
"""Longer dittos, in the spellings of lists typed by hand."""


def resolve_dittos(rows: Iterable[SheetRow]) -> Iterator[tuple[SheetRow, Mapping[str, Cell]]]:
    """Yield each row with its cells by field, dittos replaced by the (resolved) cell of the row above.

    A ditto below no cell is left out. The row itself keeps its own cells.
    """
    cells: Mapping[str, Cell] = {}
    for row in rows:
        cells = _resolve_row(row, cells)
        yield row, cells


def _resolve_row(row: SheetRow, above: Mapping[str, Cell]) -> Mapping[str, Cell]:
    """Return the row's cells, with dittos replaced by the cells `above` or left out if those have none."""
    cells = row.cells
    dittos = [
        field
        for field, cell in cells.items()
        if type(cell) is str
        and (_is_ditto(cell) if len(cell) <= _MAX_SHORT_DITTO_LENGTH else cell in _DITTO_PHRASES)
        and not (field == "name" and words(cell) == "sama")  # "Sama" may be a name.
    ]
    if not dittos:
        return cells
    return {
        field: above.get(field) if field in dittos else cell
        for field, cell in cells.items()
        if field not in dittos or field in above
    }


@lru_cache(maxsize=4096)
def _is_ditto(text: str) -> bool:
    """Return whether a short text is a ditto mark or word: '"', "sda", "idem"."""
    return text.strip("-–— ") in _DITTO_MARKS or words(text) in _DITTO_WORDS
