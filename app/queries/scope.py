"""The scope of an actor as conditions of queries: what is outside of it is not found."""

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import Mapped
from sqlmodel import col

from app.models import Registration, Workshop, WorkshopSession
from app.permissions import Actor, Permission, Scope


def workshops_within(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """Return the condition that a workshop is within the actor's scope for `permission`.

    It holds for all workshops, those of the actor's organization, or none. The statement must select from `Workshop` or
    join it.
    """
    match actor.scope(permission):
        case Scope.ALL:
            return true()
        case Scope.OWN:
            return col(Workshop.organization_id) == actor.organization_id
        case Scope.NONE:
            return false()


def registrations_within(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """Return the condition that a registration's workshop is within the actor's scope for `permission`.

    The statement must select from `Registration`; it does not have to join `Workshop`.
    """
    if actor.scope(permission) is Scope.ALL:
        return true()
    session_ids = (
        select(col(WorkshopSession.id))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .where(workshops_within(actor, permission))
    )
    return col(Registration.workshop_session_id).in_(session_ids)


def people_within(actor: Actor, permission: Permission, person_id: Mapped[int]) -> ColumnElement[bool]:
    """Return the condition that a person has a registration within the actor's scope for `permission`.

    `person_id` is the column of the person's id. With the scope "all", too, people without any registration don't
    match.
    """
    registered = select(col(Registration.participant_id)).where(registrations_within(actor, permission))
    return person_id.in_(registered)
