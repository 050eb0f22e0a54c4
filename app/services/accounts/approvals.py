"""Approve or refuse what another administrator has asked for (`second_admin`)."""

from app.database import Db
from app.errors import Forbidden, NotFound
from app.i18n import N_
from app.models import Approval, ApprovalKind, Role, User
from app.models.base import now
from app.permissions import Actor, Permission
from app.services.accounts.users import apply_deactivation, apply_role, apply_second_factor_reset
from app.services.activities import log_activity

OWN_REQUEST = N_("You have asked for this yourself. Another administrator has to approve it.")


def approve(db: Db, actor: Actor, approval_id: int) -> Approval:
    """Approve a request of another administrator, do what it asks for, log both, and return the request.

    A password link is then made by the one who asked. Raises `Forbidden` without `USER_WRITE` and for the actor's own
    request, `NotFound` if it has expired or was answered, or the one who asked is no administrator any more, and
    `Conflict` if that would take away the last administrator.
    """
    actor.require(Permission.USER_WRITE)
    approval = _get_approval(db, approval_id)
    requester, user = db.get_one(User, approval.requested_by), db.get_one(User, approval.user_id)
    if actor.user_id is None or actor.user_id == requester.id:
        raise Forbidden(OWN_REQUEST)
    if approval.approved_at or not requester.active or requester.role is not Role.ADMIN:
        raise _not_found()
    after = {"kind": approval.kind, "user": user.email, "asked_by": requester.email}
    log_activity(db, actor, "approve", "approval", approval.id, after=after)
    match approval.kind:
        case ApprovalKind.PASSWORD_LINK:
            approval.approved_at = now()
            return approval
        case ApprovalKind.ROLE:
            apply_role(db, actor, user, Role(approval.details["role"]))
        case ApprovalKind.DEACTIVATION:
            apply_deactivation(db, actor, user)
        case ApprovalKind.SECOND_FACTOR_RESET:
            apply_second_factor_reset(db, actor, user)
    db.delete(approval)
    return approval


def refuse(db: Db, actor: Actor, approval_id: int) -> None:
    """Delete a request, of another administrator or the actor's own, and log that.

    Raises `Forbidden` without `USER_WRITE`, `NotFound` if it has expired or was answered.
    """
    actor.require(Permission.USER_WRITE)
    approval = _get_approval(db, approval_id)
    user = db.get_one(User, approval.user_id)
    before = {"kind": approval.kind, "user": user.email}
    log_activity(db, actor, "refuse-approval", "approval", approval.id, before=before)
    db.delete(approval)


def _get_approval(db: Db, approval_id: int) -> Approval:
    approval = db.get(Approval, approval_id, with_for_update=True)
    if approval is None or approval.expires_at < now():
        raise _not_found()
    return approval


def _not_found() -> NotFound:
    return NotFound(N_("This request has been answered or has expired."))
