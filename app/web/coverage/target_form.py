"""The grid of a year's targets as a form with its sums, and as a table to download."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from app.i18n import Language, Translator, day_text
from app.queries.areas.reference import KelurahanView
from app.queries.coverage.targets import TargetGrid
from app.reports.table import Column, Row, Table
from app.spreadsheets.target_grid import TargetCell, cell_name, parse_target


@dataclass(frozen=True)
class TargetField:
    """A field of the grid: `text` is its value, `saved` the saved one, `placeholder` the target if it is empty."""

    name: str
    text: str
    placeholder: str
    saved: str

    @property
    def differs(self) -> bool:
        """Whether the text differs from the saved one, apart from spaces around it."""
        return self.text.strip() != self.saved


@dataclass(frozen=True)
class TargetRow:
    """A kelurahan with a field for itself and one for each group; `total` is the sum of the groups.

    A kelurahan that was closed within the year is left out of the form's totals.
    """

    kelurahan: KelurahanView
    fields: tuple[TargetField, ...]
    total: int
    closed: bool


class TargetForm:
    """The grid with the texts of a form; without `texts` it shows what is saved."""

    def __init__(self, grid: TargetGrid, texts: Mapping[TargetCell, str] | None = None) -> None:
        self.year = grid.year
        self.seen = grid.newest_change
        self.groups = grid.groups
        self.closed = [kelurahan for kelurahan in grid.kelurahan if grid.is_closed(kelurahan)]
        self._kelurahan = grid.kelurahan
        self._columns = (None, *(group.code for group in grid.groups))
        self._saved = saved_texts(grid)
        self._texts = {cell: (texts or {}).get(cell, saved) for cell, saved in self._saved.items()}

    @property
    def defaults(self) -> list[TargetField]:
        """The fields of the row for all kelurahan: for a kelurahan as a whole, then for each group."""
        return [self._field((None, group)) for group in self._columns]

    @property
    def kecamatan(self) -> list[tuple[str, list[TargetRow]]]:
        """The name of each kecamatan with the rows of its kelurahan, in the order of the grid."""
        by_kecamatan = groupby(self._kelurahan, lambda kelurahan: kelurahan.kecamatan)
        return [(name, [self._row(kelurahan) for kelurahan in rows]) for name, rows in by_kecamatan]

    @property
    def totals(self) -> list[int]:
        """The city's sum of each column, and the sum over all groups at the end.

        Kelurahan that were closed within the year are left out. Empty cells count as the default of their column.
        """
        codes = [kelurahan.code for kelurahan in self._kelurahan if kelurahan not in self.closed]
        columns = [sum(self._target(code, group) or 0 for code in codes) for group in self._columns]
        return [*columns, sum(columns[1:])]

    @property
    def changes(self) -> int:
        """The number of cells that differ from what is saved."""
        return sum(self._field(cell).differs for cell in self._texts)

    def _row(self, kelurahan: KelurahanView) -> TargetRow:
        """Return the row of a kelurahan with its fields, and the sum of its groups' targets that apply."""
        fields = tuple(self._field((kelurahan.code, group)) for group in self._columns)
        total = sum(self._target(kelurahan.code, group) or 0 for group in self._columns[1:])
        return TargetRow(kelurahan, fields, total, kelurahan in self.closed)

    def _field(self, cell: TargetCell) -> TargetField:
        """Return the field of a cell. Its placeholder is the target that applies if the cell is empty.

        That is the target of the row for all kelurahan; it is blank if that is empty too.
        """
        kelurahan, group = cell
        default = _number(self._texts[None, group]) if kelurahan else None
        placeholder = "" if default is None else str(default)
        return TargetField(cell_name(cell), self._texts[cell], placeholder, self._saved[cell])

    def _target(self, kelurahan: str, group: str | None) -> int | None:
        """Return the target that a kelurahan, or a group there, has if the form is saved.

        None if neither its cell nor the row for all kelurahan has one.
        """
        field = self._field((kelurahan, group))
        target = _number(field.text)
        return _number(field.placeholder) if target is None else target


def saved_texts(grid: TargetGrid) -> dict[TargetCell, str]:
    """Return the saved target of every cell as text, empty if none is set."""
    saved = grid.targets.saved
    return {cell: str(saved[cell]) if cell in saved else "" for cell in grid.cells}


def closed_names(form: TargetForm, _: Translator, language: Language) -> list[str]:
    """Return the names of the kelurahan that were closed within the year, each with its last day."""
    return [
        _("%(name)s (until %(date)s)")
        % {"name": kelurahan.name, "date": day_text(kelurahan.valid_to, language)}
        for kelurahan in form.closed
        if kelurahan.valid_to
    ]


def target_table(grid: TargetGrid, _: Translator, language: Language) -> Table:
    """Return the saved targets as a table, to fill in and upload again.

    It has a row for all kelurahan and one per kelurahan, whose cells are empty if it has no target of its own. The
    total row has the sums of the targets that apply.
    """
    saved = grid.targets.saved
    columns = (None, *(group.code for group in grid.groups))
    form = TargetForm(grid)
    closed = ", ".join(closed_names(form, _, language))
    return Table(
        name=_("Targets %(year)s") % {"year": grid.year},
        title=_("Targets %(year)s") % {"year": grid.year},
        subtitle=(_("People to be reached by the workshops"),),
        columns=(
            Column(_("Code"), "text"),
            Column(_("Kecamatan"), "text"),
            Column(_("Kelurahan"), "name"),
            *(
                Column(label, "integer")
                for label in (_("As a whole"), *(group.label for group in grid.groups))
            ),
        ),
        rows=(
            Row(("", "", _("For all kelurahan"), *(saved.get((None, group)) for group in columns))),
            *(
                Row(
                    (
                        kelurahan.code,
                        kelurahan.kecamatan,
                        kelurahan.name,
                        *(saved.get((kelurahan.code, group)) for group in columns),
                    )
                )
                for kelurahan in grid.kelurahan
            ),
        ),
        total=Row(("", "", _("Total"), *form.totals[:-1])),
        notes=(
            _("An empty cell takes the figure of the line “For all kelurahan”. 0 means: no target."),
            _("Where both are empty no target is set: one participant is enough to reach the kelurahan."),
            _("The target of a kelurahan as a whole is independent of those of its groups."),
            *(
                [_("Closed within the year, and in no sum: %(places)s.") % {"places": closed}]
                if closed
                else ()
            ),
        ),
    )


def _number(text: str) -> int | None:
    """Return the target in a field, None if the text is empty or not a valid target."""
    try:
        return parse_target(text)
    except ValueError:
        return None
