"""Assign staff to sessions."""

from collections.abc import Collection

from sqlmodel import col, delete, select

from app.database import Db
from app.errors import Invalid
from app.i18n import N_
from app.models import SessionStaff, Workshop, WorkshopSession
from app.permissions import Actor, Permission, Scope
from app.queries.workshops.session_staff import list_assignable_staff
from app.queries.workshops.workshop_sessions import get_workshop_session
from app.services.activities import log_activity
from app.services.authorization import require_permission
from app.services.edit_conflicts import require_unchanged
from app.services.locks import lock_row


def assign_staff(
    db: Db, actor: Actor, code: str, user_ids: Collection[int], *, form_fingerprint: str = ""
) -> WorkshopSession:
    """Make these users the staff of a session, instead of those before, and log it.

    `form_fingerprint` is the fingerprint of the sorted ids that the user's form showed as assigned, "" without a form.

    Raises `NotFound`, `Forbidden` without `STAFF_ASSIGN`, `Invalid` for a user who is not active staff of the session's
    organization, and `Conflict` if others have changed what the form showed and `user_ids` would change it.
    """
    workshop_session = get_workshop_session(db, actor, code, Permission.STAFF_ASSIGN)
    require_permission(db, actor, Permission.STAFF_ASSIGN, workshop_session)
    lock_row(db, WorkshopSession, workshop_session.id)
    organization_id = db.get_one(Workshop, workshop_session.workshop_id).organization_id
    assignable = list_assignable_staff(db, organization_id, workshop_session.id)
    before, after = sorted(user.id for user in assignable if user.assigned), sorted(set(user_ids))
    if not set(after) <= {user.id for user in assignable}:
        text = N_("Only active staff of the organization can be assigned to its sessions.")
        raise Invalid(text, fields={"staff": text})
    if after == before:
        return workshop_session
    require_unchanged(form_fingerprint, before)
    db.exec(
        delete(SessionStaff).where(
            col(SessionStaff.workshop_session_id) == workshop_session.id,
            col(SessionStaff.user_id).in_(before),
        )
    )
    db.add_all(SessionStaff(workshop_session_id=workshop_session.id, user_id=user_id) for user_id in after)
    db.flush()
    names = {user.id: user.email for user in assignable}
    log_activity(
        db,
        actor,
        "assign-staff",
        "session",
        code,
        before={"staff": [names[user_id] for user_id in before]},
        after={"staff": [names[user_id] for user_id in after]},
    )
    return workshop_session


def copy_staff(db: Db, workshop_session: WorkshopSession, new_session: WorkshopSession) -> None:
    """Assign the staff of a session to a new one, too."""
    statement = select(SessionStaff.user_id).where(
        col(SessionStaff.workshop_session_id) == workshop_session.id
    )
    for user_id in db.exec(statement).all():
        db.merge(SessionStaff(workshop_session_id=new_session.id, user_id=user_id))
    db.flush()


def assign_creator(db: Db, actor: Actor, workshop_session: WorkshopSession) -> None:
    """Assign actors to the session that they have just created, if they see only the sessions they are assigned to."""
    if actor.user_id is not None and actor.scope(Permission.SESSION_WRITE) is Scope.ASSIGNED:
        db.add(SessionStaff(workshop_session_id=workshop_session.id, user_id=actor.user_id))
        db.flush()
