"""What `jangkau import` shows: how far it has come, and what became of the rows."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TextIO

import orjson
import typer

from app.spreadsheets.attendance.rows import KINDS
from app.spreadsheets.progress import Progress


@contextmanager
def progress_bar(label: str) -> Iterator[Progress]:
    """Rows done of rows, where somebody sits before it."""
    with typer.progressbar(
        length=1, label=label, show_pos=True, file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:

        def tell(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        yield tell


def write_document(output: TextIO, head: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write the import document as JSON, one line for each row, without holding all rows in memory."""
    output.write(f'{_json(head).removesuffix("}")},"rows":[')
    separator = "\n"
    for row in rows:
        output.write(separator + _json(row))
        separator = ",\n"
    output.write("\n]}\n")


def write_summary(
    output: TextIO, head: Mapping[str, Any], remarks: Iterable[tuple[int, str, list[str]]]
) -> None:
    """Write the counts, the warnings, and a line for each remark (row number, name, its sentences)."""
    counts = ", ".join(f"{head['counts'][kind]} {kind}" for kind in ("rows", *KINDS))
    output.write(f"{head['status']}: {counts}\n")
    output.writelines(f"  {warning['text']}\n" for warning in head["warnings"])
    for number, name, sentences in remarks:
        output.writelines(f"  row {number} {name}: {sentence}\n" for sentence in sentences)


def _json(document: Mapping[str, Any]) -> str:
    return orjson.dumps(document).decode()
