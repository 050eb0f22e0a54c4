"""The outbox: tasks are queued in the transaction that needs them, claimed by one worker, and deleted once done.

If a worker is killed, its task stays claimed until another worker releases the claim or it expires.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, or_, select, update
from sqlmodel import col

from app.database import Db
from app.models import OutboxKind, OutboxTask
from app.models.base import now

# Longer than any task takes: the worker of an older claim has died.
CLAIM_LIFETIME = timedelta(minutes=5)
MAX_ATTEMPTS = 3
# A task that would wait longer was postponed while the clock was ahead. It is claimed at once.
MAX_DELAY = timedelta(hours=4)
SLOW_KINDS = (OutboxKind.PUSH_OPEN_DATA, OutboxKind.SEND_MESSAGE, OutboxKind.SEND_REPORT)
"""Tasks that wait for other servers. Codes do, too, but a person waits for them."""

# Key in `db.info`, set if the transaction has queued a task.
QUEUED = "outbox-queued"


class TryLater(Exception):
    """Raised by a task that can't be done now and is to be tried again after `delay`."""

    def __init__(self, delay: timedelta) -> None:
        super().__init__(f"try again in {delay}")
        self.delay = delay


@dataclass(frozen=True)
class ClaimedTask:
    """A task that this worker has claimed.

    `is_retry`: an earlier attempt was interrupted. `is_last_attempt`: no attempt follows if this one fails.
    `is_exhausted`: even the last attempt was interrupted, and the task must be given up.
    """

    id: int
    kind: OutboxKind
    payload: dict[str, Any]
    queued_at: datetime
    is_retry: bool
    is_last_attempt: bool
    is_exhausted: bool


def queue_task(db: Db, kind: OutboxKind, **payload: object) -> None:
    """Add a task to the outbox; a worker does it after this transaction is committed.

    `payload` holds the task's parameters, which must be JSON values. Sets `db.info[QUEUED]`.
    """
    db.add(OutboxTask(kind=kind, payload=payload))
    db.info[QUEUED] = True


def queue_once(db: Db, kind: OutboxKind) -> None:
    """Add a task without parameters to the outbox, unless one of this kind waits there already."""
    db.flush()
    waiting = select(col(OutboxTask.id)).where(
        col(OutboxTask.kind) == kind, col(OutboxTask.claimed_until).is_(None)
    )
    if db.scalar(waiting.limit(1)) is None:
        queue_task(db, kind)


def has_task(read_db: Db) -> bool:
    """Return whether there is a task that `claim_task` would claim.

    Unlike `claim_task` this only reads, so it does not lock SQLite's database for writing.
    """
    return read_db.scalar(select(col(OutboxTask.id)).where(_claimable()).limit(1)) is not None


def claim_task(db: Db) -> ClaimedTask | None:
    """Claim the oldest claimable task for five minutes, count the attempt, and return it; None if there is no task.

    A task can be claimed if it never was, or if its claim was released or has expired. Those of `SLOW_KINDS` come after
    all others, so that a slow mail server does not delay imports. Tasks that another worker is claiming at this moment
    are skipped.
    """
    task = db.scalars(
        select(OutboxTask)
        .where(_claimable())
        .order_by(col(OutboxTask.kind).in_(SLOW_KINDS), col(OutboxTask.id))
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
        task.created_at,
        is_retry=task.attempts > 1,
        is_last_attempt=task.attempts >= MAX_ATTEMPTS,
        is_exhausted=task.attempts > MAX_ATTEMPTS,
    )


def postpone_task(db: Db, claimed: ClaimedTask, delay: timedelta) -> None:
    """Let a task be claimed again only after `delay`, at most `MAX_DELAY`, and set its number of attempts to 0.

    If another worker had claimed the task as well and has deleted it, it is queued again.
    """
    task = db.get(OutboxTask, claimed.id, with_for_update=True)
    if task is None:
        task = OutboxTask(kind=claimed.kind, payload=claimed.payload, created_at=claimed.queued_at)
        db.add(task)
    task.claimed_until, task.attempts = now() + min(delay, MAX_DELAY), 0


def release_claims(db: Db) -> None:
    """Release the claims of all tasks, so that they can be claimed at once. Postponed tasks stay postponed.

    The attempt that was interrupted counts, so that a file which makes the process die is given up; but not for
    `SLOW_KINDS`: while a server is away it is the restarts that interrupt them, and they have a rule of their own.
    """
    attempts = case((col(OutboxTask.kind).in_(SLOW_KINDS), 0), else_=col(OutboxTask.attempts))
    db.exec(
        update(OutboxTask).where(col(OutboxTask.attempts) > 0).values(claimed_until=None, attempts=attempts)
    )


def take_waiting_tasks(db: Db, kind: OutboxKind) -> list[dict[str, Any]]:
    """Delete the tasks of a kind that no worker has claimed; return their payloads, to do them together with another.

    They are lost if this worker is killed then.
    """
    statement = select(OutboxTask).where(
        col(OutboxTask.kind) == kind, col(OutboxTask.claimed_until).is_(None)
    )
    tasks = db.scalars(statement.with_for_update(skip_locked=True)).all()
    for task in tasks:
        db.delete(task)
    return [task.payload for task in tasks]


def finish_task(db: Db, task_id: int) -> None:
    """Delete a task that is done or given up. Does nothing if it was deleted already."""
    task = db.get(OutboxTask, task_id)
    if task is not None:
        db.delete(task)


def _claimable() -> ColumnElement[bool]:
    """Return the condition that a task has no claim, or one that has expired or can't be right (`MAX_DELAY`)."""
    moment, until = now(), col(OutboxTask.claimed_until)
    return or_(until.is_(None), until < moment, until > moment + MAX_DELAY)
