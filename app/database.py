"""The engine, the rules that SQLite needs, and the two kinds of transactions.

Readers begin plainly and are never committed. Writers begin IMMEDIATE on SQLite, so that two of them
can't both read before either writes (a quota checked by both would be given out twice).
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from enum import IntEnum, unique
from pathlib import Path
from threading import Lock
from typing import Any

import orjson
import psycopg
import pysqlite3.dbapi2 as sqlite3
from sqlalchemy import Connection, Engine, event, inspect, text
from sqlalchemy import create_engine as sqlalchemy_engine
from sqlalchemy.exc import DBAPIError, DontWrapMixin, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from app.errors import OutcomeUnknown, Problem
from app.faults import DATABASE_OUTAGE, Fault, record_fault
from app.i18n import N_
from app.postgresql import PING_SECONDS, Server
from app.request_context import current_request
from app.settings import Settings, make_folder

Db = Session

# How many requests of a process, and of all its worker processes together, use the database at the same time;
# `web.database_limit` makes the others wait. A request has one connection at a time (`use_one_connection`), and the
# background work has a few. The pool holds them all: otherwise requests with a connection and no thread would block
# requests with a thread and no connection.
MAX_REQUESTS = 20
MAX_REQUESTS_OF_ALL_WORKERS = 64
MAX_BACKGROUND_CONNECTIONS = 6
POOL_SECONDS = 5
# How long SQLite's lock is waited for: by background work and commands, and by a request, which is answered 503 then.
BUSY_MILLISECONDS = 30_000
REQUEST_BUSY_MILLISECONDS = 5_000
# How long a request waits for each statement on PostgreSQL, also while others keep it locked, and for one of those that
# may rightly take long: of reports, and of changes to all rows of a large import.
STATEMENT_SECONDS = 4
LONG_STATEMENT_SECONDS = 60
# Older ones can corrupt a WAL database when two connections write and checkpoint at the same moment
# (https://sqlite.org/wal.html#walresetbug).
OLDEST_SQLITE = (3, 51, 3)
# How long the rewriting of a table waits for others that use it.
SECONDS_TO_VACUUM = 10
LOCK_NOT_AVAILABLE = psycopg.errors.LockNotAvailable.sqlstate


@unique
class AdvisoryLock(IntEnum):
    """The numbers of PostgreSQL's advisory locks; most are taken by `services.locks`.

    `IDENTITY` is the first half of the two numbers of each lock on identity keys.
    """

    IDENTITY = 64_710_001
    REFERENCE_DATA = 64_710_003
    LOGINS = 64_710_004
    TARGETS = 64_710_005
    ISSUED_REPORTS = 64_710_006
    SESSION_FACTS = 64_710_015


# A NUL as JSON writes it, and not a backslash before "u0000".
_NUL_IN_JSON = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

# The key in a connection's record that says that it holds the lock of `_WriterQueue`.
_HOLDS_QUEUE = "holds-queue"


# The execution option of a session with long statements.
_IS_LONG = "long_statements"

# The execution option that says whether a WhatsApp gateway is set up.
_HAS_WHATSAPP = "has_whatsapp_gateway"


OUTCOME_UNKNOWN = N_(
    "The connection to the database was lost while your change was being saved. Look first whether it was saved before "
    "you send it again."
)
# The sessions that read for the request of this context.
_readers: ContextVar[list[Db]] = ContextVar("readers")


class NoSuchText(ValueError, DontWrapMixin):
    """A text that cannot be stored: it has a NUL in it, or half of a surrogate pair."""


def max_requests(workers: int) -> int:
    """Return how many requests use the database at the same time in each of so many worker processes."""
    return max(1, min(MAX_REQUESTS, MAX_REQUESTS_OF_ALL_WORKERS // workers))


def connections_needed(workers: int) -> int:
    """Return how many connections `jangkau serve` with so many workers opens at most to the primary database."""
    return workers * _max_connections(workers)


def _max_connections(workers: int) -> int:
    """Return how many connections each of so many workers opens at most."""
    return max_requests(workers) + MAX_BACKGROUND_CONNECTIONS


def create_engine(settings: Settings) -> Engine:
    """Return the engine of the primary database. It carries what services must know of the settings."""
    engine = create_engine_for(settings.database, settings.workers, is_primary=True)
    engine.update_execution_options(**{_HAS_WHATSAPP: settings.sends_whatsapp})
    return engine


def has_whatsapp_gateway(db: Db) -> bool:
    """Return whether this installation sends WhatsApp messages by a gateway (`JANGKAU_WHATSAPP_URL`)."""
    return bool(db.get_bind().get_execution_options().get(_HAS_WHATSAPP, False))


def create_report_engine(settings: Settings, primary: Engine) -> Engine:
    """Return the engine that reports read from: a new one for the replica if one is configured, else `primary`."""
    if not settings.report_database_url:
        return primary
    return create_engine_for(settings.report_database_url, settings.workers)


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

        The lock is kept until the connection returns to the pool. SQLite then waits for other processes, in all as long
        as `_busy_milliseconds` says.
        """
        record_info = connection.connection.record_info
        if record_info is None or record_info.get(_HOLDS_QUEUE) or not _is_for_writing(connection):
            return
        allowed, begun = _busy_milliseconds(), time.monotonic()
        # If the time runs out, `BEGIN IMMEDIATE` raises SQLite's own error.
        record_info[_HOLDS_QUEUE] = self._lock.acquire(timeout=allowed / 1000)
        left = max(allowed - (time.monotonic() - begun) * 1000, 0)
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {left:.0f}")

    def checked_in(self, connection: sqlite3.Connection | None, entry: ConnectionPoolEntry) -> None:
        """Release the lock, if this connection has it, when it returns to the pool. Its next user is patient again."""
        holds_lock = entry.record_info.pop(_HOLDS_QUEUE, None) if entry.record_info else None
        if holds_lock is None:
            return
        if holds_lock:
            self._lock.release()
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")


def _busy_milliseconds() -> float:
    """Return how long SQLite's lock is waited for; a request that had to wait for its turn waits less."""
    request = current_request.get()
    if request is None:
        return BUSY_MILLISECONDS
    return max(REQUEST_BUSY_MILLISECONDS - request.waited * 1000, 500)


def create_engine_for(url: str, workers: int = 1, *, is_primary: bool = False) -> Engine:
    """Return an engine for the URL, with a pool for one of so many workers. Parameters never appear in errors or logs.

    An outage of the primary is over when a statement succeeds. For PostgreSQL there are time-outs (`_set_patience`).
    For SQLite it creates the file's folder, sets the pragmas, begins transactions as `_begin_sqlite` does, and refuses
    NUL in texts. Raises `Problem` for a version of SQLite that is too old.
    """
    kept = max_requests(workers)
    pool = {
        "pool_size": kept,
        "max_overflow": _max_connections(workers) - kept,
        "pool_timeout": POOL_SECONDS,
    }
    if url.startswith("sqlite"):
        require_safe_sqlite(sqlite3.sqlite_version_info)
        path = url.removeprefix("sqlite:///")
        make_folder(Path(path).parent)
        engine = sqlalchemy_engine(
            url,
            **pool,
            module=sqlite3,
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
        if is_primary:
            event.listen(engine, "after_cursor_execute", _end_unreachable)
        return engine
    engine = sqlalchemy_engine(
        url,
        **pool,
        pool_pre_ping=True,
        hide_parameters=True,
        json_serializer=json_text,
        json_deserializer=orjson.loads,
    )
    if is_primary:
        event.listen(engine, "after_cursor_execute", _end_unreachable)
    if engine.driver == "psycopg":
        event.listen(engine, "do_connect", Server().connect)
        event.listen(engine, "begin", _set_patience)
        event.listen(engine, "checkin", _reset_patience)
    return engine


def _end_unreachable(*_: object) -> None:
    """End the outage of a database that could not be reached, after a statement that succeeded."""
    if DATABASE_OUTAGE.fault is Fault.UNREACHABLE:
        DATABASE_OUTAGE.end()


def _set_patience(connection: Connection) -> None:
    """Let a request wait only so long for each statement of a transaction; background work and commands wait on."""
    driver: Any = connection.connection.driver_connection
    driver.is_long = bool(connection.get_execution_options().get(_IS_LONG, False))
    request = current_request.get()
    if request is None:
        driver.patience = None
    elif driver.is_long:
        driver.patience = LONG_STATEMENT_SECONDS
    else:
        driver.patience = max(STATEMENT_SECONDS - request.waited, 1)


def _reset_patience(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """Let the ping before the next use of a connection be short."""
    if connection is not None:
        connection.patience, connection.is_long = PING_SECONDS, False


def require_safe_sqlite(version: tuple[int, ...]) -> None:
    """Raise `Problem` if this version of SQLite is older than `OLDEST_SQLITE`."""
    if version < OLDEST_SQLITE:
        raise Problem(
            "SQLite %(version)s can corrupt a database in use; %(oldest)s or newer is needed. Install the package "
            "pysqlite3 again: it brings a newer one.",
            code="old-sqlite",
            version=".".join(map(str, version)),
            oldest=".".join(map(str, OLDEST_SQLITE)),
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
    """Set the pragmas of a new connection: wait for locks, WAL, each commit on the disk before it returns, foreign
    keys.
    """
    for pragma in (
        f"busy_timeout = {BUSY_MILLISECONDS}",
        "journal_mode = WAL",
        "synchronous = FULL",
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
def reading(engine: Engine, *, long_statements: bool = False) -> Iterator[Db]:
    """Open a session that reads one snapshot of the database, and close it after the block. It is never committed.

    SQLite always reads a snapshot. PostgreSQL needs REPEATABLE READ for it: by default each statement sees newer data,
    and the totals of a report could contradict its rows. A request waits longer for `long_statements`.
    """
    if _is_postgresql(engine):
        engine = engine.execution_options(isolation_level="REPEATABLE READ", **{_IS_LONG: long_statements})
    with Session(engine, expire_on_commit=False) as db:
        if (readers := _readers.get(None)) is not None:
            readers.append(db)
        yield db


@contextmanager
def writing(engine: Engine, *, long_statements: bool = False) -> Iterator[Db]:
    """Open a session for one transaction: committed when the block ends, rolled back if it raises.

    A request waits longer for `long_statements` on PostgreSQL. Raises `OutcomeUnknown` if the connection is lost while
    the database commits.
    """
    engine = engine.execution_options(writes=True, **{_IS_LONG: long_statements})
    with Session(engine, expire_on_commit=False) as db:
        yield db
        db.flush()
        try:
            db.commit()
        except DBAPIError as error:
            if error.connection_invalidated and record_fault(error):
                raise OutcomeUnknown(OUTCOME_UNKNOWN) from error
            raise
    if DATABASE_OUTAGE.fault is not None:  # A disk is full or a lock held until something can be saved again.
        DATABASE_OUTAGE.end()


def use_one_connection() -> None:
    """Let the request of this context have one connection at a time.

    From now on a session that begins a transaction first releases the connections of those that only read. What they
    have loaded stays loaded; if one of them is used again, it begins again, with a newer snapshot.

    A request that waits for its second connection while it holds its first can wait for ever: for others that do the
    same. An API request looks its token up in one transaction and writes in another.
    """
    _readers.set([])


@event.listens_for(Session, "after_transaction_create")
def _release_readers(session: Db, _transaction: object) -> None:
    """Release the connections of the request's other reading sessions, before this one takes its own."""
    for reader in _readers.get(()):
        if reader is not session and reader.in_transaction():
            reader.close()


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
        for table in inspect(connection).get_table_names():
            _vacuum_table(connection, table)


def _vacuum_table(connection: Connection, table: str) -> None:
    """Rewrite a table of PostgreSQL as soon as nobody uses it, at most `SECONDS_TO_VACUUM` from now.

    It does not queue for the table, so others never wait behind it. `SET lock_timeout` would not do: behind pgbouncer
    the next statement may go to another connection. Raises `OperationalError` if the time runs out.
    """
    notices = list[str | None]()
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    deadline = time.monotonic() + SECONDS_TO_VACUUM

    def note(diagnosis: psycopg.errors.Diagnostic) -> None:
        notices.append(diagnosis.sqlstate)

    driver.add_notice_handler(note)
    try:
        while True:
            notices.clear()
            connection.execute(text(f'VACUUM (FULL, SKIP_LOCKED) "{table}"'))
            if LOCK_NOT_AVAILABLE not in notices:
                return
            if time.monotonic() > deadline:
                raise OperationalError("VACUUM", None, psycopg.errors.LockNotAvailable(table))
            time.sleep(0.05)
    finally:
        driver.remove_notice_handler(note)


def _vacuum_sqlite(engine: Engine) -> None:
    """Rewrite the file without free pages, and empty the WAL. Not in a transaction, so past SQLAlchemy's."""
    connection = engine.raw_connection()
    try:
        driver: sqlite3.Connection = connection.driver_connection
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


def is_reachable(engine: Engine) -> bool:
    """Return whether the database answers a query; False instead of an `OperationalError`."""
    try:
        with engine.connect() as connection:
            return connection.execute(text("SELECT 1")).scalar_one_or_none() is not None
    except OperationalError as error:
        record_fault(error)
        return False


def violated_constraint(error: DBAPIError) -> str:
    """Return what refused a change, for logs: the constraint or column on PostgreSQL, the message on SQLite.

    PostgreSQL's own message also quotes values of the row, which may be people's data; SQLite's does not. If PostgreSQL
    names neither, return the SQLSTATE.
    """
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is None:
        return str(error.orig)
    return str(diagnosis.constraint_name or diagnosis.column_name or diagnosis.sqlstate)
