"""The thread that does background work, in `jangkau serve` or `jangkau worker`.

Several processes may have such a thread, but only the process that has the lock works. The lock is released when its
process ends or is killed, and on PostgreSQL when its connection is lost; another process then takes over.
"""

import fcntl
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TextIO

from sqlalchemy import Engine

from app.database import AdvisoryLock, try_advisory_lock, writing
from app.jobs.tasks import TaskRunner
from app.services.outbox import release_claims

# What another process queued waits half of this on average, which nobody notices; a poll takes about a millisecond.
SECONDS_BETWEEN_POLLS = 1
SECONDS_BETWEEN_TAKE_OVERS = 5
SECONDS_TO_FINISH = 3
log = logging.getLogger(__name__)


class Worker:
    """Runs `tasks` in a thread of its own."""

    def __init__(self, tasks: TaskRunner) -> None:
        self.tasks = tasks
        self._woken = Event()
        self._stopping = Event()

    def wake(self) -> None:
        """Have the thread look for tasks at once. Without this call it finds them at its next poll."""
        self._woken.set()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run the worker in a thread until the `with` block ends.

        The current task then has a few seconds to finish. If it takes longer, its transaction is rolled back when the
        process ends, and the next worker does the task again.
        """
        self._stopping.clear()
        thread = Thread(target=self._run, name="background-work", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            self._woken.set()
            thread.join(SECONDS_TO_FINISH)
            if thread.is_alive():
                log.warning("a background task did not finish in time; the next process does it again")

    def _run(self) -> None:
        """Work whenever this process has the lock, until the worker stops. After an error it is tried again."""
        while not self._stopping.is_set():
            try:
                with worker_lock(self.tasks.engine) as has_lock:
                    while not self._stopping.is_set():
                        if has_lock():
                            self._work(has_lock)
                        self._stopping.wait(SECONDS_BETWEEN_TAKE_OVERS)
            except Exception:
                log.exception("background work could not start or go on; it is tried again")
                self._stopping.wait(SECONDS_BETWEEN_TAKE_OVERS)

    def _work(self, has_lock: Callable[[], bool]) -> None:
        """Work until the worker stops or the lock is lost.

        Claims are released first: they were made by a process that has ended.
        """
        with writing(self.tasks.engine) as db:
            release_claims(db)
        while not self._stopping.is_set() and has_lock():
            self._woken.clear()
            self.tasks.run_due()
            if not self.tasks.perform_next():
                self._woken.wait(SECONDS_BETWEEN_POLLS)


@contextmanager
def worker_lock(engine: Engine) -> Iterator[Callable[[], bool]]:
    """Yield a function that takes the lock if no other process has it, and returns whether this process has it.

    On PostgreSQL it is an advisory lock on a connection of its own: the function raises `DBAPIError` once that
    connection is lost, and another process may have the lock. On SQLite it is a lock of a file beside the database.
    """
    if engine.dialect.name == "sqlite":
        with Path(f"{engine.url.database}-worker-lock").open("w") as file:
            yield lambda: _lock_file(file)
        return
    # Without a transaction, which would stay open for as long as the process lives.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()  # The lock ends with the connection; the pool would keep both.
        yield lambda: try_advisory_lock(connection, AdvisoryLock.WORKER)


def _lock_file(file: TextIO) -> bool:
    """Lock the file and return True, or False if another process has the lock. Does not wait."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
