"""Pendaftaran: a person for a session, with the facts as they were then."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Instant, choice, index_where_present, now
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


class Channel(StrEnum):
    """How a registration came about; an empty channel is a sheet's."""

    SELF = "self"
    ORGANIZER = "organizer"
    DELEGATION = "delegation"
    WALK_IN = "walk-in"


class Registration(SQLModel, table=True):
    """`kelurahan_code`, `rt`, `sex` and `target_group_code` are frozen: who moves later, still came from there.

    `name_given` is how somebody without an account wrote the name, where the person's record has it otherwise: their
    ticket says no more than they said.
    `waiting_number` is the place in the session's queue, in the order in which the lock was had; it stays where
    a later one passed by. `contact_*` are what was given for this very registration, whatever is known of the
    person besides. `request_key` is the form's that was sent: sent twice, it registers once.
    """

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("workshop_session_id", "participant_id"),
        CheckConstraint("(kelurahan_code IS NULL) <> (outside_place IS NULL)", name="place"),
        CheckConstraint("(consented_at IS NULL) = (consent_notice IS NULL)", name="consent"),
        Index(
            "ix_registration_places", "workshop_session_id", "status", "kelurahan_code", "target_group_code"
        ),
        index_where_present("registration", "delegation_link_id"),
        index_where_present("registration", "request_key", unique=True),
        index_where_present("registration", "waiting_number", within=("workshop_session_id",)),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=12)
    participant_id: int = Field(foreign_key="participant.id", index=True)
    workshop_session_id: int = Field(foreign_key="workshop_session.id", index=True)
    status: RegistrationStatus = Field(sa_type=choice(RegistrationStatus, "status"))
    kelurahan_code: str | None = Field(default=None, foreign_key="area.code")
    outside_place: str | None = None
    rt: str | None = Field(default=None, max_length=3)
    sex: Sex | None = Field(default=None, sa_type=choice(Sex, "sex"))
    target_group_code: str = Field(foreign_key="target_group.code")
    basis: Basis = Field(sa_type=choice(Basis, "basis"))
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    waiting_number: int | None = None
    channel: Channel | None = Field(default=None, sa_type=choice(Channel, "channel"))
    registered_by: int | None = Field(default=None, foreign_key="app_user.id")
    delegation_link_id: int | None = Field(default=None, foreign_key="delegation_link.id")
    name_given: str | None = None
    contact_phone: str | None = None
    contact_email: str | None = None
    language: str | None = Field(default=None, max_length=2)
    consent_notice: str | None = Field(default=None, max_length=10)
    consented_at: datetime | None = Field(default=None, sa_type=Instant)
    request_key: str | None = Field(default=None, max_length=64)
