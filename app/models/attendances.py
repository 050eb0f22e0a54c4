"""Kehadiran: the outcome of a registration."""

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
