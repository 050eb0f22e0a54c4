"""How far an actor sees, as conditions of the queries: out of reach is the same as not there."""

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import Mapped
from sqlmodel import col

from app.models import Registration, Workshop, WorkshopSession
from app.permissions import Actor, Permission, Scope


def workshops_within(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """The workshops to which the actor's permission reaches; joins must hold `Workshop`."""
    match actor.scope(permission):
        case Scope.ALL:
            return true()
        case Scope.OWN:
            return col(Workshop.organization_id) == actor.organization_id
        case Scope.NONE:
            return false()


def registrations_within(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """The registrations to which the permission reaches, for statements that hold `Registration` alone."""
    if actor.scope(permission) is Scope.ALL:
        return true()
    reachable = (
        select(col(WorkshopSession.id))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .where(workshops_within(actor, permission))
    )
    return col(Registration.workshop_session_id).in_(reachable)


def people_within(actor: Actor, permission: Permission, person_id: Mapped[int]) -> ColumnElement[bool]:
    """The people of whom a registration is within the permission's reach; `person_id` is the column that names them."""
    registered = select(col(Registration.participant_id)).where(registrations_within(actor, permission))
    return person_id.in_(registered)
