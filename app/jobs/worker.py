"""The thread that does background work, in `jangkau serve` or `jangkau worker`.

Several processes may have such a thread, but only the process that holds the lease (`jobs.lease`) works. If it ends,
another process goes on within two seconds; if it is killed, within ten.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from sqlalchemy.exc import OperationalError

from app.database import reading
from app.jobs.lease import LeaseLost
from app.jobs.tasks import TaskRunner
from app.queries.operation.schema import SchemaState, read_schema_state
from app.services.outbox import release_claims

# What another process queued waits half of this on average, which nobody notices; a poll takes about a millisecond.
SECONDS_BETWEEN_POLLS = 1
# How often a process that waits looks at the lease.
SECONDS_BETWEEN_LOOKS = 1
SECONDS_TO_FINISH = 3
log = logging.getLogger(__name__)


class Worker:
    """Runs `tasks` in a thread of its own."""

    def __init__(self, tasks: TaskRunner) -> None:
        self.tasks = tasks
        self._woken = Event()
        self._stopping = Event()
        self._fits = True

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
            self.tasks.backup.interrupt()
            thread.join(SECONDS_TO_FINISH)
            if thread.is_alive():
                log.warning("a background task did not finish in time; the next process does it again")
            self.tasks.backup.stop()

    def _run(self) -> None:
        """Work whenever this process has the lease, until the worker stops. After an error it is tried again."""
        is_failing = False
        while not self._stopping.is_set():
            try:
                is_taken = self._fits_database() and self.tasks.lease.try_take()
                is_failing = False
                if is_taken:
                    with self.tasks.lease.renewing():
                        self._work()
            except LeaseLost:
                log.warning("another process has taken the background work over")
            except (
                OperationalError
            ) as error:  # Without its traceback, and once for each time the database is away.
                if not is_failing:
                    log.error("background work waits for the database: %s", type(error.orig).__name__)
                is_failing = True
            except Exception:
                log.exception("background work could not start or go on; it is tried again")
            self._stopping.wait(SECONDS_BETWEEN_LOOKS)

    def _work(self) -> None:
        """Work until the worker stops or the lease is lost. Raises `LeaseLost` where a transaction notices that.

        Claims are released first: they were made by a process that has ended.
        """
        with self.tasks.lease.writing() as db:
            release_claims(db)
        while not self._stopping.is_set() and not self.tasks.lease.is_lost and self._fits_database():
            self._woken.clear()
            self.tasks.run_due()
            if not self.tasks.perform_next():
                self._woken.wait(SECONDS_BETWEEN_POLLS)

    def _fits_database(self) -> bool:
        """Return whether the database has the migrations of this program; the log says once if it has others.

        A process that is left over from before an upgrade does not know what the newer tables need.
        """
        with reading(self.tasks.engine) as db:
            state, revision = read_schema_state(db)
        did_fit, self._fits = self._fits, state is SchemaState.CURRENT
        if did_fit and not self._fits:
            log.error(
                "no background work here: the database has the migrations up to %r of another version",
                revision,
            )
        return self._fits
