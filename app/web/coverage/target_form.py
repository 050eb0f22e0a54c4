"""The grid of a year's targets as a form: the text of each cell, the default of an empty one, and the totals."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from app.queries.areas.reference import KelurahanView
from app.queries.coverage.targets import DEFAULT_TARGET, TargetGrid
from app.spreadsheets.target_grid import TargetCell, cell_name, parse_target


@dataclass(frozen=True)
class TargetField:
    """One cell. `text` is its text, `otherwise` the target that applies where it is empty, `kept` the saved text."""

    name: str
    text: str
    otherwise: str
    kept: str

    @property
    def differs(self) -> bool:
        return self.text.strip() != self.kept


@dataclass(frozen=True)
class TargetRow:
    """One kelurahan: the field of the whole, then one for each group. `total` is the sum of the groups.

    A kelurahan that is `closed` within the year is left out of the form's totals.
    """

    place: KelurahanView
    fields: tuple[TargetField, ...]
    total: int
    closed: bool


class TargetForm:
    """The saved grid, with `texts` in place of the saved text of some cells."""

    def __init__(self, grid: TargetGrid, texts: Mapping[TargetCell, str] | None = None) -> None:
        self.year = grid.year
        self.seen = grid.newest_change
        self.groups = grid.groups
        self._kept = kept_texts(grid)
        self._texts = {cell: (texts or {}).get(cell, text) for cell, text in self._kept.items()}
        self._columns = (None, *(group.code for group in grid.groups))
        self._places = grid.places
        self.closed = [place for place in grid.places if grid.is_closed(place)]

    @property
    def defaults(self) -> list[TargetField]:
        """The row that applies to all kelurahan."""
        return [self._field((None, group)) for group in self._columns]

    @property
    def kecamatan(self) -> list[tuple[str, list[TargetRow]]]:
        """The rows of each kecamatan by its name."""
        by_kecamatan = groupby(self._places, lambda place: place.kecamatan)
        return [(name, [self._row(place) for place in places]) for name, places in by_kecamatan]

    @property
    def totals(self) -> list[int]:
        """The city's total of each column, then of all groups."""
        open_places = [place for place in self._places if place not in self.closed]
        columns = [
            sum(self._target(place.code, group) or 0 for place in open_places) for group in self._columns
        ]
        return [*columns, sum(columns[1:])]

    @property
    def changes(self) -> int:
        """The number of cells that differ from what is saved."""
        return sum(self._field(cell).differs for cell in self._texts)

    def _row(self, place: KelurahanView) -> TargetRow:
        fields = tuple(self._field((place.code, group)) for group in self._columns)
        groups = self._columns[1:]
        total = sum(self._target(place.code, group) or 0 for group in groups)
        return TargetRow(place, fields, total, place in self.closed)

    def _field(self, cell: TargetCell) -> TargetField:
        kelurahan, group = cell
        default = _number(self._texts[None, group]) if kelurahan else None
        if default is None and group is None:
            default = DEFAULT_TARGET
        otherwise = "" if default is None else str(default)
        return TargetField(cell_name(cell), self._texts[cell], otherwise, self._kept[cell])

    def _target(self, kelurahan: str, group: str | None) -> int | None:
        """Return the target of a kelurahan that would apply if this form were saved."""
        field = self._field((kelurahan, group))
        own = _number(field.text)
        return _number(field.otherwise) if own is None else own


def kept_texts(grid: TargetGrid) -> dict[TargetCell, str]:
    """Return the saved text of every cell, "" where no target is set."""
    kept = grid.targets.kept
    return {cell: str(kept[cell]) if cell in kept else "" for cell in grid.cells}


def _number(text: str) -> int | None:
    """Return the number, None for text that isn't one: it is left out of totals until it is corrected."""
    try:
        return parse_target(text)
    except ValueError:
        return None
