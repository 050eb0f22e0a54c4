"""Restore drills: a backup is restored into a scratch database, compared, and the scratch database is removed."""

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from app.database import create_engine_for
from app.services.operation.backup_files import Backup
from app.services.operation.restore import restore_backup
from app.settings import Settings

FOLDER_PREFIX = ".jangkau-drill-"
# By this comment a scratch database is known that a killed drill has left.
COMMENT = "scratch copy for a restore drill"
LEFT_BY_KILLED = """
    SELECT datname FROM pg_database JOIN pg_shdescription ON objoid = pg_database.oid
    WHERE classoid = 'pg_database'::regclass AND description = :comment
    AND datdba = (SELECT oid FROM pg_roles WHERE rolname = current_user)
"""


def drill_backup(settings: Settings, engine: Engine, backup: Backup, folder: Path) -> int:
    """Restore a backup into a scratch database, compare all rows, and return their number.

    The scratch database is on the same PostgreSQL server if the database is there and its user may create databases,
    otherwise an SQLite file in a folder within `folder`. Raises what `restore_backup` raises.
    """
    scratch = _scratch_postgresql(engine) if _can_create_databases(engine) else scratch_sqlite(folder)
    with scratch as url:
        target = create_engine_for(url)
        try:
            return restore_backup(target, settings.secret, backup)
        finally:
            target.dispose()


def _can_create_databases(engine: Engine) -> bool:
    """Return whether the database is on PostgreSQL and its user may create others."""
    if engine.dialect.name != "postgresql":
        return False
    statement = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
    with engine.connect() as connection:
        return bool(connection.scalar(text(statement)))


@contextmanager
def scratch_sqlite(folder: Path) -> Iterator[str]:
    """Yield the URL of an SQLite database in a new folder that only its owner can read, and remove it afterwards.

    Folders that killed drills have left are removed first. A drill that runs has its folder locked.
    """
    for left in folder.glob(f"{FOLDER_PREFIX}*"):
        with suppress(OSError), _locked(left):
            shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX, dir=folder) as name, _locked(Path(name)):
        yield f"sqlite:///{Path(name).absolute() / 'scratch.sqlite3'}"


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock a folder. Raises `OSError` if another process has locked it, or if it is a link."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _scratch_postgresql(engine: Engine) -> Iterator[str]:
    """Yield the URL of a new database on the same server, and drop it afterwards, with those of killed drills."""
    name = f"jangkau_drill_{secrets.token_hex(8)}"
    comment = f"{COMMENT} of the database {engine.url.database}"
    server = engine.execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        for left in connection.scalars(text(LEFT_BY_KILLED), {"comment": comment}).all():
            with suppress(OperationalError):  # Another process drills at this moment.
                connection.execute(text(f'DROP DATABASE "{left}"'))
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    try:
        with server.connect() as connection:
            quoted = comment.replace("'", "''")  # The statement takes no parameters.
            connection.exec_driver_sql(f"COMMENT ON DATABASE {name} IS '{quoted}'")
        yield engine.url.set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
