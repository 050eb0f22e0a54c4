"""One table of a report, ready to be shown: every format prints this and none of them computes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Literal

from app.i18n import Language, decimal_text, integer_text
from app.reports.coverage.report import State

Cell = str | int | float | None
Kind = Literal["code", "text", "name", "state", "integer"]
Counts = Literal["present", "registered", "sessions"]

NO_FIGURE = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Column:
    """`group` is the heading shared with the neighbours of the same group, empty for a column on its own.

    A `code` column is for machines and spreadsheets: `Table.for_people` leaves it out. The `name` column
    says what its row is about. A `state` column holds words that stand beside the mark of their row. Figures of a
    `signed` column are differences and bear a sign. Where a figure `counts` people or sessions, a page may lead to
    them; `narrowed` are the filters that the column adds to those of the row.
    """

    head: str
    kind: Kind
    group: str = ""
    signed: bool = False
    counts: Counts | None = None
    narrowed: Mapping[str, str] = field(default_factory=dict)

    @property
    def full_head(self) -> str:
        """The heading where only one line of headings is possible."""
        return f"{self.group}: {self.head}" if self.group else self.head


@dataclass(frozen=True, slots=True)
class Row:
    """`key` names what the row is about, `mark` is its state where it has one.

    `narrowed` are the filters that leave what the row counts; None where no filter does.
    """

    cells: tuple[Cell, ...]
    key: str = ""
    mark: State | None = None
    narrowed: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """One cell of the two lines of headings."""

    text: str
    columns: int
    lines: int
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """`total` has a cell per column; `name` is short enough for a spreadsheet's tab (31 characters)."""

    name: str
    title: str
    subtitle: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row | None
    notes: tuple[str, ...]

    def for_people(self) -> "Table":
        """The same table without its code columns."""
        kept = [index for index, column in enumerate(self.columns) if column.kind != "code"]

        def without_codes(row: Row) -> Row:
            return replace(row, cells=tuple(row.cells[index] for index in kept))

        return replace(
            self,
            columns=tuple(self.columns[index] for index in kept),
            rows=tuple(without_codes(row) for row in self.rows),
            total=without_codes(self.total) if self.total else None,
        )

    @property
    def heads(self) -> tuple[tuple[Head, ...], tuple[Head, ...]]:
        """Both lines of headings: a column on its own spans the two, a group spans its columns."""
        upper: list[Head] = []
        lower: list[Head] = []
        for group, columns in self._neighbours():
            if group:
                upper.append(Head(group, columns=len(columns), lines=1))
                lower += [Head(column.head, columns=1, lines=1, kind=column.kind) for column in columns]
            else:
                upper += [Head(column.head, columns=1, lines=2, kind=column.kind) for column in columns]
        return tuple(upper), tuple(lower)

    def _neighbours(self) -> Iterator[tuple[str, list[Column]]]:
        for group, columns in groupby(self.columns, key=lambda column: column.group):
            yield group, list(columns)


def cell_text(cell: Cell, language: Language, *, signed: bool = False) -> str:
    """A cell as people read it: thousands grouped, a dash where there is no figure."""
    if cell is None:
        return NO_FIGURE
    if isinstance(cell, float):
        return decimal_text(cell, language)
    if not isinstance(cell, int):
        return cell
    return difference_text(cell, language) if signed else integer_text(cell, language)


def difference_text(difference: int, language: Language) -> str:
    """With its sign, which 0 has none of."""
    sign = "+" if difference > 0 else MINUS if difference < 0 else ""
    return sign + integer_text(abs(difference), language)
