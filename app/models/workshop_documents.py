"""The texts that people write for a workshop's documents. No document is stored."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Field, SQLModel

from app.models.base import Instant, JsonDocument, now


class WorkshopReport(SQLModel, table=True):
    """What an organizer writes in the report of a workshop (laporan kegiatan). A text is "" where it is missing yet.

    `signatories` are those of `reports.official.Signatory`, as JSON.
    """

    __tablename__ = "workshop_report"

    workshop_id: int = Field(
        primary_key=True, foreign_key="workshop.id", sa_column_kwargs={"autoincrement": False}
    )
    number: str = Field(max_length=100)
    background: str
    legal_basis: str
    purpose: str
    material: str
    proceedings: str
    evaluation: str
    closing: str
    place: str = Field(max_length=100)
    dated: date | None
    signatories: list[dict[str, Any]] = Field(sa_type=JsonDocument)
    updated_at: datetime = Field(default_factory=now, sa_type=Instant, index=True)


class SessionLetters(SQLModel, table=True):
    """What is written in the invitation to a session (undangan) and in its minutes (berita acara)."""

    __tablename__ = "session_letters"

    workshop_session_id: int = Field(
        primary_key=True, foreign_key="workshop_session.id", sa_column_kwargs={"autoincrement": False}
    )
    invitation_number: str = Field(max_length=100)
    invitation_dated: date | None
    urgency: str = Field(max_length=100)
    attachments: str = Field(max_length=100)
    subject: str
    addressees: str
    agenda: str
    invitation_signatories: list[dict[str, Any]] = Field(sa_type=JsonDocument)
    minutes_number: str = Field(max_length=100)
    minutes_text: str
    minutes_signatories: list[dict[str, Any]] = Field(sa_type=JsonDocument)
    updated_at: datetime = Field(default_factory=now, sa_type=Instant)
