"""Faults of what the service stands on: its database is away, is kept busy by others, or a disk is full.

They pass by themselves, or an operator ends them. Requests are answered 503 meanwhile, and the log has one line when an
outage begins, one a minute, and one when it is over.
"""

import errno
import logging
import time
from collections.abc import Iterator
from enum import StrEnum, unique
from threading import Lock

import pysqlite3.dbapi2 as sqlite3
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout

log = logging.getLogger(__name__)

SECONDS_BETWEEN_COUNTS = 60


@unique
class Fault(StrEnum):
    UNREACHABLE = "unreachable"
    BUSY = "busy"
    FULL = "full"
    BEHIND = "behind"  # a replica


_FULL_ERRNOS = {errno.ENOSPC, errno.EDQUOT}
_SQLITE_FAULTS = {
    sqlite3.SQLITE_BUSY: Fault.BUSY,
    sqlite3.SQLITE_LOCKED: Fault.BUSY,
    sqlite3.SQLITE_FULL: Fault.FULL,
    sqlite3.SQLITE_CANTOPEN: Fault.UNREACHABLE,
    sqlite3.SQLITE_IOERR: Fault.UNREACHABLE,
    sqlite3.SQLITE_READONLY: Fault.UNREACHABLE,
}
# By SQLSTATE, or by its class. 25006: a standby that takes no writes, as in the middle of a fail-over.
_POSTGRESQL_FAULTS = {
    "53100": Fault.FULL,
    "55P03": Fault.BUSY,
    "57014": Fault.BUSY,
    "25006": Fault.UNREACHABLE,
    "25P03": Fault.UNREACHABLE,
    "08": Fault.UNREACHABLE,
    "28": Fault.UNREACHABLE,
    "3D": Fault.UNREACHABLE,
    "40": Fault.BUSY,
    "53": Fault.UNREACHABLE,
    "57": Fault.UNREACHABLE,
    "58": Fault.UNREACHABLE,
}
# SQLAlchemy's code of an error about a session whose connection was lost before.
_LOST_BEFORE = "8s2b"


def fault_of(error: BaseException) -> Fault | None:
    """Return the fault that an exception tells of, None for errors of the program and of what was asked.

    The exceptions that caused it are looked at too.
    """
    return next((fault for cause in _causes(error) if (fault := _fault_of_one(cause))), None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, then the exception that it was raised from, and so on."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__


def _fault_of_one(error: BaseException) -> Fault | None:
    if isinstance(error, DBAPIError):
        return _fault_of_driver(error)
    if isinstance(error, PoolTimeout):
        return Fault.BUSY
    if isinstance(error, PendingRollbackError) and error.code == _LOST_BEFORE:
        return Fault.UNREACHABLE
    if isinstance(error, OSError) and error.errno in _FULL_ERRNOS:
        return Fault.FULL
    return None


def _fault_of_driver(error: DBAPIError) -> Fault | None:
    """Return the fault by SQLite's error code or PostgreSQL's SQLSTATE. A lost connection has neither."""
    sqlite_code = getattr(error.orig, "sqlite_errorcode", None)
    if sqlite_code is not None:
        return _SQLITE_FAULTS.get(sqlite_code & 0xFF)
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return _POSTGRESQL_FAULTS.get(state) or _POSTGRESQL_FAULTS.get(state[:2])
    is_operational = type(error.orig).__name__ in {"OperationalError", "ConnectionTimeout"}
    return Fault.UNREACHABLE if error.connection_invalidated or is_operational else None


class Outage:
    """Logs a fault of one thing that lasts: its beginning, a count a minute, and its end.

    `what` names the thing in these lines. One for each process, used by all its threads.
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self.fault: Fault | None = None
        self._lock = Lock()
        self._began = self._counted_at = 0.0
        self._count = 0

    def record(self, fault: Fault, reason: str) -> None:
        """Count one failure. The first one is logged with its `reason`, which must have no personal data in it."""
        with self._lock:
            moment = time.monotonic()
            if self.fault is None:
                self.fault, self._began, self._counted_at, self._count = fault, moment, moment, 1
                log.error("%s unavailable (%s): %s", self.what, fault, reason)
                return
            self._count += 1
            if moment - self._counted_at >= SECONDS_BETWEEN_COUNTS:
                self._counted_at = moment
                log.error(
                    "%s still unavailable (%s): %s failures in %.0f s",
                    self.what,
                    self.fault,
                    self._count,
                    moment - self._began,
                )

    def end(self) -> None:
        """Log that it is over, if there was an outage."""
        if self.fault is None:  # Nearly always, and asked for each statement: no lock is taken for it.
            return
        with self._lock:
            if self.fault is not None:
                log.warning(
                    "%s available again after %.1f s and %s failures",
                    self.what,
                    time.monotonic() - self._began,
                    self._count,
                )
                self.fault = None


DATABASE_OUTAGE = Outage("database")
REPLICA_OUTAGE = Outage("replica for reports")


def record_fault(error: BaseException, outage: Outage = DATABASE_OUTAGE) -> Fault | None:
    """Return the fault that an exception tells of, and count it as part of the outage; None if it is no fault."""
    fault = fault_of(error)
    if fault is not None:
        outage.record(fault, describe_fault(error))
    return fault


def describe_fault(error: BaseException) -> str:
    """Return in one line what a driver or the system says of a fault.

    Such messages quote no values of rows; but PostgreSQL adds where it was, which may be a line of COPY.
    """
    for cause in _causes(error):
        if isinstance(cause, DBAPIError):
            diagnosis = getattr(cause.orig, "diag", None)
            return " ".join(str(getattr(diagnosis, "message_primary", None) or cause.orig).split())
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
    return type(error).__name__
