"""What a registration for one session depends on beside the session's own row, in one question."""

from dataclasses import dataclass

from sqlalchemy import Executable, Integer, String, bindparam, func, literal_column, null, select, union_all
from sqlmodel import col

from app.database import Db, lines
from app.models import (
    Registration,
    RegistrationStatus,
    SessionGroupPlaces,
    WorkshopSession,
    WorkshopTargetGroup,
)
from app.people.values.reference import Reference
from app.queries.areas.reference import REFERENCE_SAID, sheet_reference
from app.queries.registrations.seats import Seats


@dataclass(frozen=True)
class Admission:
    """`target_groups` are the workshop's, none where everyone is welcome. `sent` is the registration that was made
    when the same form was sent before."""

    places: Seats
    target_groups: tuple[str, ...]
    sent: int | None
    reference: Reference

    @property
    def offered(self) -> tuple[str, ...]:
        """The groups from which one registers."""
        return self.target_groups or tuple(group.code for group in self.reference.target_groups)


# Put together once: whoever registers asks it while others wait.
_TAKEN, _CAP, _GROUP, _SENT, _REFERENCE = (
    literal_column(f"'{what}'", String) for what in ("taken", "cap", "group", "sent", "reference")
)
_SESSION = bindparam("session", type_=Integer)
_ASKED: Executable = union_all(
    select(_TAKEN, col(Registration.kelurahan_code), col(Registration.target_group_code), func.count())
    .where(
        col(Registration.workshop_session_id) == _SESSION,
        col(Registration.status) == RegistrationStatus.CONFIRMED,
    )
    .group_by(col(Registration.kelurahan_code), col(Registration.target_group_code)),
    select(_CAP, null(), col(SessionGroupPlaces.target_group_code), col(SessionGroupPlaces.places)).where(
        col(SessionGroupPlaces.workshop_session_id) == _SESSION
    ),
    select(_GROUP, null(), col(WorkshopTargetGroup.target_group_code), null()).where(
        col(WorkshopTargetGroup.workshop_id) == bindparam("workshop")
    ),
    select(_SENT, null(), null(), col(Registration.id)).where(
        col(Registration.request_key) == bindparam("key")
    ),
    select(_REFERENCE, REFERENCE_SAID, null(), null()),
)


def admission(db: Db, workshop_session: WorkshopSession, request_key: str | None = None) -> Admission:
    """As it is now. Whoever gives out places holds the session's row meanwhile."""
    asked = {"session": workshop_session.id, "workshop": workshop_session.workshop_id, "key": request_key}
    taken: dict[tuple[str | None, str], int] = {}
    caps: dict[str, int] = {}
    groups: list[str] = []
    sent: int | None = None
    said = ""
    for what, text, group, number in lines(db, _ASKED, asked):
        match what:
            case "taken":
                taken[text, group] = number
            case "cap":
                caps[group] = number
            case "group":
                groups.append(group)
            case "sent":
                sent = number
            case _:
                said = text
    return Admission(
        places=Seats(workshop_session.capacity, workshop_session.places_per_kelurahan, caps, taken),
        target_groups=tuple(sorted(groups)),
        sent=sent,
        reference=sheet_reference(db, said),
    )
