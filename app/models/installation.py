"""What an administrator sets up once: the letterhead of documents, and the steps of the start that were skipped."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, LargeBinary
from sqlmodel import Field, SQLModel

from app.models.base import Instant, choice, now


class SavedLetterhead(SQLModel, table=True):
    """The letterhead of documents, in a single row; without it `reports.letterhead.LETTERHEAD` is used.

    `coat_of_arms` is a PNG, None without one.
    """

    __tablename__ = "letterhead"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    city: str
    government: str
    office: str
    address: str = ""
    phone: str = ""
    coat_of_arms: bytes | None = Field(default=None, sa_type=LargeBinary)


class SetupStep(StrEnum):
    """The steps by which an administrator sets up a new installation, in their order."""

    LETTERHEAD = "letterhead"
    ORGANIZATION = "organization"
    USERS = "users"
    WORKSHOP = "workshop"
    TARGETS = "targets"
    MAIL = "mail"


class SkippedSetupStep(SQLModel, table=True):
    """A step that an administrator has decided not to take, and why."""

    __tablename__ = "skipped_setup_step"

    step: SetupStep = Field(primary_key=True, sa_type=choice(SetupStep, "step"))
    reason: str
    skipped_at: datetime = Field(default_factory=now, sa_type=Instant)
