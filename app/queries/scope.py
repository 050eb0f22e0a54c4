"""The scope of an actor as conditions of queries: what is outside of it is not found."""

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import Mapped
from sqlmodel import col

from app.models import Registration, SessionStaff, Workshop, WorkshopSession
from app.permissions import Actor, Permission, Scope


def workshops_within(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """Return the condition that a workshop is within the actor's scope for `permission`.

    It holds for all workshops, those of the actor's organization, or none; for staff, too, it is all of their
    organization. Use `sessions_within` for sessions and everything that belongs to one. The statement must select from
    `Workshop` or join it.
    """
    match actor.scope(permission):
        case Scope.ALL:
            return true()
        case Scope.OWN | Scope.ASSIGNED:
            return col(Workshop.organization_id) == actor.organization_id
        case Scope.NONE:
            return false()


def sessions_within(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """Return the condition that a session is within the actor's scope for `permission`.

    It holds for all sessions, those of the actor's organization, those of the organization that the actor is assigned
    to, or none. The statement must select from `WorkshopSession` and `Workshop`, or join them.
    """
    condition = workshops_within(actor, permission)
    if actor.scope(permission) is not Scope.ASSIGNED:
        return condition
    assigned = select(col(SessionStaff.workshop_session_id)).where(col(SessionStaff.user_id) == actor.user_id)
    return condition & col(WorkshopSession.id).in_(assigned)


def registrations_within(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """Return the condition that a registration's session is within the actor's scope for `permission`.

    The statement must select from `Registration`; it does not have to join `WorkshopSession` and `Workshop`.
    """
    if actor.scope(permission) is Scope.ALL:
        return true()
    session_ids = (
        select(col(WorkshopSession.id))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .where(sessions_within(actor, permission))
    )
    return col(Registration.workshop_session_id).in_(session_ids)


def people_within(
    actor: Actor, permission: Permission, person_id: Mapped[int] | Mapped[int | None]
) -> ColumnElement[bool]:
    """Return the condition that a person's record is open within the actor's scope for `permission`.

    `person_id` is the column of the person's id. Unless the scope is "all", the person must have a registration within
    it that opens the record (`queries.people.records`). With "all", too, people without any registration don't match.
    """
    registered = (
        select(col(Registration.id))
        .where(col(Registration.participant_id) == person_id, registrations_within(actor, permission))
        .correlate_except(Registration)
    )
    if actor.scope(permission) is not Scope.ALL:
        registered = registered.where(col(Registration.opens_record))
    return registered.exists()
