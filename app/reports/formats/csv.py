"""A table as CSV: headings in the first line for machines, what explains the figures at the end.

Fields are divided by semicolons and the file begins with a byte order mark: a spreadsheet program set to
Indonesian opens that in columns and with its letters right, since the comma is its decimal sign.
"""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from babel.numbers import format_decimal

from app.reports.table import Cell, Table

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_file(table: Table, *further: Table) -> bytes:
    """The whole table, codes included, as UTF-8 with byte order mark; after it further ones, each under its title."""
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows(_lines(table))
    writer.writerow([])
    writer.writerows(_neutralised([line]) for line in (table.title, *table.subtitle, *table.notes))
    for other in further:
        writer.writerows([[], _neutralised([other.title])])
        writer.writerows(_lines(other))
    return text.getvalue().encode("utf-8-sig")


def _lines(table: Table) -> Iterator[list[Cell]]:
    yield _neutralised(column.full_head for column in table.columns)
    for row in (*table.rows, *([table.total] if table.total else [])):
        yield _neutralised(row.cells)


def neutralised(text: str) -> str:
    """Text that a spreadsheet program would take for a formula, kept text by an apostrophe before it."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _neutralised(cells: Iterable[Cell]) -> list[Cell]:
    return [_written(cell) for cell in cells]


def _written(cell: Cell) -> Cell:
    if isinstance(cell, float):
        return format_decimal(cell, format="0.00##", locale="id")
    return neutralised(cell) if isinstance(cell, str) else cell
