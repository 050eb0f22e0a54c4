"""Coverage reports by e-mail: who gets the monthly one, filters that users have saved, and the mails."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Instant, JsonDocument, choice, now
from app.models.messages import MessageStatus


class ReportMailing(SQLModel, table=True):
    """The monthly report by e-mail, in a single row; without the row it is not sent.

    It is sent on this `day` of each month. `changed_at` is when the day was chosen: no month is sent whose day was
    before that.
    """

    __tablename__ = "report_mailing"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("day BETWEEN 1 AND 28", name="day"),
    )

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    day: int
    changed_at: datetime = Field(default_factory=now, sa_type=Instant)
    changed_by: int | None = Field(default=None, foreign_key="app_user.id")


class ReportRecipient(SQLModel, table=True):
    """Sends the monthly report to a user."""

    __tablename__ = "report_recipient"

    user_id: int = Field(
        primary_key=True, foreign_key="app_user.id", sa_column_kwargs={"autoincrement": False}
    )
    chosen_at: datetime = Field(default_factory=now, sa_type=Instant)
    chosen_by: int | None = Field(default=None, foreign_key="app_user.id")


class ReportFrequency(StrEnum):
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class SavedFilter(SQLModel, table=True):
    """Filters of the coverage report that a user saved under a name, as the parameters of the page's address.

    With a `frequency` the user gets the report with these filters by e-mail, since `subscribed_at`.
    """

    __tablename__ = "saved_filter"
    __table_args__ = (
        UniqueConstraint("user_id", "name"),
        CheckConstraint("(frequency IS NULL) = (subscribed_at IS NULL)", name="subscription"),
    )

    id: int = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="app_user.id")
    name: str = Field(max_length=80)
    parameters: dict[str, Any] = Field(sa_type=JsonDocument)
    frequency: ReportFrequency | None = Field(default=None, sa_type=choice(ReportFrequency, "frequency"))
    subscribed_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(default_factory=now, sa_type=Instant)


class ReportMail(SQLModel, table=True):
    """A mail with the report of a period to one user: the monthly one, or that of a saved filter.

    `occasion` names user or filter, and the period; it is unique, so that a report is sent once.
    """

    __tablename__ = "report_mail"

    id: int = Field(default=None, primary_key=True)
    occasion: str = Field(max_length=100, unique=True)
    user_id: int = Field(foreign_key="app_user.id", index=True)
    saved_filter_id: int | None = Field(
        default=None, foreign_key="saved_filter.id", ondelete="CASCADE", index=True
    )
    period_from: date
    period_to: date
    status: MessageStatus = Field(default=MessageStatus.WAITING, sa_type=choice(MessageStatus, "status"))
    attempts: int = 0
    error: str | None = None
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
