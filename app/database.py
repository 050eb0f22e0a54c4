"""The engine, the rules that SQLite needs, and the two kinds of transactions.

Readers begin plainly and are never committed. Writers begin IMMEDIATE on SQLite, so that two of them
can't both read before either writes (a quota checked by both would be given out twice).
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum, unique
from pathlib import Path
from threading import Lock
from typing import Any

import orjson
from alembic import command
from alembic.config import Config
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, event, func, inspect, select, text
from sqlalchemy import create_engine as sqlalchemy_engine
from sqlalchemy.exc import DataError, DontWrapMixin, IntegrityError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from app.errors import Problem
from app.settings import Settings, make_folder

Db = Session

# How many requests of a process use the database at the same time; `web.dependencies` makes the others wait. A request
# has at most two connections, one to read and one to write, and the background work has a few. The pool holds them all:
# otherwise requests with a connection and no thread would block requests with a thread and no connection.
MAX_REQUESTS = 20
POOL = {"pool_size": MAX_REQUESTS, "max_overflow": MAX_REQUESTS + 10}
BUSY_MILLISECONDS = 30_000
# How long the rewriting of a table waits for others that use it.
VACUUM_LOCK_MILLISECONDS = 10_000


@unique
class AdvisoryLock(IntEnum):
    """The numbers of PostgreSQL's advisory locks; most are taken by `services.locks`.

    `IDENTITY` is the first half of the two numbers of each lock on identity keys.
    """

    IDENTITY = 64_710_001
    WORKER = 64_710_002
    REFERENCE_DATA = 64_710_003
    LOGINS = 64_710_004
    TARGETS = 64_710_005
    ISSUED_REPORTS = 64_710_006


# A NUL as JSON writes it, and not a backslash before "u0000".
_NUL_IN_JSON = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

# The key in a connection's record that says that it holds the lock of `_WriterQueue`.
_HOLDS_QUEUE = "holds-queue"


# The execution option that says whether a WhatsApp gateway is set up.
_HAS_WHATSAPP = "has_whatsapp_gateway"


class NoSuchText(ValueError, DontWrapMixin):
    """A text that cannot be stored: it has a NUL in it, or half of a surrogate pair."""


def create_engine(settings: Settings) -> Engine:
    """Return the engine of the primary database. It carries what services must know of the settings."""
    engine = _create_engine_for(settings.database)
    engine.update_execution_options(**{_HAS_WHATSAPP: settings.sends_whatsapp})
    return engine


def has_whatsapp_gateway(db: Db) -> bool:
    """Return whether this installation sends WhatsApp messages by a gateway (`JANGKAU_WHATSAPP_URL`)."""
    return bool(db.get_bind().get_execution_options().get(_HAS_WHATSAPP, False))


def create_report_engine(settings: Settings, primary: Engine) -> Engine:
    """Return the engine that reports read from: a new one for the replica if one is configured, else `primary`."""
    return _create_engine_for(settings.report_database_url) if settings.report_database_url else primary


class _WriterQueue:
    """A lock that lets one transaction of this process at a time begin to write to SQLite.

    Without it SQLite makes a writer that finds the database locked try again after ever longer pauses: of 40 threads
    that registered 200 people the slowest waited 4.2 to 6.5 s instead of 1.4 to 2.4, and all took up to twice as long
    (2026-11-30, 2 cores, four runs). Other processes are still waited for in SQLite's way.
    """

    def __init__(self) -> None:
        self._lock = Lock()

    def begin(self, connection: Connection) -> None:
        """Wait until no other connection of this process writes, if the connection is to write.

        At most `BUSY_MILLISECONDS`. The lock is kept until the connection returns to the pool.
        """
        record_info = connection.connection.record_info
        if record_info is None or record_info.get(_HOLDS_QUEUE) or not _is_for_writing(connection):
            return
        # If the time runs out, `BEGIN IMMEDIATE` raises SQLite's own error.
        record_info[_HOLDS_QUEUE] = self._lock.acquire(timeout=BUSY_MILLISECONDS / 1000)

    def checked_in(self, _connection: object, entry: ConnectionPoolEntry) -> None:
        """Release the lock, if this connection has it, when it returns to the pool."""
        if entry.record_info and entry.record_info.pop(_HOLDS_QUEUE, False):
            self._lock.release()


def _create_engine_for(url: str) -> Engine:
    """Return an engine for the URL, with a pool of the size `POOL`. Parameters never appear in errors or logs.

    For SQLite it creates the file's folder, sets the pragmas, begins transactions as `_begin_sqlite` does, and refuses
    NUL in texts.
    """
    if url.startswith("sqlite"):
        path = url.removeprefix("sqlite:///")
        make_folder(Path(path).parent)
        engine = sqlalchemy_engine(
            url,
            **POOL,
            hide_parameters=True,
            connect_args={"isolation_level": None, "check_same_thread": False},
            json_serializer=json_text,
            json_deserializer=orjson.loads,
        )
        event.listen(engine, "connect", _prepare_sqlite)
        queue = _WriterQueue()
        event.listen(engine, "begin", queue.begin)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "checkin", queue.checked_in)
        event.listen(engine, "before_cursor_execute", _refuse_nul)
        return engine
    return sqlalchemy_engine(
        url,
        **POOL,
        pool_pre_ping=True,
        hide_parameters=True,
        json_serializer=json_text,
        json_deserializer=orjson.loads,
    )


def json_text(document: object) -> str:
    """Return a value for a JSON column as text.

    Raises `NoSuchText` for a text that PostgreSQL cannot store, and `OverflowError` for a number above 64 bits, as the
    drivers do for other columns.
    """
    try:
        encoded = orjson.dumps(document)
    except orjson.JSONEncodeError as error:
        if "surrogates" in str(error):
            raise NoSuchText from None
        if "64-bit" in str(error):
            raise OverflowError from None
        raise
    if b"\\u0000" in encoded and _NUL_IN_JSON.search(encoded):
        raise NoSuchText
    return encoded.decode()


def _refuse_nul(
    _connection: Connection, _cursor: object, _statement: str, parameters: Any, _context: object, _many: bool
) -> None:
    """Raise `NoSuchText` if a parameter is a text with a NUL in it, as PostgreSQL does.

    SQLite would store it, but many programs stop reading there.
    """
    for row in parameters if isinstance(parameters, list) else (parameters,):
        for value in row.values() if isinstance(row, dict) else row:
            if isinstance(value, str) and "\0" in value:
                raise NoSuchText


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    """Set the pragmas of a new connection: wait for locks, WAL, and foreign keys."""
    for pragma in (
        f"busy_timeout = {BUSY_MILLISECONDS}",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Begin the transaction: IMMEDIATE if it writes (see `writing`), so that it locks the database before it reads."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _is_for_writing(connection) else "BEGIN")


def _is_for_writing(connection: Connection) -> bool:
    """Return whether `writing` has opened this connection."""
    return bool(connection.get_execution_options().get("writes", False))


@contextmanager
def reading(engine: Engine) -> Iterator[Db]:
    """Open a session that reads one snapshot of the database, and close it after the block. It is never committed.

    SQLite always reads a snapshot. PostgreSQL needs REPEATABLE READ for it: by default each statement sees newer data,
    and the totals of a report could contradict its rows.
    """
    if _is_postgresql(engine):
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with Session(engine, expire_on_commit=False) as db:
        yield db


@contextmanager
def writing(engine: Engine) -> Iterator[Db]:
    """Open a session for one transaction: committed when the block ends, rolled back if it raises."""
    with Session(engine.execution_options(writes=True), expire_on_commit=False) as db:
        yield db
        db.commit()


def reclaim_space(engine: Engine) -> None:
    """Rewrite the database's tables, so that the bytes of deleted and changed rows are gone from its files.

    SQLite rewrites the whole file and empties the WAL; others can read meanwhile. PostgreSQL rewrites one table after
    the other, each of which is locked for that time; its own WAL and its backups keep the bytes for as long as they are
    kept. Raises `OperationalError` if others keep the database or a table busy.
    """
    if engine.dialect.name == "sqlite":
        _vacuum_sqlite(engine)
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"SET lock_timeout = {VACUUM_LOCK_MILLISECONDS}"))
        try:
            for table in inspect(connection).get_table_names():
                connection.execute(text(f'VACUUM (FULL) "{table}"'))
        finally:
            connection.execute(text("RESET lock_timeout"))


def _vacuum_sqlite(engine: Engine) -> None:
    """Rewrite the file without free pages, and empty the WAL. Not in a transaction, so past SQLAlchemy's."""
    connection = engine.raw_connection()
    try:
        driver: sqlite3.Connection = connection.driver_connection  # type: ignore[assignment]
        driver.execute("VACUUM")
        is_busy = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.OperationalError as error:
        raise OperationalError("VACUUM", None, error) from error
    finally:
        connection.close()
    if is_busy:
        raise OperationalError("PRAGMA wal_checkpoint(TRUNCATE)", None, sqlite3.OperationalError("busy"))


def is_postgresql(db: Db) -> bool:
    """Return True if the session is on PostgreSQL, False on SQLite."""
    return _is_postgresql(db.get_bind())


def _is_postgresql(bind: Engine | Connection) -> bool:
    return bind.dialect.name == "postgresql"


def try_advisory_lock(connection: Connection, key: AdvisoryLock) -> bool:
    """Take a PostgreSQL advisory lock without waiting, and return True. It is held until the connection ends.

    Returns False if another connection has it.
    """
    return bool(connection.scalar(select(func.pg_try_advisory_lock(key))))


def alembic_config(engine: Engine) -> Config:
    """Return the Alembic configuration by which the engine's database is migrated.

    The migrations are in `app/migrations` in the wheel, in `migrations` beside `app` in the repository.
    """
    inside = Path(__file__).parent / "migrations"
    config = Config()
    config.set_main_option(
        "script_location", str(inside if inside.is_dir() else inside.parent.parent / "migrations")
    )
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine) -> None:
    """Apply all migrations that the database lacks. Safe to call from several servers that start at the same time.

    Raises `Problem` with the code `newer-database` if a newer version of the program has migrated it.
    """
    try:
        command.upgrade(alembic_config(engine), "head")
    except CommandError as error:
        if not isinstance(error.__cause__, ResolutionError):
            raise
        raise Problem(
            "A newer version of Jangkau has changed this database. Start that one, or take a copy from before.",
            code="newer-database",
        ) from error


def is_reachable(engine: Engine) -> bool:
    """Return whether the database answers a query; False instead of an `OperationalError`."""
    try:
        with engine.connect() as connection:
            return connection.execute(text("SELECT 1")).scalar_one_or_none() is not None
    except OperationalError:
        return False


def violated_constraint(error: IntegrityError | DataError) -> str:
    """Return what refused a change, for logs: the constraint or column on PostgreSQL, the message on SQLite.

    PostgreSQL's own message also quotes values of the row, which may be people's data; SQLite's does not. If PostgreSQL
    names neither, return the SQLSTATE.
    """
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is None:
        return str(error.orig)
    return str(diagnosis.constraint_name or diagnosis.column_name or diagnosis.sqlstate)
