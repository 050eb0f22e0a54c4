"""What `jangkau import` shows: how far it has come, and what became of the rows."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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


def print_import(document: dict[str, Any], *, as_json: bool) -> None:
    """The import document, as it is or in lines for people."""
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False, indent=1))
        return
    counts = ", ".join(f"{document['counts'][kind]} {kind}" for kind in ("rows", *KINDS))
    typer.echo(f"{document['status']}: {counts}")
    for warning in document["warnings"]:
        typer.echo(f"  {warning['text']}")
    for row in document["rows"]:
        for message in row["messages"]:
            typer.echo(f"  row {row['number']} {row['name'] or ''}: {message['text']}")
