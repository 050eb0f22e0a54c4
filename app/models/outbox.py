"""Background work: tasks queued in the same transaction as the change that asks for them, and regular work."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel

from app.models.base import Instant, JsonDocument, choice, now


class OutboxKind(StrEnum):
    COMMIT_IMPORT = "commit-import"
    FIND_DUPLICATES = "find-duplicates"
    MAKE_DOSSIER = "make-dossier"
    PUSH_OPEN_DATA = "push-open-data"
    READ_BATCH = "read-batch"
    READ_IMPORT = "read-import"
    RECLAIM_SPACE = "reclaim-space"
    SEND_CODE = "send-code"
    SEND_MESSAGE = "send-message"
    SEND_REPORT = "send-report"


class OutboxTask(SQLModel, table=True):
    """A task to be done; its row is deleted once it is done.

    `claimed_until` keeps two workers from the same task; a claim that ran out belonged to a worker that died, and the
    task is claimed again. `rows_done` of `rows_total` is the progress of an import, on PostgreSQL.
    """

    __tablename__ = "outbox_task"

    id: int = Field(default=None, primary_key=True)
    kind: OutboxKind = Field(sa_type=choice(OutboxKind, "kind"))
    payload: dict[str, Any] = Field(sa_type=JsonDocument)
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    claimed_until: datetime | None = Field(default=None, sa_type=Instant)
    attempts: int = 0
    rows_done: int | None = None
    rows_total: int | None = None


class ScheduledRun(SQLModel, table=True):
    """The latest due time for which regular work (an entry of the timetable) was begun."""

    __tablename__ = "scheduled_run"

    name: str = Field(primary_key=True)
    due_at: datetime = Field(sa_type=Instant)
