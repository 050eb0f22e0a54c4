"""The migrations: apply them, and say which of them a database has."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

import pysqlite3.dbapi2 as sqlite3
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from app.errors import Problem
from app.settings import sync_folder


def alembic_config(engine: Engine | None = None) -> Config:
    """Return the Alembic configuration by which the engine's database is migrated; without one, to read the migrations.

    The migrations are in `app/migrations` in the wheel, in `migrations` beside `app` in the repository.
    """
    inside = Path(__file__).parent / "migrations"
    config = Config()
    config.set_main_option(
        "script_location", str(inside if inside.is_dir() else inside.parent.parent / "migrations")
    )
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine) -> Path | None:
    """Apply all migrations that the database lacks. Safe to call from several servers that start at the same time.

    An SQLite database that lacks some is copied first; return the path of the copy, or None if none was made.
    Raises `Problem` with the code `newer-database` if a newer version of the program has migrated it.
    """
    with _newer_database_refused():
        copy = _copy_before_upgrade(engine)
        command.upgrade(alembic_config(engine), "head")
    return copy


def upgrade_within(connection: Connection, revision: str = "head") -> None:
    """Apply the migrations up to a revision in the transaction of the connection, as far as the database lacks them.

    On SQLite foreign keys must be off. Raises `Problem` with the code `newer-database` for a revision that this version
    of the program does not know.
    """
    config = alembic_config(connection.engine)
    config.attributes["connection"] = connection
    with _newer_database_refused():
        command.upgrade(config, revision)


@contextmanager
def _newer_database_refused() -> Iterator[None]:
    """Raise `Problem` with the code `newer-database` if the block meets a revision that is not known here."""
    try:
        yield
    except CommandError as error:
        if not isinstance(error.__cause__, ResolutionError):
            raise
        raise Problem(
            "A newer version of Jangkau has changed this database. Start that one, or take a copy from before.",
            code="newer-database",
        ) from error


def current_revision(engine: Engine) -> str | None:
    """Return the revision of the latest migration that the database has, or None for one without tables."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def known_revisions() -> tuple[str, ...]:
    """Return all migrations of this program, the newest first. Reading their files takes some milliseconds."""
    script = ScriptDirectory.from_config(alembic_config())
    return tuple(entry.revision for entry in script.walk_revisions("base", "heads"))


def _copy_before_upgrade(engine: Engine) -> Path | None:
    """Copy an SQLite database that lacks migrations to a file beside it, and return its path; otherwise None.

    The copy is named after the revision that it has, and readable by its owner only. Disk space is needed for it.
    """
    if engine.dialect.name != "sqlite":
        return None
    revision = current_revision(engine)
    if revision is None or revision == known_revisions()[0]:
        return None
    ScriptDirectory.from_config(alembic_config(engine)).get_revision(revision)  # raises if it is a newer one
    database = Path(str(engine.url.database))
    copy = database.with_name(f"{database.stem}-before-upgrade-from-{revision}{database.suffix}")
    unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        with closing(engine.raw_connection()) as connection:
            driver: sqlite3.Connection = connection.driver_connection
            driver.execute("VACUUM INTO ?", (str(unfinished),))
        if _revision_of_file(unfinished) != revision:
            return None  # Another server has upgraded it, and copied it before that.
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(copy)
        sync_folder(copy.parent)
    finally:
        unfinished.unlink(missing_ok=True)
    return copy


def _revision_of_file(path: Path) -> str | None:
    """Return the revision of an SQLite database that nobody uses."""
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None
