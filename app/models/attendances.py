"""Kehadiran: the outcome of a registration, and the marks by which it came about on the day."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from app.models.base import Instant, choice, now


class AttendanceStatus(StrEnum):
    PRESENT = "present"
    ABSENT = "absent"
    EXCUSED = "excused"


class Attendance(SQLModel, table=True):
    """One outcome a registration; where it came from is the import, if any, that said it last."""

    __tablename__ = "attendance"

    registration_id: int = Field(foreign_key="registration.id", primary_key=True)
    status: AttendanceStatus = Field(sa_type=choice(AttendanceStatus, "status"))
    recorded_at: datetime = Field(default_factory=now, sa_type=Instant)
    recorded_by: int | None = Field(default=None, foreign_key="app_user.id")
    attendance_import_id: int | None = Field(default=None, foreign_key="attendance_import.id", index=True)


class AttendanceMark(SQLModel, table=True):
    """One tap at the venue. The latest by `marked_at`, the time of the device that made it, is the outcome.

    Without a `status` it takes back what was marked before. `nonce` is the device's: a mark that it sends twice,
    because the answer was lost, is kept once.
    """

    __tablename__ = "attendance_mark"

    id: int = Field(default=None, primary_key=True)
    registration_id: int = Field(foreign_key="registration.id", ondelete="CASCADE", index=True)
    status: AttendanceStatus | None = Field(default=None, sa_type=choice(AttendanceStatus, "status"))
    marked_at: datetime = Field(sa_type=Instant)
    received_at: datetime = Field(default_factory=now, sa_type=Instant)
    marked_by: int | None = Field(default=None, foreign_key="app_user.id")
    nonce: str | None = Field(default=None, max_length=64, unique=True)
