"""Walk-ins: people who are registered and marked present at once, from a name and a kelurahan."""

from dataclasses import dataclass
from typing import Literal

from app.database import Db
from app.models import Attendance, AttendanceStatus, Channel, Registration
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
    the same `request_key` changes nothing. `confirmed` allows it for a session that is still to come.
    """

    person: PersonInput
    known_person: int | Literal["new"] | None = None
    request_key: str | None = None
    confirmed: bool = False


def register_walk_in(
    db: Db, vault: NikVault, actor: Actor, workshop_session_id: int, data: WalkInInput
) -> Registration:
    """Register a person and mark them present; a person who is registered already is only marked.

    Returns the registration. Raises what `register_person` and `mark_attendance` do, which also require the permission;
    `AlreadyRegistered` only if the person is marked present already.
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
        if attendance and attendance.status is AttendanceStatus.PRESENT:
            raise
    mark = MarkInput(AttendanceStatus.PRESENT, nonce=data.request_key, confirmed=data.confirmed)
    mark_attendance(db, actor, registration, mark)
    return registration
