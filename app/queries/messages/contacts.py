"""How registered people are reached: by which contact of which record, by which way, and who can't be.

A registration's own contacts come first. Those of the person's record are used, too, if the record is open to the
session's organization, and either staff registered the person or one of the contacts is the same: somebody who typed a
known name may mean another person. People of a delegation without a contact are reached through their kelurahan.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, case, false, func, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from app.database import Db
from app.models import (
    CHANNELS_WITHOUT_ACCOUNT,
    DelegationLink,
    Participant,
    Registration,
    RegistrationStatus,
    WorkshopSession,
)
from app.permissions import Actor, Permission
from app.queries.in_values import in_values
from app.queries.people.records import shown_name
from app.queries.scope import registrations_within
from app.queries.workshops.workshop_sessions import get_workshop_session

# The registrations whose people are told when a session changes; walk-ins have come already.
EXPECTED_STATUSES = (RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED)


class Way(StrEnum):
    """By which way a person is reached. `kelurahan`: by the phone of the kelurahan that registered them."""

    EMAIL = "email"
    WHATSAPP = "whatsapp"
    KELURAHAN = "kelurahan"
    NONE = "none"


@dataclass(frozen=True)
class Contact:
    """A registered person. `code` is the registration's; `phone` is in full, as +62…, and "" if it is not known.

    `kelurahan_phone` is that of their kelurahan's staff, "" unless these registered the person.
    """

    code: str
    name: str
    phone: str
    email: str
    kelurahan_phone: str
    status: RegistrationStatus

    @property
    def way(self) -> Way:
        """The first way that there is: e-mail, which is sent automatically, then WhatsApp, then the kelurahan."""
        if self.email:
            return Way.EMAIL
        if self.phone:
            return Way.WHATSAPP
        return Way.KELURAHAN if self.kelurahan_phone else Way.NONE

    @property
    def any_phone(self) -> str:
        """The person's phone, else that of their kelurahan, else ""."""
        return self.phone or self.kelurahan_phone


@dataclass(frozen=True)
class Reach:
    """By which ways some registered people can be told something."""

    contacts: tuple[Contact, ...]

    @property
    def total(self) -> int:
        """The number of people."""
        return len(self.contacts)

    @property
    def reached(self) -> int:
        """The number of people who can be told."""
        return self.total - len(self.unreached)

    @property
    def by_email(self) -> int:
        """The number of people who are told by e-mail."""
        return self._count(Way.EMAIL)

    @property
    def by_whatsapp(self) -> int:
        """The number of people without an e-mail address who are told by WhatsApp."""
        return self._count(Way.WHATSAPP)

    @property
    def by_kelurahan(self) -> int:
        """The number of people without a contact whose kelurahan is told."""
        return self._count(Way.KELURAHAN)

    @property
    def unreached(self) -> tuple[Contact, ...]:
        """The people who can't be told, by name."""
        return tuple(contact for contact in self.contacts if contact.way is Way.NONE)

    def _count(self, way: Way) -> int:
        return sum(contact.way is way for contact in self.contacts)


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
    db: Db, actor: Actor, session_code: str, statuses: Collection[RegistrationStatus] = EXPECTED_STATUSES
) -> list[Contact]:
    """Return the people of a session whose registration has one of these statuses, by name.

    Raises `NotFound` if the session is out of the actor's scope for recording attendance.
    """
    workshop_session = get_workshop_session(db, actor, session_code, Permission.ATTENDANCE_WRITE)
    return _list_contacts(db, workshop_session, col(Registration.status).in_(list(statuses)))


def list_contacts_of(
    db: Db, actor: Actor, session_code: str, registration_codes: Collection[str]
) -> list[Contact]:
    """Return the people of a session with these registration codes, by name; codes of other sessions are left out.

    Raises `NotFound` if the session is out of the actor's scope for recording attendance.
    """
    workshop_session = get_workshop_session(db, actor, session_code, Permission.ATTENDANCE_WRITE)
    return _list_contacts(
        db, workshop_session, in_values(db, col(Registration.code), set(registration_codes))
    )


def get_session_reach(
    db: Db, actor: Actor, session_code: str, statuses: Collection[RegistrationStatus] = EXPECTED_STATUSES
) -> Reach:
    """Return by which ways people of a session can be told something, by default all with a seat or waiting for one.

    Raises `NotFound` if the session is out of the actor's scope for recording attendance.
    """
    return Reach(tuple(list_contacts(db, actor, session_code, statuses)))


def get_registration_reach(db: Db, actor: Actor, registration_code: str) -> Reach:
    """Return by which way one registered person can be told something.

    Nobody is in it if the registration is out of the actor's scope for recording attendance.
    """
    statement = _select_contacts().where(
        col(Registration.code) == registration_code,
        registrations_within(actor, Permission.ATTENDANCE_WRITE),
    )
    return Reach(tuple(Contact(*row) for row in db.execute(statement)))


def _list_contacts(
    db: Db, workshop_session: WorkshopSession, condition: ColumnElement[bool]
) -> list[Contact]:
    """Return the people of a session who fulfil the condition, by name."""
    statement = _select_contacts().where(
        col(Registration.workshop_session_id) == workshop_session.id, condition
    )
    contacts = [Contact(*row) for row in db.execute(statement)]
    # Sorted here, because the databases sort names differently.
    return sorted(contacts, key=lambda contact: contact.name.casefold())


def _select_contacts() -> Select[str, str, str | None, str | None, str, RegistrationStatus]:
    """Return the statement whose rows are the arguments of `Contact`, of all registrations."""
    return (
        select(
            col(Registration.code),
            shown_name(),
            func.coalesce(reachable_contact(col(Registration.contact_phone), col(Participant.phone)), ""),
            func.coalesce(reachable_contact(col(Registration.contact_email), col(Participant.email)), ""),
            func.coalesce(col(DelegationLink.contact_phone), ""),
            col(Registration.status),
        )
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .outerjoin(DelegationLink, col(DelegationLink.id) == col(Registration.delegation_link_id))
    )


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
