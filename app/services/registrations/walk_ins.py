"""People who come without having registered: registered and marked present at once, from a name and a kelurahan."""

from dataclasses import dataclass
from typing import Literal

from app.database import Db
from app.models import Attendance, AttendanceStatus, Channel, Registration
from app.nik_vault import NikVault
from app.people.matching import Decision
from app.people.person import PersonInput
from app.permissions import Actor
from app.services.registrations.attendance_marks import Marking, mark
from app.services.registrations.registrations import register
from app.services.registrations.requests import AlreadyRegistered, RegistrationRequest


@dataclass(frozen=True)
class WalkIn:
    """Who came. `person` says who that is where it is unclear: a known person's id, or somebody new.

    `request_key` is the form's: sent again, it changes nothing. `confirmed` is for a session still to come.
    """

    given: PersonInput
    person: int | Literal["new"] | None = None
    request_key: str | None = None
    confirmed: bool = False


def register_walk_in(
    db: Db, vault: NikVault, actor: Actor, workshop_session_id: int, walk_in: WalkIn
) -> Registration:
    """The registration, marked present; somebody who was on the list already is marked there.

    Raises what `register` and `mark` do: `AlreadyRegistered` only where the person is marked present.
    """
    decision = None if walk_in.person is None else Decision(person=walk_in.person)
    asking = RegistrationRequest(Channel.WALK_IN, request_key=walk_in.request_key, decision=decision)
    try:
        made = register(db, vault, actor, workshop_session_id, walk_in.given, asking)
        registration = db.get_one(Registration, made.id)
    except AlreadyRegistered as known:
        registration = known.registration
        attendance = db.get(Attendance, registration.id)
        if attendance and attendance.status is AttendanceStatus.PRESENT:
            raise
    marking = Marking(AttendanceStatus.PRESENT, nonce=walk_in.request_key, confirmed=walk_in.confirmed)
    mark(db, actor, registration, marking)
    return registration
