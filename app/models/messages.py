"""Messages (pesan) to registered people by e-mail and WhatsApp, and whether they were sent."""

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
    NOTE = "note"


class MessageChannel(StrEnum):
    EMAIL = "email"
    WHATSAPP = "whatsapp"


class MessageStatus(StrEnum):
    """`unknown`: the connection broke after the text was handed over. The mail may have arrived and is not resent."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Message(SQLModel, table=True):
    """A message in the reader's language, written in the transaction of the event that it reports.

    `recipient` is an e-mail address or, with the channel "whatsapp", a phone number as +62…. `occasion` is unique, so
    that one event is reported once. A "note" is a text that staff typed.
    """

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_recipient", "recipient", "kind", "created_at"),)

    id: int = Field(default=None, primary_key=True)
    registration_id: int = Field(foreign_key="registration.id", ondelete="CASCADE", index=True)
    kind: MessageKind = Field(sa_type=choice(MessageKind, "kind"))
    channel: MessageChannel = Field(
        default=MessageChannel.EMAIL,
        sa_type=choice(MessageChannel, "channel"),
        sa_column_kwargs={"server_default": MessageChannel.EMAIL.value},
    )
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


class WhatsAppList(SQLModel, table=True):
    """A text that staff write to people of a session by hand, one after the other, with WhatsApp."""

    __tablename__ = "whatsapp_list"

    id: int = Field(default=None, primary_key=True)
    workshop_session_id: int = Field(foreign_key="workshop_session.id", index=True)
    text: str
    created_by: int | None = Field(default=None, foreign_key="app_user.id")
    created_at: datetime = Field(default_factory=now, sa_type=Instant)


class WhatsAppRecipient(SQLModel, table=True):
    """A person on a list. `sent_at` is when user `sent_by` ticked that the text was sent, None without a tick."""

    __tablename__ = "whatsapp_recipient"

    whatsapp_list_id: int = Field(foreign_key="whatsapp_list.id", primary_key=True, ondelete="CASCADE")
    registration_id: int = Field(
        foreign_key="registration.id", primary_key=True, index=True, ondelete="CASCADE"
    )
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    sent_by: int | None = Field(default=None, foreign_key="app_user.id")
