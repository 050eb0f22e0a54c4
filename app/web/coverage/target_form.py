"""The grid of a year's targets as a form: what stands in each cell, what holds where nothing does, and the sums."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from app.queries.areas.reference import KelurahanView
from app.queries.coverage.targets import DEFAULT_TARGET, TargetGrid
from app.spreadsheets.target_grid import TargetCell, cell_name, read_target


@dataclass(frozen=True)
class TargetField:
    """`text` is what is typed, `otherwise` what holds where nothing is; `kept` is what is saved now."""

    name: str
    text: str
    otherwise: str
    kept: str

    @property
    def differs(self) -> bool:
        return self.text.strip() != self.kept


@dataclass(frozen=True)
class TargetRow:
    """One kelurahan: the whole first, then each group. `total` is the sum of the groups.

    One that is `closed` within the year is in none of the form's totals.
    """

    place: KelurahanView
    fields: tuple[TargetField, ...]
    total: int
    closed: bool


class TargetForm:
    """A grid with what is typed into it; `typed` None: as it is saved."""

    def __init__(self, grid: TargetGrid, typed: Mapping[TargetCell, str] | None = None) -> None:
        self.year = grid.year
        self.seen = grid.newest_change
        self.groups = grid.groups
        self._kept = kept_texts(grid)
        self._typed = {cell: (typed or {}).get(cell, text) for cell, text in self._kept.items()}
        self._columns = (None, *(group.code for group in grid.groups))
        self._places = grid.places
        self.closed = [place for place in grid.places if grid.is_closed(place)]

    @property
    def defaults(self) -> list[TargetField]:
        """The row for all kelurahan."""
        return [self._field((None, group)) for group in self._columns]

    @property
    def kecamatan(self) -> list[tuple[str, list[TargetRow]]]:
        """The rows of each kecamatan by its name."""
        found = groupby(self._places, lambda place: place.kecamatan)
        return [(name, [self._row(place) for place in places]) for name, places in found]

    @property
    def totals(self) -> list[int]:
        """The city's sum of each column, and of all groups in the end."""
        lasting = [place for place in self._places if place not in self.closed]
        columns = [sum(self._target(place.code, group) or 0 for place in lasting) for group in self._columns]
        return [*columns, sum(columns[1:])]

    @property
    def changes(self) -> int:
        """How many cells differ from what is saved."""
        return sum(self._field(cell).differs for cell in self._typed)

    def _row(self, place: KelurahanView) -> TargetRow:
        fields = tuple(self._field((place.code, group)) for group in self._columns)
        groups = self._columns[1:]
        total = sum(self._target(place.code, group) or 0 for group in groups)
        return TargetRow(place, fields, total, place in self.closed)

    def _field(self, cell: TargetCell) -> TargetField:
        kelurahan, group = cell
        default = _number(self._typed[None, group]) if kelurahan else None
        if default is None and group is None:
            default = DEFAULT_TARGET
        otherwise = "" if default is None else str(default)
        return TargetField(cell_name(cell), self._typed[cell], otherwise, self._kept[cell])

    def _target(self, kelurahan: str, group: str | None) -> int | None:
        """What would hold for a kelurahan if this were saved."""
        field = self._field((kelurahan, group))
        own = _number(field.text)
        return _number(field.otherwise) if own is None else own


def kept_texts(grid: TargetGrid) -> dict[TargetCell, str]:
    """Every cell as it is saved, empty where nothing is set."""
    kept = grid.targets.kept
    return {cell: str(kept[cell]) if cell in kept else "" for cell in grid.cells}


def _number(text: str) -> int | None:
    """What is no number counts as nothing in sums, until it is put right."""
    try:
        return read_target(text)
    except ValueError:
        return None
