"""The phone numbers of a session's people, and the number of people without an e-mail address."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import col

from app.database import Db
from app.models import Participant, Registration, RegistrationStatus
from app.permissions import Actor, Permission
from app.queries.workshops.workshop_sessions import get_workshop_session


@dataclass(frozen=True)
class Contact:
    """A registered person. `code` is the registration's; `phone` is in full, as +62…, and "" if it is not known."""

    code: str
    name: str
    phone: str
    status: RegistrationStatus


def list_contacts(
    db: Db, actor: Actor, session_code: str, statuses: Collection[RegistrationStatus]
) -> list[Contact]:
    """Return the people of a session whose registration has one of these statuses, by name.

    The phone is the one given for the registration, else the person's. Raises `NotFound` if the session is out of the
    actor's scope for recording attendance.
    """
    workshop_session = get_workshop_session(db, actor, session_code, Permission.ATTENDANCE_WRITE)
    statement = (
        select(
            col(Registration.code),
            col(Participant.name),
            func.coalesce(Registration.contact_phone, Participant.phone, ""),
            col(Registration.status),
        )
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .where(
            col(Registration.workshop_session_id) == workshop_session.id,
            col(Registration.status).in_(list(statuses)),
        )
    )
    contacts = [Contact(*row) for row in db.execute(statement)]
    # Sorted here, because the databases sort names differently.
    return sorted(contacts, key=lambda contact: contact.name.casefold())


def count_people_without_email(db: Db, session_id: int) -> int:
    """Return how many confirmed or waiting people of the session have no e-mail address.

    Neither their registration nor their record has one. The caller checks the scope.
    """
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
