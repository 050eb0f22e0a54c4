"""The activity log. Rows are only ever added; a trigger refuses updates and deletes."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from app.models.base import Instant, JsonDocument, now


class Activity(SQLModel, table=True):
    """One change: the actor, the action, the changed row, and its values before and after.

    `subject` and `subject_id` name the changed row (its table, and its code or id). The values never contain a NIK,
    a contact, an address or a date of birth, because nothing can be removed from the log.
    """

    __tablename__ = "activity"

    id: int = Field(default=None, primary_key=True)
    at: datetime = Field(default_factory=now, sa_type=Instant, index=True)
    user_id: int | None = Field(default=None, foreign_key="app_user.id", index=True)
    actor: str
    action: str
    subject: str
    subject_id: str = Field(index=True)
    before: dict[str, Any] | None = Field(default=None, sa_type=JsonDocument)
    after: dict[str, Any] | None = Field(default=None, sa_type=JsonDocument)
