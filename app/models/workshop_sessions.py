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
    """Registration opens when the session is made and closes when it begins, unless instants say otherwise.

    Places are caps: of the session (`capacity`), for each kelurahan, and for groups (`SessionGroupPlaces`).
    """

    __tablename__ = "workshop_session"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="duration"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity"),
        CheckConstraint("places_per_kelurahan > 0", name="places_per_kelurahan"),
        CheckConstraint("registration_closes_at > registration_opens_at", name="registration_time"),
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
    registration_opens_at: datetime | None = Field(default=None, sa_type=Instant)
    registration_closes_at: datetime | None = Field(default=None, sa_type=Instant)
    places_per_kelurahan: int | None = None
    cancelled_at: datetime | None = Field(default=None, sa_type=Instant)
    cancelled_why: str | None = None


class SessionGroupPlaces(SQLModel, table=True):
    """How many of one group a session has places for; a group without a line has no cap of its own."""

    __tablename__ = "session_group_places"
    __table_args__ = (CheckConstraint("places > 0", name="places"),)

    workshop_session_id: int = Field(foreign_key="workshop_session.id", primary_key=True)
    target_group_code: str = Field(foreign_key="target_group.code", primary_key=True)
    places: int
