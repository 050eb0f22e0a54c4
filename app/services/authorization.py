"""The permission that a change needs: every service that changes something asks for it in its first lines."""

from app.database import Db
from app.errors import Forbidden
from app.i18n import N_
from app.models import AttendanceImport, Registration, Workshop, WorkshopSession
from app.permissions import Actor, Permission, Scope

Owned = Workshop | WorkshopSession | Registration | AttendanceImport


def require_permission(db: Db, actor: Actor, permission: Permission, owned: Owned) -> None:
    """Raise `Forbidden` unless the actor's permission covers the organization whose workshop this row belongs to.

    The query that loads the row has already raised `NotFound` if it is not within the actor's scope. Changes that
    concern no workshop, as of users and areas, call `actor.require(permission)` instead.
    """
    actor.require(permission)
    if actor.scope(permission) is Scope.OWN and _organization_id(db, owned) != actor.organization_id:
        raise Forbidden(N_("Your role does not allow this."))


def _organization_id(db: Db, owned: Owned) -> int:
    """Return the id of the organization that holds the row's workshop."""
    match owned:
        case Workshop():
            return owned.organization_id
        case WorkshopSession():
            return db.get_one(Workshop, owned.workshop_id).organization_id
        case _:
            return _organization_id(db, db.get_one(WorkshopSession, owned.workshop_session_id))
