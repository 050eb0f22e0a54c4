"""The activity log: who did what to what, before and after. Rows are added and never changed (a trigger holds it)."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from app.models.base import Instant, JsonDocument, now


class Activity(SQLModel, table=True):
    """`subject` and `subject_id` name the thing (a model's table and its code or id).

    Values carry no NIK, nor by what a person is reached, where they live or when they were born.
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
