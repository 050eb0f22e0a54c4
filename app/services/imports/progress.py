"""The progress of an import: how many of its rows have been read or committed so far.

The transaction that does the work cannot store it, since its changes are invisible until it commits. On PostgreSQL a
short transaction of its own writes the numbers to two columns of the outbox task. SQLite has only one writer at a time,
so a small file beside the database holds the numbers instead; one file is enough, since only one task runs at a time.
"""

import json
import os
from pathlib import Path
from typing import Protocol

from sqlalchemy import ColumnElement, Engine, select, update
from sqlmodel import col

from app.database import reading, writing
from app.models import OutboxKind, OutboxTask


class ImportProgress(Protocol):
    """Where the progress of imports is stored; every process can read it."""

    def write(self, import_id: int, done: int, total: int) -> None:
        """Store that `done` of `total` rows are done."""

    def read(self, import_id: int) -> tuple[int, int] | None:
        """Return the rows done and the total; None if the import is not being processed or nothing is done yet."""

    def clear(self, import_id: int) -> None:
        """Delete the numbers, when the work has ended or begins again. Does nothing if there are none."""


def import_progress(engine: Engine) -> ImportProgress:
    """Return the storage for the progress of this database's imports: a file for SQLite, else the outbox."""
    if engine.dialect.name == "sqlite":
        return _ProgressFile(Path(f"{engine.url.database}-progress"))
    return _ProgressColumns(engine)


class _ProgressColumns:
    """Stores the progress in the columns of the import's outbox task, each time in a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def write(self, import_id: int, done: int, total: int) -> None:
        self._update(import_id, done, total)

    def read(self, import_id: int) -> tuple[int, int] | None:
        statement = select(col(OutboxTask.rows_done), col(OutboxTask.rows_total)).where(
            *_of_import(import_id), col(OutboxTask.rows_done).is_not(None)
        )
        with reading(self._engine) as db:
            numbers = db.execute(statement.limit(1)).one_or_none()
        return (numbers[0], numbers[1]) if numbers else None

    def clear(self, import_id: int) -> None:
        self._update(import_id, None, None)

    def _update(self, import_id: int, done: int | None, total: int | None) -> None:
        with writing(self._engine) as db:
            db.execute(
                update(OutboxTask).where(*_of_import(import_id)).values(rows_done=done, rows_total=total)
            )


def _of_import(import_id: int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the outbox tasks that read or commit an import."""
    return (
        col(OutboxTask.kind).in_((OutboxKind.READ_IMPORT, OutboxKind.COMMIT_IMPORT)),
        col(OutboxTask.payload)["import"].as_integer() == import_id,
    )


class _ProgressFile:
    """Stores the progress of one import at a time in a JSON file, as [import id, rows done, rows in total]."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, import_id: int, done: int, total: int) -> None:
        new_file = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        new_file.write_text(json.dumps([import_id, done, total]))
        new_file.replace(self._path)  # Atomic: readers never find half of the numbers.

    def read(self, import_id: int) -> tuple[int, int] | None:
        """Return the rows done and the total; None without a file, or if it is about another import."""
        try:
            of_import, done, total = json.loads(self._path.read_text())
        except FileNotFoundError:
            return None
        return (done, total) if of_import == import_id else None

    def clear(self, import_id: int) -> None:
        self._path.unlink(missing_ok=True)
