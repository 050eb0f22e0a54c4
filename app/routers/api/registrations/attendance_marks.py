"""The attendance of a registration, marked at the venue."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.models import AttendanceStatus
from app.permissions import Permission
from app.queries.registrations.registrations import get_registration, get_registration_view
from app.services.registrations import attendance_marks as services
from app.web.dependencies import ApiActor, WriteDb

router = APIRouter(prefix="/api/v1/registrations", tags=["registrations"])


class AttendanceIn(BaseModel):
    """`status` null takes back an earlier mark. `at` is the time on the device, default: now.

    A `nonce` that was sent before changes nothing. `confirm` allows a mark more than a day before the session.
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
    """`attendance` is the present state, which may come from a later mark than this one."""

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
def mark_attendance(code: str, data: AttendanceIn, db: WriteDb, actor: ApiActor) -> AttendanceOut:
    """Store a mark and return the registration's attendance. Of several marks the latest by `at` counts.

    They may be sent in any order. A mark "present" makes a person who waits or has cancelled a walk-in. A mark whose
    `nonce` was sent before is not stored again.

    403 if your role may not record attendance, 404 for a registration of a session that you may not see. 409
    `session-cancelled`, `session-not-started` more than a day before the session unless `confirm` has it, or
    `nonce-used` if the nonce belongs to another registration.
    """
    registration = get_registration(db, actor, code, Permission.ATTENDANCE_WRITE)
    mark_input = services.MarkInput(
        data.status, data.at, data.nonce, confirmed="session-not-started" in data.confirm
    )
    mark = services.mark_attendance(db, actor, registration, mark_input)
    view = get_registration_view(db, registration)
    return AttendanceOut(
        registration=view.code,
        status=view.status.value,
        attendance=view.attendance,
        marked_at=mark.marked_at,
    )
