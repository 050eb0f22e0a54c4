"""Find out whether the service is ready: what `/health/ready` says is failing."""

import shutil
import time
from contextlib import closing
from pathlib import Path

import pysqlite3.dbapi2 as sqlite3
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlmodel import col

from app.database import Db, reading, writing
from app.errors import OutcomeUnknown
from app.models import WorkerLease
from app.models.base import now
from app.queries.operation.database_checks import check_replica
from app.queries.operation.health_lines import MEGABYTE
from app.queries.operation.schema import SchemaState, read_schema_state
from app.services.operation.report_database import MAX_LAG_SECONDS

# Another process takes the background work over within ten seconds.
MAX_SILENCE_SECONDS = 20
SECONDS_BETWEEN_WRITES = 5
# A small write alone would find a full disk too late: SQLite has pages of its WAL left to write into.
MIN_FREE_TO_SERVE = 4 * MEGABYTE

_PROBE = (
    "INSERT INTO health_report (id, states, is_announced, probed_at) VALUES (1, '{}', false, CURRENT_TIMESTAMP)"
    " ON CONFLICT (id) DO UPDATE SET probed_at = excluded.probed_at"
)
_DISK_ERRORS = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN")
_FULL, _LOCKED = "53100", "55P03"  # SQLSTATEs of PostgreSQL


class ReadinessChecks:
    """The checks of one process. They remember when it was last seen that a process does the background work."""

    def __init__(self, engine: Engine, report_engine: Engine) -> None:
        self._engine = engine
        self._report_engine = report_engine
        self._started_at = self._beat_seen_at = time.monotonic()
        self._last_beat: tuple[str, int] | None = None
        self._written_at = float("-inf")
        self.running = "database"
        """The check that is under way: if the checks don't end, this is the one that is stuck."""

    def find_failing(self) -> list[str]:
        """Return what fails, of "database", "migrations", "disk", "consumer" and "replica".

        Nothing else is looked at while the database does not answer or has other tables. Raises nothing.
        """
        try:
            self.running = "database"
            with reading(self._engine) as db:
                if read_schema_state(db)[0] is not SchemaState.CURRENT:
                    return ["migrations"]
                has_consumer = self._has_consumer(db)
        except (SQLAlchemyError, OSError):
            return ["database"]
        self.running = "disk"
        failing = [self._try_writing(), "" if has_consumer else "consumer"]
        self.running = "replica"
        failing.append("" if self._has_replica() else "replica")
        return [name for name in failing if name]

    def _has_consumer(self, db: Db) -> bool:
        """Return whether a process does the background work: its number of beats has changed lately.

        The time is this process's own, so that a clock that jumps changes nothing; only at the first look `renewed_at`
        is believed. A process that has just started gives the background work time to start.
        """
        lease = db.execute(
            select(col(WorkerLease.holder), col(WorkerLease.beats), col(WorkerLease.renewed_at))
        ).first()
        moment = time.monotonic()
        if lease is not None and (lease.holder, lease.beats) != self._last_beat:
            is_first = self._last_beat is None
            age = (now() - lease.renewed_at).total_seconds() if is_first else 0
            self._beat_seen_at = max(moment - max(age, 0), self._started_at)
            self._last_beat = (lease.holder, lease.beats)
        return moment - self._beat_seen_at <= MAX_SILENCE_SECONDS

    def _try_writing(self) -> str:
        """Return "", or what fails when the database is written to; tried at most every `SECONDS_BETWEEN_WRITES`."""
        if not has_room(self._engine):
            return "disk"
        if time.monotonic() - self._written_at < SECONDS_BETWEEN_WRITES:
            return ""
        failing = try_writing(self._engine)
        if not failing:
            self._written_at = time.monotonic()
        return failing

    def _has_replica(self) -> bool:
        """Return whether the replica for reports answers and is not far behind; True without one."""
        if self._report_engine is self._engine:
            return True
        try:
            with reading(self._engine) as db, reading(self._report_engine) as replica_db:
                return check_replica(db, replica_db, MAX_LAG_SECONDS).is_ok
        except (SQLAlchemyError, OSError):
            return False


def has_room(engine: Engine) -> bool:
    """Return whether the disk of an SQLite database has room. True with PostgreSQL, whose disk is another machine's."""
    if engine.dialect.name != "sqlite":
        return True
    try:
        return shutil.disk_usage(Path(engine.url.database or "").parent).free >= MIN_FREE_TO_SERVE
    except OSError:
        return False


def try_writing(engine: Engine) -> str:
    """Write the time into a row of its own and commit it; return "", or what fails: "disk" or "database".

    Where another transaction has the lock, that one writes, and "" is returned without waiting for it.
    """
    try:
        if engine.dialect.name == "sqlite":
            _write_to_sqlite(str(engine.url.database))
        else:
            with writing(engine) as db:
                db.execute(text("SET LOCAL lock_timeout = '500ms'"))
                db.execute(text(_PROBE))
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorname", "")
        return (
            "" if code.startswith("SQLITE_BUSY") else "disk" if code.startswith(_DISK_ERRORS) else "database"
        )
    except DBAPIError as error:
        code = getattr(error.orig, "sqlstate", "")
        return "" if code == _LOCKED else "disk" if code == _FULL else "database"
    except (SQLAlchemyError, OutcomeUnknown):
        return "database"
    return ""


def _write_to_sqlite(path: str) -> None:
    """Write on a connection of its own, which does not wait for others as those of the pool do."""
    connection = sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=0, isolation_level=None)
    with closing(connection):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(_PROBE)
        connection.execute("COMMIT")
