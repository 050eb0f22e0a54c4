"""The versions of the privacy notice (pemberitahuan privasi), and breaches of personal data (kegagalan pelindungan
data pribadi; UU 27/2022, article 46)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Instant, choice, now


class PrivacyNotice(SQLModel, table=True):
    """One version of the privacy notice in both languages; the newest `published_at` is in force.

    A version such as "2026-2" is the year and a number. A trigger refuses updates and deletes, because registrations
    name the version to which a person agreed, and the text must be shown as proof (UU 27/2022, article 24).
    `published_by` is None for a text that came with the software.
    """

    __tablename__ = "privacy_notice"
    __table_args__ = (CheckConstraint("text_id <> '' AND text_en <> ''", name="text"),)

    version: str = Field(primary_key=True, max_length=10)
    text_id: str
    text_en: str
    published_at: datetime = Field(default_factory=now, sa_type=Instant)
    published_by: int | None = Field(default=None, foreign_key="app_user.id")


class BreachScope(StrEnum):
    """Whose data a breach concerns: all people, or those of a workshop, a session, a period or an uploaded file."""

    ALL = "all"
    WORKSHOP = "workshop"
    SESSION = "session"
    PERIOD = "period"
    FILE = "file"


class Breach(SQLModel, table=True):
    """A breach: what happened, which data, when it was found, what was done, and whom it concerned.

    `scope` says which of the columns below it is filled in; `first_day` and `last_day` are WITA days, both included.
    `attendance_import_id` is no foreign key, because an upload may be discarded after it has leaked.
    `agency_notified_at` and `people_notified_at` are None until somebody says that the letters went out.
    """

    __tablename__ = "breach"
    __table_args__ = (
        CheckConstraint("(scope = 'workshop') = (workshop_id IS NOT NULL)", name="workshop"),
        CheckConstraint("(scope = 'session') = (workshop_session_id IS NOT NULL)", name="session"),
        CheckConstraint("(scope = 'file') = (attendance_import_id IS NOT NULL)", name="file"),
        CheckConstraint("(scope = 'period') = (first_day IS NOT NULL)", name="period"),
        CheckConstraint(
            "(first_day IS NULL) = (last_day IS NULL) AND (first_day IS NULL OR last_day >= first_day)",
            name="days",
        ),
    )

    id: int = Field(default=None, primary_key=True)
    title: str
    found_at: datetime = Field(sa_type=Instant)
    happened: str
    data_affected: str
    measures: str = ""
    scope: BreachScope = Field(sa_type=choice(BreachScope, "scope"))
    workshop_id: int | None = Field(default=None, foreign_key="workshop.id")
    workshop_session_id: int | None = Field(default=None, foreign_key="workshop_session.id")
    attendance_import_id: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    agency_notified_at: datetime | None = Field(default=None, sa_type=Instant)
    people_notified_at: datetime | None = Field(default=None, sa_type=Instant)
    recorded_at: datetime = Field(default_factory=now, sa_type=Instant)
    recorded_by: int | None = Field(default=None, foreign_key="app_user.id")
