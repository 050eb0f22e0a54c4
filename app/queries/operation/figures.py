"""What waits in the database and what became of it, counted for monitoring."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from app.database import Db
from app.models import AttendanceImport, ImportStatus, Message, MessageStatus, OutboxKind, OutboxTask
from app.models.base import now


@dataclass(frozen=True)
class OperationFigures:
    """Queued tasks by kind, messages and uploaded lists by state, and the age of the oldest task that is due."""

    tasks: Mapping[str, int]
    messages: Mapping[str, int]
    imports: Mapping[str, int]
    oldest_task_seconds: float


def load_operation_figures(db: Db) -> OperationFigures:
    """Return the figures; every kind and state is there, at 0 if nothing has it."""
    claimed_until = col(OutboxTask.claimed_until)
    oldest = db.scalar(
        select(func.min(col(OutboxTask.created_at))).where(
            or_(claimed_until.is_(None), claimed_until < now())
        )
    )
    return OperationFigures(
        tasks=_count_by(db, col(OutboxTask.kind), OutboxKind),
        messages=_count_by(db, col(Message.status), MessageStatus),
        imports=_count_by(db, col(AttendanceImport.status), ImportStatus),
        oldest_task_seconds=(now() - oldest).total_seconds() if oldest else 0,
    )


def _count_by(db: Db, column: Mapped[Any], choices: type[StrEnum]) -> dict[str, int]:
    """Return how many rows have each value of a column."""
    rows = db.execute(select(column, func.count()).group_by(column))
    counted: dict[StrEnum, int] = {value: number for value, number in rows}  # noqa: C416 (a Row is no pair for mypy)
    return {choice.value: counted.get(choice, 0) for choice in choices}
