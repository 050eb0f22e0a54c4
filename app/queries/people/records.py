"""Which people's records are open to an actor, what is shown of the others, and who decides on changes of a record.

A record is open to the organization that made it: the organization of a registration with `opens_record`. Another
organization that registers the person sees what its own registration says (decision 20).
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, case, false, func, select, true
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col

from app.database import Db
from app.models import Participant, Registration, Workshop, WorkshopSession
from app.permissions import Actor, Permission, Scope
from app.queries.in_values import in_values
from app.queries.scope import people_within


@dataclass(frozen=True)
class RecordAccess:
    """What an organization may do with a person's record.

    `is_open`: it may read and edit it. `is_shared`: other organizations have registrations of the person, too, so name,
    NIK and kelurahan are changed only by the record's owner. `is_owner`: that is this organization.
    """

    is_open: bool
    is_shared: bool
    is_owner: bool

    @property
    def may_change_identity(self) -> bool:
        """Whether the organization may change name, NIK and kelurahan without asking."""
        return self.is_open and (self.is_owner or not self.is_shared)


# Of a person whom no other organization knows, everything is left to the organization that asks.
NOT_SHARED = RecordAccess(is_open=True, is_shared=False, is_owner=True)


def get_record_access(db: Db, organization_id: int, person_id: int) -> RecordAccess:
    """Return what an organization may do with the record of a known person. One query."""
    return list_record_access(db, organization_id, [person_id]).get(person_id, NOT_SHARED)


def list_record_access(db: Db, organization_id: int, people: Collection[int]) -> dict[int, RecordAccess]:
    """Return what an organization may do with the records of people whom other organizations know, by person id.

    Other people are left out. One query, for any number of people.
    """
    is_own = col(Workshop.organization_id) == organization_id
    opens = col(Registration.opens_record)
    newest_own = func.max(case((is_own & opens, col(Registration.id))))
    newest = func.max(case((opens, col(Registration.id))))
    rows = db.execute(
        select(col(Registration.participant_id), newest_own, newest)
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .where(in_values(db, col(Registration.participant_id), people))
        .group_by(col(Registration.participant_id))
        .having(func.max(case((is_own, 0), else_=1)) == 1)
    )
    return {
        person_id: RecordAccess(
            is_open=own is not None, is_shared=True, is_owner=own is not None and own == last
        )
        for person_id, own, last in rows
    }


def list_open_people(db: Db, actor: Actor, people: Collection[int]) -> frozenset[int]:
    """Return those of these people whose records are open to the actor for seeing participants."""
    if not people or actor.scope(Permission.PARTICIPANT_READ) is Scope.ALL:
        return frozenset(people)
    is_open = people_within(actor, Permission.PARTICIPANT_READ, col(Participant.id))
    return frozenset(
        db.scalars(select(col(Participant.id)).where(in_values(db, col(Participant.id), people), is_open))
    )


def shown_name() -> ColumnElement[str]:
    """Return the name under which a registration is shown, for statements with `Registration` and `Participant`.

    It is that of the record, or as it was typed if the registration does not open the record.
    """
    given = func.coalesce(col(Registration.name_given), col(Participant.name))
    return case((col(Registration.opens_record), col(Participant.name)), else_=given)


def owner_of(person_id: Mapped[int]) -> ScalarSelect[int]:
    """Return the id of the organization that decides on changes of a person's record, as a subquery; NULL if none does.

    It is the one with the newest registration that opens the record.
    """
    registration = aliased(Registration)
    return (
        select(col(Workshop.organization_id))
        .select_from(registration)
        .join(WorkshopSession, col(WorkshopSession.id) == col(registration.workshop_session_id))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .where(col(registration.participant_id) == person_id, col(registration.opens_record))
        .order_by(col(registration.id).desc())
        .limit(1)
        .correlate_except(registration, WorkshopSession, Workshop)
        .scalar_subquery()
    )


def is_decided_by(actor: Actor, person_id: Mapped[int]) -> ColumnElement[bool]:
    """Return the condition that the actor decides on changes of a person's record: as its owner, or for all people."""
    match actor.scope(Permission.ATTENDANCE_WRITE):
        case Scope.ALL:
            return true()
        case Scope.OWN | Scope.ASSIGNED:
            is_open = people_within(actor, Permission.ATTENDANCE_WRITE, person_id)
            return is_open & (owner_of(person_id) == actor.organization_id)
        case Scope.NONE:
            return false()
