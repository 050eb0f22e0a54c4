"""Pendaftaran: a person for a session, with the facts as they were then."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Instant, choice, now
from app.models.participants import Sex


class RegistrationStatus(StrEnum):
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    WALK_IN = "walk-in"
    CANCELLED = "cancelled"


class Basis(StrEnum):
    """On what ground personal data is processed (UU 27/2022, article 20)."""

    CONSENT = "consent"
    PUBLIC_TASK = "public-task"
    PAPER_CONSENT = "paper-consent"


class Registration(SQLModel, table=True):
    """`kelurahan_code`, `rt`, `sex` and `target_group_code` are frozen: who moves later, still came from there."""

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("workshop_session_id", "participant_id"),
        CheckConstraint("(kelurahan_code IS NULL) <> (outside_place IS NULL)", name="place"),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=12)
    participant_id: int = Field(foreign_key="participant.id", index=True)
    workshop_session_id: int = Field(foreign_key="workshop_session.id")
    status: RegistrationStatus = Field(sa_type=choice(RegistrationStatus, "status"))
    kelurahan_code: str | None = Field(default=None, foreign_key="area.code", index=True)
    outside_place: str | None = None
    rt: str | None = Field(default=None, max_length=3)
    sex: Sex | None = Field(default=None, sa_type=choice(Sex, "sex"))
    target_group_code: str = Field(foreign_key="target_group.code", index=True)
    basis: Basis = Field(sa_type=choice(Basis, "basis"))
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
