"""Requests of people about their own data (UU 27/2022), the codes that open it, and how long each kind is kept."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Instant, choice, now


class DataRequestKind(StrEnum):
    ACCESS = "access"
    COPY = "copy"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"
    ERASURE = "erasure"


class DataRequestChannel(StrEnum):
    """How a request came: from the page of a ticket after a code, or at the desk after a check of identity."""

    TICKET = "ticket"
    DESK = "desk"


class DataRequestStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


class IdentityCheck(StrEnum):
    """What staff looked at to know who asks. No copy of it is kept."""

    KTP = "ktp"
    SIM = "sim"
    PASSPORT = "passport"
    FAMILY_CARD = "family-card"
    KNOWN = "known"


class DataRequest(SQLModel, table=True):
    """What a person asked about their data, until when it must be answered, and what became of it.

    `note` is what they asked for in their own words, `outcome` what they were told; both are emptied when the person is
    erased. A request made at the desk says how the identity was checked.
    """

    __tablename__ = "data_request"
    __table_args__ = (
        CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed"),
        CheckConstraint("channel <> 'desk' OR identity IS NOT NULL", name="desk"),
        CheckConstraint("due_at > received_at", name="due"),
    )

    id: int = Field(default=None, primary_key=True)
    participant_id: int | None = Field(
        default=None, foreign_key="participant.id", ondelete="SET NULL", index=True
    )
    kind: DataRequestKind = Field(sa_type=choice(DataRequestKind, "kind"))
    channel: DataRequestChannel = Field(sa_type=choice(DataRequestChannel, "channel"))
    identity: IdentityCheck | None = Field(default=None, sa_type=choice(IdentityCheck, "identity"))
    note: str = ""
    received_at: datetime = Field(default_factory=now, sa_type=Instant)
    received_by: int | None = Field(default=None, foreign_key="app_user.id")
    due_at: datetime = Field(sa_type=Instant)
    status: DataRequestStatus = Field(
        default=DataRequestStatus.OPEN, sa_type=choice(DataRequestStatus, "status"), index=True
    )
    outcome: str = ""
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_by: int | None = Field(default=None, foreign_key="app_user.id")


class DataAccess(SQLModel, table=True):
    """A code sent to a person's e-mail address, and the browser in which it was entered.

    `code_key` is the keyed hash of the code, `browser_key` the hash of the cookie that the browser then got.
    """

    __tablename__ = "data_access"

    id: int = Field(default=None, primary_key=True)
    registration_id: int = Field(foreign_key="registration.id", ondelete="CASCADE", index=True)
    code_key: str = Field(max_length=64)
    wrong_codes: int = 0
    browser_key: str | None = Field(default=None, max_length=64, unique=True)
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)


class RetentionKind(StrEnum):
    """The kinds of data that are deleted after a time."""

    FILES = "files"
    IMPORT_ROWS = "import-rows"
    MESSAGES = "messages"
    PEOPLE = "people"
    NIKS = "niks"
    ATTACHMENTS = "attachments"


class RetentionRule(SQLModel, table=True):
    """How many days a kind of data is kept. Nothing is deleted before an administrator has switched the rule on.

    `ran_at` is when the rule was last applied, and `deleted` how much that run deleted.
    """

    __tablename__ = "retention_rule"
    __table_args__ = (
        CheckConstraint("days BETWEEN 30 AND 7300", name="days"),
        CheckConstraint("deleted >= 0", name="deleted"),
    )

    kind: RetentionKind = Field(primary_key=True, sa_type=choice(RetentionKind, "kind"))
    days: int
    switched_on_at: datetime | None = Field(default=None, sa_type=Instant)
    switched_on_by: int | None = Field(default=None, foreign_key="app_user.id")
    ran_at: datetime | None = Field(default=None, sa_type=Instant)
    deleted: int = 0
