"""Tables as CSV: the rows first, then title and notes.

Semicolons and a byte order mark make Excel with Indonesian settings, whose decimal sign is the comma, open the file in
columns and with the right characters.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from io import StringIO

from app.i18n import date_text
from app.reports.table import Cell, Table

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def render_csv(table: Table, *others: Table) -> bytes:
    """Return the tables one below the other, code columns included, in UTF-8 with byte order mark.

    Below the rows of the first come its title, subtitle and notes; each of the others has its title above it.
    """
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerows(_rows(table))
    writer.writerow([])
    writer.writerows(_csv_cells([line]) for line in (table.title, *table.subtitle, *table.notes))
    for other in others:
        writer.writerows([[], _csv_cells([other.title])])
        writer.writerows(_rows(other))
    return text.getvalue().encode("utf-8-sig")


def _rows(table: Table) -> Iterator[list[Cell]]:
    """Yield the headings, the rows, and the total if there is one."""
    yield _csv_cells(column.full_heading for column in table.columns)
    for row in (*table.rows, *([table.total] if table.total else [])):
        yield _csv_cells(row.cells)


def _csv_cells(cells: Iterable[Cell]) -> list[Cell]:
    return [cell if cell is None or isinstance(cell, int) else _csv_text(cell) for cell in cells]


def _csv_text(cell: str | float | date) -> str:
    """Return a text that is no formula, a date in digits, or a float with a comma and two to four decimals."""
    if isinstance(cell, str):
        return escape_formula(cell)
    if isinstance(cell, date):
        return date_text(cell)
    whole, _, decimals = f"{cell:.4f}".partition(".")
    return f"{whole},{decimals[:2]}{decimals[2:].rstrip('0')}"


def escape_formula(text: str) -> str:
    """Return the text, with an apostrophe before it if a spreadsheet program would take it for a formula.

    Such a text begins with one of `_FORMULA_STARTS`.
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
