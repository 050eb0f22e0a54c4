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
from sqlalchemy import Connection, Engine, event, func, select, text
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


# A NUL as JSON writes it, and not a backslash before "u0000".
_NUL_IN_JSON = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

# The key in a connection's record that says that it holds the lock of `_WriterQueue`.
_HOLDS_QUEUE = "holds-queue"


class NoSuchText(ValueError, DontWrapMixin):
    """A text that cannot be stored: it has a NUL in it, or half of a surrogate pair."""


def create_engine(settings: Settings) -> Engine:
    """Return the engine of the primary database."""
    return _engine(settings.database)


def create_report_engine(settings: Settings, primary: Engine) -> Engine:
    """Return the engine that reports read from: that of the replica if one is configured, else the primary."""
    return _engine(settings.report_database_url) if settings.report_database_url else primary


class _WriterQueue:
    """A lock that lets one transaction of this process at a time begin to write to SQLite.

    Without it SQLite makes a writer that finds the database locked try again after ever longer pauses: of 40 threads
    that registered 200 people the slowest waited 4.2 to 6.5 s instead of 1.4 to 2.4, and all took up to twice as long
    (2026-11-30, 2 cores, four runs). Other processes are still waited for in SQLite's way.
    """

    def __init__(self) -> None:
        self._lock = Lock()

    def begin(self, connection: Connection) -> None:
        record_info = connection.connection.record_info
        if record_info is None or record_info.get(_HOLDS_QUEUE) or not _writes(connection):
            return
        # If the time runs out, `BEGIN IMMEDIATE` raises SQLite's own error.
        record_info[_HOLDS_QUEUE] = self._lock.acquire(timeout=BUSY_MILLISECONDS / 1000)

    def checked_in(self, _connection: object, entry: ConnectionPoolEntry) -> None:
        if entry.record_info and entry.record_info.pop(_HOLDS_QUEUE, False):
            self._lock.release()


def _engine(url: str) -> Engine:
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
    """Return the document as JSON. Raises `NoSuchText` for a text that PostgreSQL cannot store, and `OverflowError` for
    a number that is too large, as the drivers do for columns."""
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
    """Raise `NoSuchText` for a NUL, as PostgreSQL does; SQLite would store it, but many programs stop reading there."""
    for row in parameters if isinstance(parameters, list) else (parameters,):
        for value in row.values() if isinstance(row, dict) else row:
            if isinstance(value, str) and "\0" in value:
                raise NoSuchText


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    for pragma in (
        f"busy_timeout = {BUSY_MILLISECONDS}",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writes(connection) else "BEGIN")


def _writes(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("writes", False))


@contextmanager
def reading(engine: Engine) -> Iterator[Db]:
    """Open a session for reading one snapshot of the database; nothing written with it is kept.

    SQLite always reads a snapshot. PostgreSQL needs REPEATABLE READ for it: by default each statement sees newer data,
    and the totals of a report could contradict its rows.
    """
    if _is_postgresql(engine):
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with Session(engine, expire_on_commit=False) as db:
        yield db


@contextmanager
def writing(engine: Engine) -> Iterator[Db]:
    """Open a session for one change: committed when the block ends, rolled back when it raises."""
    with Session(engine.execution_options(writes=True), expire_on_commit=False) as db:
        yield db
        db.commit()


def is_postgresql(db: Db) -> bool:
    """Return whether the session is on PostgreSQL, and not on SQLite."""
    return _is_postgresql(db.get_bind())


def _is_postgresql(bind: Engine | Connection) -> bool:
    return bind.dialect.name == "postgresql"


def take_lock(connection: Connection, key: AdvisoryLock) -> bool:
    """Take a PostgreSQL advisory lock until the connection ends. Returns False if another connection has it."""
    return bool(connection.scalar(select(func.pg_try_advisory_lock(key))))


def alembic_config(engine: Engine) -> Config:
    """Return the Alembic configuration for the engine. In the wheel the migrations are at `app/migrations`."""
    inside = Path(__file__).parent / "migrations"
    config = Config()
    config.set_main_option(
        "script_location", str(inside if inside.is_dir() else inside.parent.parent / "migrations")
    )
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine) -> None:
    """Bring the tables up to date. Safe to call from several servers that start at the same time.

    Raises `Problem` if a newer version of the program has changed them.
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
    """Return whether the database answers."""
    try:
        with engine.connect() as connection:
            return connection.execute(text("SELECT 1")).scalar_one_or_none() is not None
    except OperationalError:
        return False


def violated_constraint(error: IntegrityError | DataError) -> str:
    """Return the name of the constraint or column that refused a change, for logs.

    PostgreSQL's own message also quotes values of the row, which may be people's data; SQLite's does not.
    """
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is None:
        return str(error.orig)
    return str(diagnosis.constraint_name or diagnosis.column_name or diagnosis.sqlstate)
