"""Sesi: one meeting of a workshop."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Instant, choice, now


class SessionMode(StrEnum):
    LURING = "luring"
    DARING = "daring"
    HYBRID = "hybrid"


class WorkshopSession(SQLModel, table=True):
    __tablename__ = "workshop_session"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="duration"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity"),
    )

    id: int = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=40)
    workshop_id: int = Field(foreign_key="workshop.id", index=True)
    starts_at: datetime = Field(sa_type=Instant, index=True)
    ends_at: datetime = Field(sa_type=Instant)
    mode: SessionMode = Field(default=SessionMode.LURING, sa_type=choice(SessionMode, "mode"))
    venue_id: int | None = Field(default=None, foreign_key="venue.id", index=True)
    online_link: str = ""
    capacity: int | None = None
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
