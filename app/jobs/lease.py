"""The lease by which one of several processes does the background work: the row of `worker_lease`.

The process that holds it raises the row's `beats` every two seconds. Another process takes it over once the row has
stayed the same for six seconds by its own monotonic clock: the clocks of the machines are never compared, and may be
set forward and back.

A holder that was stopped for longer than that (a frozen virtual machine) wakes up in the middle of its task while
another one works. So each of its transactions ends by raising `beats` where it is still the holder, and is rolled back
where it isn't (`Lease.writing`): nothing that it does after it has lost the lease is kept.
"""

import logging
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex
from threading import Event, Thread

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.database import Db, reading, writing
from app.errors import OutcomeUnknown
from app.services.operation.worker_lease import find_lease, give_up_lease, renew_lease, take_lease

SECONDS_BETWEEN_BEATS = 2.0
LEASE_SECONDS = 6.0
SECONDS_TO_STOP = 1.0
log = logging.getLogger(__name__)


def is_somebody_working(engine: Engine) -> bool:
    """Return whether a process does the background work; where one has left its row, this takes `LEASE_SECONDS`."""
    lease = Lease(engine)
    seen, since = lease.read(), time.monotonic()
    while seen is not None and time.monotonic() - since < LEASE_SECONDS:
        if lease.read() not in {seen, None}:
            return True
        time.sleep(SECONDS_BETWEEN_BEATS / 4)
    return False


class LeaseLost(Exception):
    """Raised by a transaction of background work whose process has lost the lease; it is rolled back."""


class Lease:
    """The claim of this process on the background work."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.holder = f"{socket.gethostname()[:40]}-{os.getpid()}-{token_hex(4)}"
        self.is_lost = False
        self._was_taken = False
        self._seen: tuple[str, int] | None = None
        self._seen_since = time.monotonic()

    def try_take(self) -> bool:
        """Take the lease if no process has it, or if its holder has given no sign of life for `LEASE_SECONDS`.

        Return whether this process has it now. To notice that a holder is gone it is called again and again.
        """
        seen = self.read()
        if seen != self._seen:
            self._seen, self._seen_since = seen, time.monotonic()
        is_alive = time.monotonic() - self._seen_since < LEASE_SECONDS
        if seen is not None and seen[0] != self.holder and is_alive:
            return False
        if not self._take(seen):
            self._seen = None
            return False
        self.is_lost, self._was_taken = False, True
        return True

    def read(self) -> tuple[str, int] | None:
        """Return the holder and its beats, None if no process has the lease."""
        with reading(self.engine) as db:
            return find_lease(db)

    @contextmanager
    def renewing(self) -> Iterator[None]:
        """Renew the lease in a thread of its own, also during a long task, until the block ends; then give it up."""
        ended = Event()
        thread = Thread(target=self._renew_until, args=(ended,), name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(SECONDS_TO_STOP)
            self._give_up()

    @contextmanager
    def writing(self) -> Iterator[Db]:
        """Open a session for one transaction, as `database.writing` does, which is kept only by the lease's holder.

        Raises `LeaseLost` at its end, and rolls back, if another process has taken the lease over. Before the lease was
        taken for the first time nothing is checked: tests and commands do tasks without it.
        """
        with writing(self.engine) as db:
            yield db
            if self._was_taken:
                self._beat(db)

    def _take(self, seen: tuple[str, int] | None) -> bool:
        """Write this process into the row if it is still as it was seen, and return whether it was."""
        began = time.monotonic()
        with writing(self.engine) as db:
            db.connection()
            if time.monotonic() - began > SECONDS_BETWEEN_BEATS:
                return False  # While another process wrote to SQLite, the holder could not renew its lease either.
            return take_lease(db, self.holder, seen)

    def _beat(self, db: Db) -> None:
        """Renew the lease in this transaction. Raises `LeaseLost` if another process holds it."""
        if not renew_lease(db, self.holder):
            self.is_lost = True
            raise LeaseLost(f"{self.holder} does not do the background work any more")

    def _renew_until(self, ended: Event) -> None:
        """Renew the lease every `SECONDS_BETWEEN_BEATS` until the event is set or the lease is lost.

        While the database can't be reached it is tried again: a transaction finds out whether somebody else has it now.
        """
        while not ended.wait(SECONDS_BETWEEN_BEATS):
            try:
                with writing(self.engine) as db:
                    self._beat(db)
            except LeaseLost:
                return
            except (SQLAlchemyError, OutcomeUnknown) as error:
                log.warning("the lease of the background work was not renewed: %s", type(error).__name__)

    def _give_up(self) -> None:
        """Delete the row if this process holds the lease, so that another one need not wait."""
        try:
            with writing(self.engine) as db:
                give_up_lease(db, self.holder)
        except (SQLAlchemyError, OutcomeUnknown) as error:
            log.warning("the background work was not handed over: %s", type(error).__name__)
