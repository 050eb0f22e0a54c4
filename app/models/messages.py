"""Messages (pesan): the mails to registered people, and whether they were sent."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.models.base import Instant, choice, now


class MessageKind(StrEnum):
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    MOVED_UP = "moved-up"
    REMINDER = "reminder"
    CANCELLED = "cancelled"
    SESSION_CANCELLED = "session-cancelled"
    SESSION_CHANGED = "session-changed"
    CONTACT_CODE = "contact-code"


class MessageStatus(StrEnum):
    """`unknown`: the connection broke after the text was handed over. The mail may have arrived and is not resent."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Message(SQLModel, table=True):
    """A mail in the reader's language, written in the transaction of the event that it reports.

    `occasion` is unique, so that one event is reported once.
    """

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_recipient", "recipient", "kind", "created_at"),)

    id: int = Field(default=None, primary_key=True)
    registration_id: int = Field(foreign_key="registration.id", ondelete="CASCADE", index=True)
    kind: MessageKind = Field(sa_type=choice(MessageKind, "kind"))
    occasion: str | None = Field(default=None, max_length=100, unique=True)
    recipient: str
    language: str = Field(max_length=2)
    subject: str
    body: str
    status: MessageStatus = Field(default=MessageStatus.WAITING, sa_type=choice(MessageStatus, "status"))
    attempts: int = 0
    error: str | None = None
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
