"""Connections to PostgreSQL that give up: a server that is frozen or out of reach would be waited for without end.

Nothing is set in the server's session, so it works through a pooler in transaction mode.
"""

import time
from collections.abc import Callable
from threading import Lock
from typing import Any

import psycopg
from psycopg.errors import QueryCanceled, _WaitTimeout

# A new connection, and the "SELECT 1" before one of the pool is used again.
CONNECT_SECONDS = 3
PING_SECONDS = 2
CANCEL_SECONDS = 1
# How long a long statement is waited for before another connection tries whether the server still answers.
SECONDS_BETWEEN_PROBES = 3
SECONDS_BETWEEN_TRIES = 1
# How often psycopg looks for an interruption while it waits.
WAIT_INTERVAL = 0.1

# Where a machine or the network between is gone, the system ends connections that nobody answers.
KEEPALIVE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


class NoAnswer(psycopg.OperationalError):
    """The server did not answer in time; the connection is closed."""


class PatientConnection(psycopg.Connection[Any]):
    """A connection that waits for each answer `patience` seconds, without end if that is None.

    After the time the statement is cancelled, which raises `QueryCanceled`; a server that doesn't even do that is given
    up. A statement that `is_long` goes on meanwhile as long as the server answers another connection.
    """

    patience: float | None = PING_SECONDS
    is_long = False
    server: "Server"

    def wait(self, gen: Any, interval: float = WAIT_INTERVAL, timeout: float | None = None) -> Any:
        """Run one exchange with the server, as psycopg does for each statement, commit and rollback."""
        patience = self.patience if timeout is None else timeout
        deadline = None if patience is None else time.monotonic() + patience
        while True:
            left = None if deadline is None else max(deadline - time.monotonic(), 0.01)
            pause = left if left is None or not self.is_long else min(left, SECONDS_BETWEEN_PROBES)
            try:
                return super().wait(gen, interval, pause)
            except _WaitTimeout:
                is_over = deadline is None or time.monotonic() >= deadline
                if not is_over and self.server.answers():
                    continue
                return self._cancel_and_wait(gen, interval)

    def _cancel_and_wait(self, gen: Any, interval: float) -> Any:
        """Cancel the statement and wait for its end. Raises `QueryCanceled` if the server has done so.

        Otherwise the connection is closed, and `NoAnswer` raised.
        """
        try:
            self.cancel_safe(timeout=CANCEL_SECONDS)
            return super().wait(gen, interval, CANCEL_SECONDS)
        except QueryCanceled:
            raise
        except psycopg.Error:
            self.pgconn.finish()
            self.server.note_failure()
            raise NoAnswer("the server did not answer in time") from None


class Server:
    """Opens an engine's connections.

    After a failure only one thread tries to connect, once a second; the others fail at once, so that a queue of
    requests does not wait for one time-out after the other.
    """

    def __init__(self) -> None:
        self._failed_at: float | None = None
        self._trying = Lock()
        self._connect: Callable[[], psycopg.Connection[Any]] | None = None

    def connect(self, _dialect: object, _record: object, args: list[Any], options: dict[str, Any]) -> Any:
        """Return a new connection; for SQLAlchemy's event `do_connect`. Options of the URL replace the defaults.

        Raises `psycopg.OperationalError`.
        """

        def connect() -> PatientConnection:
            return PatientConnection.connect(
                *args, **{"connect_timeout": CONNECT_SECONDS, **KEEPALIVE, **options}
            )

        self._connect = connect
        failed_at = self._failed_at
        if failed_at is None:
            return self._open(connect)
        if time.monotonic() - failed_at < SECONDS_BETWEEN_TRIES or not self._trying.acquire(blocking=False):
            raise psycopg.OperationalError("the server did not answer a moment ago")
        try:
            return self._open(connect)
        finally:
            self._trying.release()

    def _open(self, connect: Callable[[], PatientConnection]) -> PatientConnection:
        try:
            connection = connect()
        except psycopg.OperationalError:
            self.note_failure()
            raise
        connection.server = self
        self._failed_at = None
        return connection

    def note_failure(self) -> None:
        """Remember that the server did not answer."""
        self._failed_at = time.monotonic()

    def answers(self) -> bool:
        """Return whether the server answers a further connection, be it by refusing it."""
        if self._connect is None:
            return True
        try:
            self._connect().close()
        except psycopg.OperationalError as error:
            return "FATAL:" in str(error)  # the server's own words, such as "too many clients already"
        return True
