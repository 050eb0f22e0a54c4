"""A table as CSV: headings in the first line for machines, what explains the figures at the end.

Fields are divided by semicolons and the file begins with a byte order mark: a spreadsheet program set to
Indonesian opens that in columns and with its letters right, since the comma is its decimal sign.
"""

import csv
from collections.abc import Iterable
from io import StringIO

from app.reports.table import Cell, Table

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_file(table: Table) -> bytes:
    """The whole table, codes included, as UTF-8 with byte order mark."""
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(_neutralised(column.full_head for column in table.columns))
    writer.writerows(_neutralised(row.cells) for row in table.rows)
    if table.total:
        writer.writerow(_neutralised(table.total.cells))
    writer.writerow([])
    writer.writerows(_neutralised([line]) for line in (table.title, *table.subtitle, *table.notes))
    return text.getvalue().encode("utf-8-sig")


def neutralised(text: str) -> str:
    """Text that a spreadsheet program would take for a formula, kept text by an apostrophe before it."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _neutralised(cells: Iterable[Cell]) -> list[Cell]:
    return [neutralised(cell) if isinstance(cell, str) else cell for cell in cells]
