"""The outbox: work is queued in the transaction that asks for it, claimed by one worker, and deleted once done.

If a worker is killed, its task stays claimed, and another worker claims it again.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlmodel import col

from app.database import Db
from app.models import OutboxKind, OutboxTask
from app.models.base import now

# Longer than any task takes: a claim this old belongs to a worker that died.
CLAIM_LIFETIME = timedelta(minutes=5)
MAX_ATTEMPTS = 3

# The mark on a database handle whose transaction queued something.
QUEUED = "outbox-queued"


class TryLater(Exception):
    """The work can't be done now; it is asked for again after `delay`."""

    def __init__(self, delay: timedelta) -> None:
        super().__init__(f"again in {delay}")
        self.delay = delay


@dataclass(frozen=True)
class ClaimedTask:
    """`again` is set where a try before this one broke off, `last_try` where no further one would follow,
    `exhausted` where even that one ended without a word."""

    id: int
    kind: OutboxKind
    payload: dict[str, Any]
    again: bool
    last_try: bool
    exhausted: bool


def queue_task(db: Db, kind: OutboxKind, **payload: object) -> None:
    """Adds work to be done after this transaction is committed."""
    db.add(OutboxTask(kind=kind, payload=payload))
    db.info[QUEUED] = True


def has_task(read_db: Db) -> bool:
    """Return whether there is a task to claim. Unlike `claim_task` it waits for no writer of SQLite."""
    return read_db.scalar(select(col(OutboxTask.id)).where(_claimable()).limit(1)) is not None


def claim_task(db: Db) -> ClaimedTask | None:
    """Claim the oldest task that no worker has claimed and return it, or None. Mails come last, so that a slow mail
    server keeps nobody waiting for an import."""
    task = db.scalars(
        select(OutboxTask)
        .where(_claimable())
        .order_by(col(OutboxTask.kind) == OutboxKind.SEND_MESSAGE, col(OutboxTask.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if task is None:
        return None
    task.claimed_until = now() + CLAIM_LIFETIME
    task.attempts += 1
    return ClaimedTask(
        task.id,
        task.kind,
        task.payload,
        again=task.attempts > 1,
        last_try=task.attempts >= MAX_ATTEMPTS,
        exhausted=task.attempts > MAX_ATTEMPTS,
    )


def postpone_task(db: Db, claimed: ClaimedTask, delay: timedelta) -> None:
    """The task is done later. A try that ended with this word didn't break off, and isn't counted as one.

    It is queued again where it is gone: another worker had it as well, and didn't know that there is more to do.
    """
    task = db.get(OutboxTask, claimed.id, with_for_update=True)
    if task is None:
        task = OutboxTask(kind=claimed.kind, payload=claimed.payload)
        db.add(task)
    task.claimed_until, task.attempts = now() + delay, 0


def release_claims(db: Db) -> None:
    """Let tasks be claimed again at once whose worker is gone. Tasks that were postponed stay so."""
    db.exec(update(OutboxTask).where(col(OutboxTask.attempts) > 0).values(claimed_until=None))


def finish_task(db: Db, task_id: int) -> None:
    """The task is done, or given up."""
    task = db.get(OutboxTask, task_id)
    if task is not None:
        db.delete(task)


def _claimable() -> ColumnElement[bool]:
    return or_(col(OutboxTask.claimed_until).is_(None), col(OutboxTask.claimed_until) < now())
