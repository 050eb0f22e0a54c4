"""The outbox: work queued in the same transaction as the change that asks for it, and done after it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel

from app.models.base import Instant, JsonDocument, choice, now


class OutboxKind(StrEnum):
    COMMIT_IMPORT = "commit-import"
    FIND_DUPLICATES = "find-duplicates"
    READ_IMPORT = "read-import"
    SEND_MESSAGE = "send-message"


class OutboxTask(SQLModel, table=True):
    """Done once its row is gone. `claimed_until` keeps two workers from the same task; a claim that ran out
    belonged to a worker that died, and the task is taken again."""

    __tablename__ = "outbox_task"

    id: int = Field(default=None, primary_key=True)
    kind: OutboxKind = Field(sa_type=choice(OutboxKind, "kind"))
    payload: dict[str, Any] = Field(sa_type=JsonDocument)
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    claimed_until: datetime | None = Field(default=None, sa_type=Instant)
    attempts: int = 0
