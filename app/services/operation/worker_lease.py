"""The row that says which process does the background work, and the changes that `jobs.lease` makes to it."""

from sqlalchemy import bindparam, delete, select, text, update
from sqlmodel import col

from app.database import Db
from app.models import WorkerLease
from app.models.base import Instant, now

_TAKE_FREE = text(
    "INSERT INTO worker_lease (id, holder, beats, renewed_at) VALUES (1, :holder, 0, :renewed_at) "
    "ON CONFLICT (id) DO NOTHING RETURNING id"
).bindparams(bindparam("renewed_at", type_=Instant))


def find_lease(read_db: Db) -> tuple[str, int] | None:
    """Return the holder of the lease and its beats, None if no process has it."""
    row = read_db.execute(select(col(WorkerLease.holder), col(WorkerLease.beats))).one_or_none()
    return (row.holder, row.beats) if row else None


def take_lease(db: Db, holder: str, seen: tuple[str, int] | None) -> bool:
    """Make `holder` the holder if the lease is still as it was seen by `find_lease`, and return whether it was."""
    if seen is None:
        taken = db.execute(_TAKE_FREE, {"holder": holder, "renewed_at": now()})
    else:
        former, beats = seen
        taken = db.execute(
            update(WorkerLease)
            .where(col(WorkerLease.holder) == former, col(WorkerLease.beats) == beats)
            .values(holder=holder, beats=beats + 1, renewed_at=now())
            .returning(col(WorkerLease.id))
        )
    return taken.first() is not None


def renew_lease(db: Db, holder: str) -> bool:
    """Raise the beats of the lease, and return True; False if `holder` does not have it."""
    renewed = db.execute(
        update(WorkerLease)
        .where(col(WorkerLease.holder) == holder)
        .values(beats=col(WorkerLease.beats) + 1, renewed_at=now())
        .returning(col(WorkerLease.id))
    )
    return renewed.first() is not None


def give_up_lease(db: Db, holder: str) -> None:
    """Delete the lease if `holder` has it, so that the next process need not wait."""
    db.exec(delete(WorkerLease).where(col(WorkerLease.holder) == holder))
