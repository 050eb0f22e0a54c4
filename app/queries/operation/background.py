"""What the background work is doing: which process does it, what waits in the outbox, and how sending goes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlmodel import col

from app.database import Db
from app.models import Message, MessageStatus, OutboxTask, ReportMail, WorkerLease
from app.models.base import now
from app.queries.messages.messages import HELD_BACK

# Messages that are older are not counted: nobody sends them again.
COUNTED_DAYS = timedelta(days=30)


@dataclass(frozen=True)
class BackgroundState:
    """The state of the background work.

    `holder` is the name of the process that works, None if none does; `renewed_at` is when it last said so, by the
    clock of its machine. `tasks` is the number of tasks in the outbox that are due or being done, `oldest_task_at` the
    time at which the first of them was queued, `postponed_tasks` those that wait for a later attempt. `messages_…` are
    mails and WhatsApp messages of the last 30 days by their status.
    """

    holder: str | None
    renewed_at: datetime | None
    tasks: int
    oldest_task_at: datetime | None
    postponed_tasks: int
    messages_waiting: int
    messages_failed: int
    messages_unknown: int


def load_background_state(db: Db) -> BackgroundState:
    """Return the state of the background work now. Four queries."""
    lease = db.execute(select(col(WorkerLease.holder), col(WorkerLease.renewed_at))).one_or_none()
    is_postponed = (col(OutboxTask.attempts) == 0) & (col(OutboxTask.claimed_until) > now())
    tasks, oldest = db.execute(
        select(func.count(), func.min(col(OutboxTask.created_at))).where(
            or_(col(OutboxTask.claimed_until).is_(None), ~is_postponed)
        )
    ).one()
    postponed = db.scalar(select(func.count()).select_from(OutboxTask).where(is_postponed))
    statuses = _count_statuses(db)
    return BackgroundState(
        holder=lease.holder if lease else None,
        renewed_at=lease.renewed_at if lease else None,
        tasks=tasks,
        oldest_task_at=oldest,
        postponed_tasks=postponed or 0,
        messages_waiting=statuses.get(MessageStatus.WAITING, 0),
        messages_failed=statuses.get(MessageStatus.FAILED, 0),
        messages_unknown=statuses.get(MessageStatus.UNKNOWN, 0),
    )


def _count_statuses(db: Db) -> dict[MessageStatus, int]:
    """Return the number of messages and report mails by status, without messages that were held back on purpose."""
    since = now() - COUNTED_DAYS
    messages = select(col(Message.status)).where(
        col(Message.created_at) >= since, func.coalesce(col(Message.error), "") != HELD_BACK
    )
    report_mails = select(col(ReportMail.status)).where(col(ReportMail.created_at) >= since)
    sent = messages.union_all(report_mails).subquery()
    return dict(db.execute(select(sent.c.status, func.count()).group_by(sent.c.status)).all())
