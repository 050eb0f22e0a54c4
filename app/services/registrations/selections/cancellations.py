"""Cancel several registrations of a session at once, for a reason."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Invalid
from app.i18n import N_
from app.models import Attendance, AttendanceStatus, Registration, RegistrationStatus, WorkshopSession
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.in_values import in_values
from app.services.authorization import require_permission
from app.services.locks import lock_people_table, lock_row
from app.services.registrations.registrations import cancel_registration
from app.services.registrations.selections.marks import BulkResult

MAX_REASON = 300


class CancellationObstacle(StrEnum):
    """Why a chosen registration is not cancelled: it is cancelled already, or has an outcome."""

    CANCELLED = "cancelled"
    RECORDED = "recorded"


@dataclass(frozen=True)
class CancellationResult(BulkResult):
    """`codes` are those of the registrations that were cancelled."""

    codes: tuple[str, ...]


def find_cancellation_obstacle(
    status: RegistrationStatus, attendance: AttendanceStatus | None
) -> CancellationObstacle | None:
    """Return why a registration with this attendance is not cancelled, None if it is."""
    if status is RegistrationStatus.CANCELLED:
        return CancellationObstacle.CANCELLED
    return CancellationObstacle.RECORDED if attendance else None


def cancel_registrations(
    db: Db, actor: Actor, workshop_session: WorkshopSession, registration_ids: Collection[int], reason: str
) -> CancellationResult:
    """Cancel the chosen registrations of a session as `cancel_registration` does, and return which and how many.

    People who wait are cancelled first, so that no one of the chosen moves up before. Those with a
    `CancellationObstacle` are left out.

    Raises `Forbidden` without `ATTENDANCE_WRITE`, `Invalid` without a reason, and `Conflict` (code "too-late") once the
    session has begun.
    """
    require_permission(db, actor, Permission.ATTENDANCE_WRITE, workshop_session)
    reason = reason.strip()
    if not 0 < len(reason) <= MAX_REASON:
        raise Invalid(PLEASE_CORRECT, fields={"why": N_("Write why, in at most 300 characters.")})
    lock_people_table(db)
    workshop_session = lock_row(db, WorkshopSession, workshop_session.id)
    if workshop_session.starts_at <= now():
        raise Conflict(
            N_("The session has begun: mark the attendance instead of cancelling."), code="too-late"
        )
    chosen = db.execute(
        select(Registration, col(Attendance.status))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(
            col(Registration.workshop_session_id) == workshop_session.id,
            in_values(db, col(Registration.id), registration_ids),
        )
        .order_by(col(Registration.waiting_number).is_(None), col(Registration.id))
    ).all()
    cancelled: list[str] = []
    for registration, attendance in chosen:
        if find_cancellation_obstacle(registration.status, attendance) is None:
            cancel_registration(db, actor, registration, reason=reason)
            cancelled.append(registration.code)
    return CancellationResult(len(cancelled), len(registration_ids) - len(cancelled), tuple(cancelled))
