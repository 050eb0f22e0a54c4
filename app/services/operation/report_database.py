"""The database that reports are read from: the replica where one is set up and fit, else the primary."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.database import Db, reading
from app.faults import REPLICA_OUTAGE, Fault, describe_fault, fault_of
from app.queries.operation.replica import read_replica_lag, read_revision
from app.schema import known_revisions

MAX_LAG_SECONDS = 60
SECONDS_BETWEEN_TRIES = 5


class ReportDatabase:
    """Opens sessions for reports. Without a replica, `replica` is the engine of the primary."""

    def __init__(self, primary: Engine, replica: Engine, *, max_lag: float = MAX_LAG_SECONDS) -> None:
        self.primary = primary
        self.replica = replica
        self.max_lag = max_lag
        self._next_try = float("-inf")
        self._refused: tuple[Fault, str] | None = None

    @contextmanager
    def reading(self) -> Iterator[Db]:
        """Open a session that is never committed, for long statements, as `database.reading` does.

        It is on the primary while the replica does not answer, is more than `max_lag` seconds behind, or has not the
        tables of this version. That is logged as an outage; the replica is tried again every few seconds.
        """
        with ExitStack() as sessions:
            db = self._open_replica(sessions) if self.replica is not self.primary else None
            yield db or sessions.enter_context(reading(self.primary, long_statements=True))

    def _open_replica(self, sessions: ExitStack) -> Db | None:
        """Return a session on the replica, None if it can't be used now."""
        if time.monotonic() >= self._next_try:
            db = sessions.enter_context(reading(self.replica, long_statements=True))
            refused = self._refused = self._find_fault(db)
            if refused is None:
                REPLICA_OUTAGE.end()
                return db
            db.close()
            self._next_try = time.monotonic() + SECONDS_BETWEEN_TRIES
        else:
            refused = self._refused
        if refused is not None:
            REPLICA_OUTAGE.record(*refused)
        return None

    def _find_fault(self, replica_db: Db) -> tuple[Fault, str] | None:
        """Return why the replica can't be used, as a fault and a sentence for the log; None if it can."""
        try:
            lag, revision = read_replica_lag(replica_db), read_revision(replica_db)
        except SQLAlchemyError as error:
            return fault_of(
                error
            ) or Fault.UNREACHABLE, f"{describe_fault(error)}; reports are read from the primary"
        if revision != known_revisions()[0]:
            return Fault.BEHIND, "it has other migrations; reports are read from the primary"
        if lag is None or lag > self.max_lag:
            behind = "an unknown time" if lag is None else f"{lag:.0f} s"
            return Fault.BEHIND, f"it is {behind} behind; reports are read from the primary"
        return None

    def close(self) -> None:
        """Close the connections to the replica."""
        self.replica.dispose()
