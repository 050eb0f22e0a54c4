"""Walk-ins: people who are registered and marked present at once, from a name and a kelurahan."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import col, select

from app.database import Db
from app.errors import Conflict
from app.i18n import N_
from app.models import Attendance, AttendanceMark, AttendanceStatus, Channel, Registration
from app.nik_vault import NikVault
from app.people.matching import Decision
from app.people.person import PersonInput
from app.permissions import Actor
from app.services.locks import lock_people_table
from app.services.registrations.attendance_marks import MarkInput, mark_attendance
from app.services.registrations.registrations import register_person
from app.services.registrations.requests import AlreadyRegistered, RegistrationRequest


@dataclass(frozen=True)
class WalkInInput:
    """A person who came without having registered.

    `known_person` is the id of a known person, "new", or None if that needs no choice. A form that is sent again with
    the same `request_key` changes nothing. `confirmed` allows it for a session that is still to come. `at` is when the
    device noted that they are present, for walk-ins that are sent later; None is now.
    """

    person: PersonInput
    known_person: int | Literal["new"] | None = None
    request_key: str | None = None
    confirmed: bool = False
    at: datetime | None = None


def register_walk_in(
    db: Db, vault: NikVault, actor: Actor, workshop_session_id: int, data: WalkInInput
) -> Registration:
    """Register a person and mark them present; a person who is registered already is only marked.

    Returns the registration. Raises what `register_person` and `mark_attendance` do, which also require the permission;
    `AlreadyRegistered` only if the person is marked present already, and `Conflict` (code "form-used") if the form was
    sent for another session before.
    """
    lock_people_table(
        db
    )  # `mark_attendance` needs it, and it may not be taken after the locks of `register_person`
    decision = None if data.known_person is None else Decision(person=data.known_person)
    request = RegistrationRequest(Channel.WALK_IN, request_key=data.request_key, decision=decision)
    try:
        registration = register_person(db, vault, actor, workshop_session_id, data.person, request)
    except AlreadyRegistered as known:
        registration = known.registration
        attendance = db.get(Attendance, registration.id)
        is_present = attendance is not None and attendance.status is AttendanceStatus.PRESENT
        if is_present and not _is_marked_by(db, registration, data.request_key):
            raise
    if registration.workshop_session_id != workshop_session_id:
        raise Conflict(
            N_("This form was sent for another session. Register the person again."), code="form-used"
        )
    mark = MarkInput(AttendanceStatus.PRESENT, data.at, data.request_key, data.confirmed)
    mark_attendance(db, actor, registration, mark)
    return registration


def _is_marked_by(db: Db, registration: Registration, request_key: str | None) -> bool:
    """Return whether the form with this key, sent before, has marked the registration."""
    mark = select(AttendanceMark).where(
        col(AttendanceMark.nonce) == request_key, col(AttendanceMark.registration_id) == registration.id
    )
    return request_key is not None and db.scalars(mark).first() is not None
