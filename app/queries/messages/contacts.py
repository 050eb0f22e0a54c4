"""How registered people are reached: the phone numbers of a session's people, and by which contact of which record.

A registration's own contacts come first. Those of the person's record are used, too, if the record is open to the
session's organization, and either staff registered the person or one of the contacts is the same: somebody who typed a
known name may mean another person.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, false, func, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from app.database import Db
from app.models import CHANNELS_WITHOUT_ACCOUNT, Participant, Registration, RegistrationStatus
from app.permissions import Actor, Permission
from app.queries.people.records import shown_name
from app.queries.workshops.workshop_sessions import get_workshop_session


@dataclass(frozen=True)
class Contact:
    """A registered person. `code` is the registration's; `phone` is in full, as +62…, and "" if it is not known."""

    code: str
    name: str
    phone: str
    status: RegistrationStatus


def has_own_contact(registration: Registration, person: Participant) -> bool:
    """Return whether the phone or e-mail given for the registration is that of the person's record."""
    return bool(
        (registration.contact_phone and registration.contact_phone == person.phone)
        or (registration.contact_email and registration.contact_email == person.email)
    )


def uses_record_contacts(registration: Registration, person: Participant) -> bool:
    """Return whether the registered person may be reached by the contacts of their record, too."""
    by_staff = registration.channel not in CHANNELS_WITHOUT_ACCOUNT
    return registration.opens_record and (by_staff or has_own_contact(registration, person))


def reachable_contact(given: Mapped[str | None], of_record: Mapped[str | None]) -> ColumnElement[str | None]:
    """Return the phone or e-mail by which a registered person is reached, for statements with `Participant`.

    `given` is the registration's column, `of_record` the participant's, which counts as `uses_record_contacts` says.
    """
    channel = col(Registration.channel)
    by_staff = channel.is_(None) | channel.not_in(CHANNELS_WITHOUT_ACCOUNT)
    same_contact = func.coalesce(Registration.contact_phone == Participant.phone, false()) | func.coalesce(
        Registration.contact_email == Participant.email, false()
    )
    is_allowed = col(Registration.opens_record) & (by_staff | same_contact)
    return func.coalesce(given, case((is_allowed, of_record)))


def list_contacts(
    db: Db, actor: Actor, session_code: str, statuses: Collection[RegistrationStatus]
) -> list[Contact]:
    """Return the people of a session whose registration has one of these statuses, by name.

    Raises `NotFound` if the session is out of the
    actor's scope for recording attendance.
    """
    workshop_session = get_workshop_session(db, actor, session_code, Permission.ATTENDANCE_WRITE)
    statement = (
        select(
            col(Registration.code),
            shown_name(),
            func.coalesce(reachable_contact(col(Registration.contact_phone), col(Participant.phone)), ""),
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

    The caller checks the scope.
    """
    statement = (
        select(func.count())
        .select_from(Registration)
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .where(
            col(Registration.workshop_session_id) == session_id,
            col(Registration.status).in_((RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED)),
            reachable_contact(col(Registration.contact_email), col(Participant.email)).is_(None),
        )
    )
    count: int = db.execute(statement).scalar_one()
    return count
