"""The engine, the rules that SQLite needs, and the two kinds of transactions.

Readers begin plainly and are never committed. Writers begin IMMEDIATE on SQLite, so that two of them
can't both read before either writes (a quota checked by both would be given out twice).
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum, unique
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

import orjson
from alembic import command
from alembic.config import Config
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from sqlalchemy import Connection, Dialect, Engine, Executable, Result, event, func, select, text
from sqlalchemy import create_engine as sqlalchemy_engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DataError, DontWrapMixin, IntegrityError, InvalidatePoolError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from app.errors import Problem
from app.settings import Settings, make_folder

Db = Session

# So many requests ask at a time: half as many as there are threads, so that whoever has begun finds one to go on.
# Each has two connections at most, one to look who asks and one for a change or a report; jobs have some too.
AT_ONCE = 20
POOL = {"pool_size": AT_ONCE, "max_overflow": AT_ONCE + 10}
BUSY_MILLISECONDS = 30_000

# A process has one, and another for reports.
ENGINES = 4

# A server that was restarted took longer than this: what was used since then still has its connection.
SECONDS_TRUSTED = 1.0


@unique
class AdvisoryLock(IntEnum):
    """The numbers of PostgreSQL's advisory locks; most are taken by `services.locks`."""

    PEOPLE = 64_710_001
    CONSUMER = 64_710_002
    REFERENCE_DATA = 64_710_003
    LOGINS = 64_710_004
    TARGETS = 64_710_005
    LOG = 64_710_007


# A NUL as JSON writes it, and not a backslash before "u0000".
_NUL_IN_JSON = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

# The mark on a connection that nobody uses: since when.
_IDLE_SINCE = "idle-since"
# The mark on a connection whose turn it is to write.
_HAS_TURN = "has-turn"


class NoSuchText(ValueError, DontWrapMixin):
    """A text that cannot be stored: it has a NUL in it, or half of a surrogate pair."""


def create_engine(settings: Settings) -> Engine:
    """Return the engine of the primary database."""
    return _engine(settings.database)


def create_report_engine(settings: Settings, primary: Engine) -> Engine:
    """Return the engine that reports read from: that of the replica if one is configured, else the primary."""
    return _engine(settings.report_database_url) if settings.report_database_url else primary


class _Queue:
    """Writers of this process wait here for each other: SQLite lets them try again after ever longer pauses, and
    whoever came first may come last."""

    def __init__(self) -> None:
        self._turn = Lock()

    def begin(self, connection: Connection) -> None:
        kept = connection.connection.record_info
        if kept is None or kept.get(_HAS_TURN) or not _writes(connection):
            return
        # Who waits too long is told so by SQLite.
        kept[_HAS_TURN] = self._turn.acquire(timeout=BUSY_MILLISECONDS / 1000)

    def checked_in(self, _connection: object, entry: ConnectionPoolEntry) -> None:
        if entry.record_info and entry.record_info.pop(_HAS_TURN, False):
            self._turn.release()


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
        queue = _Queue()
        event.listen(engine, "begin", queue.begin)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "checkin", queue.checked_in)
        event.listen(engine, "before_cursor_execute", _refuse_nul)
        return engine
    engine = sqlalchemy_engine(
        url,
        **POOL,
        hide_parameters=True,
        json_serializer=json_text,
        json_deserializer=orjson.loads,
    )
    event.listen(engine, "checkin", _note_idle)
    event.listen(engine, "checkout", partial(_require_alive, engine.dialect))
    return engine


def _note_idle(_connection: object, entry: ConnectionPoolEntry) -> None:
    entry.info[_IDLE_SINCE] = monotonic()


def _require_alive(
    dialect: Dialect, connection: DBAPIConnection, entry: ConnectionPoolEntry, _held: object
) -> None:
    """Asks a connection that was idle for a while whether the server is still there; else the pool makes new ones.

    The pool's own `pre_ping` asks each time, which is a good part of a short transaction.
    """
    idle_since = entry.info.get(_IDLE_SINCE)
    if idle_since is None or monotonic() - idle_since < SECONDS_TRUSTED:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as gone:
        raise InvalidatePoolError from gone


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
    """A handle for looking only, at one moment of the database; nothing done with it is kept.

    SQLite's readers see one moment anyway; PostgreSQL's default would show each statement another, and the
    totals of a report could contradict its rows.
    """
    with Session(_for_looking(engine), expire_on_commit=False) as db:
        yield db


@contextmanager
def writing(engine: Engine) -> Iterator[Db]:
    """A handle for one change: committed when the block ends, rolled back when it raises."""
    with Session(_for_changing(engine), expire_on_commit=False) as db:
        yield db
        db.commit()


@lru_cache(maxsize=ENGINES)
def _for_looking(engine: Engine) -> Engine:
    """The engine as readers use it. Made once: it costs as much as a statement."""
    return engine.execution_options(isolation_level="REPEATABLE READ") if _is_postgresql(engine) else engine


@lru_cache(maxsize=ENGINES)
def _for_changing(engine: Engine) -> Engine:
    """The engine as writers use it, made once as well."""
    return engine if _is_postgresql(engine) else engine.execution_options(writes=True)


def lines(
    db: Db, statement: Executable, given: Mapping[str, object] | None = None
) -> Result[*tuple[Any, ...]]:
    """What a statement of columns finds; for those that are asked with every visit.

    The session's own way, which could find objects too, takes more than twice as long.
    """
    db.flush()
    return db.connection().execute(statement, given)


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
