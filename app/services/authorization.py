"""The permission that a change needs: every service that changes something asks for it in its first lines."""

from app.database import Db
from app.errors import Forbidden
from app.i18n import N_
from app.models import AttendanceImport, Registration, SessionStaff, Workshop, WorkshopSession
from app.permissions import Actor, Permission, Scope

OfSession = WorkshopSession | Registration | AttendanceImport


def require_permission(db: Db, actor: Actor, permission: Permission, row: Workshop | OfSession) -> None:
    """Raise `Forbidden` unless the actor's permission covers this row.

    With the scope `OWN`, its workshop must belong to the actor's organization. With `ASSIGNED`, the actor must be
    assigned to its session, too; of a workshop nothing more is asked.

    The query that loads the row has already raised `NotFound` if it is not within the actor's scope. Changes that
    concern no workshop, as of users and areas, call `actor.require(permission)` instead.
    """
    actor.require(permission)
    scope = actor.scope(permission)
    is_covered = scope is Scope.ALL or _get_organization_id(db, row) == actor.organization_id
    if scope is Scope.ASSIGNED and not isinstance(row, Workshop):
        is_covered = is_covered and _is_assigned(db, actor, row)
    if not is_covered:
        raise Forbidden(
            N_("Your role does not allow this. If you need it for your work, ask your administrator.")
        )


def _get_organization_id(db: Db, row: Workshop | OfSession) -> int:
    """Return the id of the organization that holds the row's workshop."""
    if isinstance(row, Workshop):
        return row.organization_id
    workshop_session = db.get_one(WorkshopSession, _get_session_id(row))
    return db.get_one(Workshop, workshop_session.workshop_id).organization_id


def _is_assigned(db: Db, actor: Actor, row: OfSession) -> bool:
    return db.get(SessionStaff, (_get_session_id(row), actor.user_id)) is not None


def _get_session_id(row: OfSession) -> int:
    return row.id if isinstance(row, WorkshopSession) else row.workshop_session_id
