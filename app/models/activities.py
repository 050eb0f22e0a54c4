"""The activity log and its chain of hashes.

Lines are only ever added. A trigger refuses updates and deletes; the one update that it lets pass erases a line's
values.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index
from sqlmodel import Field, SQLModel

from app.models.base import Instant, now

# Actions that change nothing: people's data was seen or handed out, or a user or a stranger was refused.
VIEWS = ("view", "list-phones", "open-data")
EXPORTS = ("download", "hand-out-data")
SEARCHES = ("search-people",)
REFUSALS = ("refuse", "login-failed", "login-locked", "refuse-login", "wrong-code")
LOGINS = (
    *("log-in", "log-out", "end-login", "end-all-logins"),
    *("login-failed", "login-locked", "refuse-login"),
)
ACCESS_ACTIONS = (*VIEWS, *EXPORTS, *SEARCHES, *REFUSALS, "send-code")

# The plain JSON type, also on PostgreSQL: it keeps numbers as they were written, and so the digest of the values.
LoggedValues = JSON(none_as_null=True)


class Activity(SQLModel, table=True):
    """One line of the log: the actor, the action, the row that it was about, and its values before and after.

    `subject` and `subject_id` name that row (its table, and its code or id), and `reason` is a code that says why
    something was refused or read; none of them ever names a person. `address` is the client's shortened network address
    (`services.activities.shorten_address`), "" for the command line and background work.

    `before`, `after` and `salt` are erased when a person's data is (`services.activities.erase_logged_values`). They
    are not in the chain, but `values_digest` is (`log_chain.digest_values`, "" for a line without values). The values
    never contain a NIK, a contact, an address or a date of birth.
    """

    __tablename__ = "activity"
    __table_args__ = (Index("ix_activity_user_id_at", "user_id", "at"),)

    id: int = Field(default=None, primary_key=True)
    at: datetime = Field(default_factory=now, sa_type=Instant, index=True)
    user_id: int | None = Field(default=None, foreign_key="app_user.id")
    actor: str
    action: str
    subject: str
    subject_id: str = Field(index=True)
    address: str = Field(default="", sa_column_kwargs={"server_default": ""})
    reason: str = Field(default="", sa_column_kwargs={"server_default": ""})
    values_digest: str = Field(default="", sa_column_kwargs={"server_default": ""})
    before: dict[str, Any] | None = Field(default=None, sa_type=LoggedValues)
    after: dict[str, Any] | None = Field(default=None, sa_type=LoggedValues)
    salt: str | None = None


class ActivitySeal(SQLModel, table=True):
    """One link of the chain: the line at `position`, and the hash of it and of all lines before it.

    Positions are 1, 2, 3 … in the order in which lines were sealed. That is not always the order of their ids, because
    PostgreSQL may commit a line after others with higher ids. `sealed_at` is the same for lines sealed together.
    """

    __tablename__ = "activity_seal"

    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    activity_id: int = Field(foreign_key="activity.id", unique=True)
    sealed_at: datetime = Field(sa_type=Instant)
    hash: str


class ActivityHead(SQLModel, table=True):
    """The end of the chain, in a single row, so that the last links cannot be cut off unnoticed.

    `seal` is the keyed hash of position and hash. The chain's key is encrypted by the vault.
    """

    __tablename__ = "activity_head"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    position: int
    hash: str
    seal: str
    sealed_at: datetime = Field(sa_type=Instant)
    key_encrypted: str
