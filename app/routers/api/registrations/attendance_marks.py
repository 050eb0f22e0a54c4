"""The attendance of one registration, marked at the venue."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.models import AttendanceStatus
from app.permissions import Permission
from app.queries.registrations.registrations import registration_by_code, registration_view
from app.services.registrations.attendance_marks import Marking, mark
from app.web.dependencies import ApiActor, Writer

router = APIRouter(prefix="/api/v1/registrations", tags=["registrations"])


class AttendanceIn(BaseModel):
    """`status` null takes back what was marked before. `at` is the time of the device, now where it is missing.

    A `nonce` that was sent before changes nothing. `confirm` marks more than a day before the session.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "status": "present",
                    "at": "2026-08-05T08:52:10+08:00",
                    "nonce": "5f0c2a4e-7a53-4d0e-9a63-2f4a0d6f3c11",
                }
            ]
        },
    )

    status: AttendanceStatus | None
    at: AwareDatetime | None = None
    nonce: str | None = Field(None, min_length=1, max_length=64)
    confirm: list[Literal["session-not-started"]] = Field(default_factory=list)


class AttendanceOut(BaseModel):
    """`attendance` is what holds now; a mark that is later than this one may have made it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "registration": "7KQ2M9XA",
                    "status": "confirmed",
                    "attendance": "present",
                    "marked_at": "2026-08-05T00:52:10Z",
                }
            ]
        }
    )

    registration: str
    status: Literal["confirmed", "waitlisted", "walk-in", "cancelled"]
    attendance: AttendanceStatus | None
    marked_at: datetime


@router.put("/{code}/attendance")
def mark_attendance(code: str, given: AttendanceIn, db: Writer, actor: ApiActor) -> AttendanceOut:
    """Keeps a mark; of several the latest by `at` counts, in whatever order they are sent."""
    registration = registration_by_code(db, actor, code, Permission.ATTENDANCE_WRITE)
    marking = Marking(given.status, given.at, given.nonce, confirmed="session-not-started" in given.confirm)
    kept = mark(db, actor, registration, marking)
    found = registration_view(db, registration)
    return AttendanceOut(
        registration=found.code,
        status=found.status.value,
        attendance=found.attendance,
        marked_at=kept.marked_at,
    )
