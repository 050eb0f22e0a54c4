"""The telephone numbers of a session's people, in full: for those who write to them about that session; and how many
no mail reaches."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import col

from app.database import Db
from app.models import Participant, Registration, RegistrationStatus
from app.permissions import Actor, Permission
from app.queries.workshops.workshop_sessions import workshop_session_by_code


@dataclass(frozen=True)
class Contact:
    """`phone` is in international form (+62…), empty where none is known; `code` is the registration's."""

    code: str
    name: str
    phone: str
    status: RegistrationStatus


def list_contacts(
    db: Db, actor: Actor, session_code: str, statuses: Collection[RegistrationStatus]
) -> list[Contact]:
    """Those of the session who stand so, by name. Raises `NotFound` where it isn't within the actor's reach."""
    held = workshop_session_by_code(db, actor, session_code, Permission.ATTENDANCE_WRITE)
    statement = (
        select(
            col(Registration.code),
            col(Participant.name),
            func.coalesce(Registration.contact_phone, Participant.phone, ""),
            col(Registration.status),
        )
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .where(col(Registration.workshop_session_id) == held.id, col(Registration.status).in_(list(statuses)))
    )
    found = [Contact(*line) for line in db.execute(statement)]
    # Here, because databases differ in how they put names in order.
    return sorted(found, key=lambda contact: contact.name.casefold())


def count_people_without_email(db: Db, session_id: int) -> int:
    """How many of those who have a place in the session or wait for one gave no e-mail address."""
    statement = (
        select(func.count())
        .select_from(Registration)
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .where(
            col(Registration.workshop_session_id) == session_id,
            col(Registration.status).in_((RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED)),
            func.coalesce(Registration.contact_email, Participant.email).is_(None),
        )
    )
    count: int = db.execute(statement).scalar_one()
    return count
