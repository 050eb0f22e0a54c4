"""A table of a report, ready to print: every format prints it as it is, none of them computes figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from typing import Literal

from app.i18n import Language, date_text, decimal_text, integer_text
from app.reports.coverage.states import STATES, State

Cell = str | int | float | date | None
Kind = Literal["code", "text", "name", "state", "integer"]
Counts = Literal["present", "registered", "attendances", "sessions", "target", "gap"]

NO_FIGURE = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its heading.

    `kind`     how its cells are shown: "code" is left out for people, "name" heads its row, "state" has an icon
    `group`    a heading shared with the neighbouring columns of the same group, empty without one
    `signed`   whether its figures are differences and have a sign
    `counts`   what its figures count, if a page may link to it
    `filters`  the filters that the column adds to those of the row
    `sort`     the name by which a page may sort its rows, empty if it can't
    """

    heading: str
    kind: Kind
    group: str = ""
    signed: bool = False
    counts: Counts | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""

    @property
    def full_heading(self) -> str:
        """The heading for formats with a single line of headings: "GROUP: HEADING", or the heading without a group."""
        return f"{self.group}: {self.heading}" if self.group else self.heading


@dataclass(frozen=True, slots=True)
class Row:
    """A row of cells.

    `key`      the code of what the row is about
    `mark`     its state, if it has one
    `filters`  the filters that restrict a report to what the row counts; None if no filters do
    """

    cells: tuple[Cell, ...]
    key: str = ""
    mark: State | None = None
    filters: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A cell in the two lines of headings, spanning `columns` and `lines`.

    `kind` is None for a group; otherwise it, `counts` and `sort` are those of the column.
    """

    text: str
    columns: int
    lines: int
    kind: Kind | None = None
    counts: Counts | None = None
    sort: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with title and notes. `name` is the name of a worksheet, at most 31 characters."""

    name: str
    title: str
    subtitle: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row | None
    notes: tuple[str, ...]

    def for_people(self) -> "Table":
        """Return the same table without the columns of the kind `code`, and without their cells."""
        return self._with_columns([i for i, column in enumerate(self.columns) if column.kind != "code"])

    def split(self, max_figures: int) -> tuple["Table", ...]:
        """Return the table as several that have at most `max_figures` columns of whole numbers each, to fit on paper.

        Columns with the same group stay together. The columns before the first number are repeated, without the state.
        """
        numbers = [index for index, column in enumerate(self.columns) if column.kind == "integer"]
        first = numbers[0] if numbers else len(self.columns)
        parts: list[list[int]] = [[]]
        for _, group in groupby(range(first, len(self.columns)), key=lambda index: self.columns[index].group):
            columns = list(group)
            if parts[-1] and len(parts[-1]) + len(columns) > max_figures:
                parts.append([])
            parts[-1] += columns
        repeated = [index for index in range(first) if self.columns[index].kind != "state"]
        return tuple(
            self._with_columns([*(repeated if number else range(first)), *part])
            for number, part in enumerate(parts)
        )

    def _with_columns(self, indexes: Sequence[int]) -> "Table":
        """Return the same table with only the columns at these indexes, and their cells."""

        def cells_at(row: Row) -> Row:
            return replace(row, cells=tuple(row.cells[index] for index in indexes))

        return replace(
            self,
            columns=tuple(self.columns[index] for index in indexes),
            rows=tuple(cells_at(row) for row in self.rows),
            total=cells_at(self.total) if self.total else None,
        )

    def sorted_by(self, name: str) -> "Table":
        """Return the same table with its rows sorted by the column with this `sort`; as it is for "".

        Figures begin with the largest, states with the one that needs most, texts with A. Cells without a figure come
        last, and equal rows keep their order.
        """
        index = next(
            (index for index, column in enumerate(self.columns) if name and column.sort == name), None
        )
        if index is None:
            return self

        def sort_key(row: Row) -> tuple[bool, int, str]:
            cell = row.cells[index]
            if self.columns[index].kind == "state":
                return row.mark is None, -STATES.index(row.mark or "none"), ""
            if self.columns[index].kind == "integer":
                return (False, -int(cell), "") if isinstance(cell, int) else (True, 0, "")
            return False, 0, str(cell)

        return replace(self, rows=tuple(sorted(self.rows, key=sort_key)))

    @property
    def headings(self) -> tuple[tuple[Heading, ...], tuple[Heading, ...]]:
        """Both lines of headings: a column without a group spans both lines, a group spans its columns.

        If no column has a group, the lower line is empty and nothing spans it.
        """
        upper: list[Heading] = []
        lower: list[Heading] = []
        all_lines = 2 if any(column.group for column in self.columns) else 1
        for group, neighbours in groupby(self.columns, key=lambda column: column.group):
            columns = list(neighbours)
            lines = 1 if group else all_lines
            headings = [
                Heading(
                    column.heading,
                    columns=1,
                    lines=lines,
                    kind=column.kind,
                    counts=column.counts,
                    sort=column.sort,
                )
                for column in columns
            ]
            if group:
                upper.append(Heading(group, columns=len(columns), lines=1))
                lower += headings
            else:
                upper += headings
        return tuple(upper), tuple(lower)


def cell_text(cell: Cell, language: Language, *, signed: bool = False) -> str:
    """Return a cell as text: a dash for None, a text as it is, a number formatted in the language, a date in digits.

    A float has two to four decimals. If `signed`, a whole number other than 0 begins with a plus or a minus sign; a
    float is not affected.
    """
    if cell is None:
        return NO_FIGURE
    if isinstance(cell, float):
        return decimal_text(cell, language)
    if isinstance(cell, date):
        return date_text(cell)
    if not isinstance(cell, int):
        return cell
    if not signed:
        return integer_text(cell, language)
    sign = "+" if cell > 0 else MINUS if cell < 0 else ""
    return sign + integer_text(abs(cell), language)
