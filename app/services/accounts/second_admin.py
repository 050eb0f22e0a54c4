"""What an administrator can't do to another one alone: a second administrator has to approve it.

Otherwise one administrator could take over the account of another: by a link that sets their password, by removing the
second step of their login, or by making a second account of their own an administrator, which then approves. The
operator of the server, who uses the command line, needs nobody's approval.
"""

from datetime import timedelta
from typing import Any

from sqlmodel import col, delete, select

from app.database import Db
from app.models import Approval, ApprovalKind, ExternalIdentity, Passkey, Role, User
from app.models.base import now
from app.permissions import Actor
from app.services.accounts.mails import AccountMail, queue_account_mail
from app.services.activities import log_activity

APPROVAL_LIFETIME = timedelta(hours=24)


def needs_second_admin(db: Db, actor: Actor, user: User, *, new_role: Role | None = None) -> bool:
    """Return whether a second administrator has to approve what the actor does to the access of a user.

    So it is for other administrators, and for users who are to become one. An actor who is the only administrator may
    invite a second one: until that one can log in, there is nobody whom they could take over.
    """
    if actor.user_id is None or actor.user_id == user.id:
        return False
    if user.role is not Role.ADMIN and new_role is not Role.ADMIN:
        return False
    others = [admin for admin in list_other_admins(db, actor) if admin.id != user.id]
    return bool(others) or (user.role is Role.ADMIN and _can_log_in(db, user))


def _can_log_in(db: Db, user: User) -> bool:
    """Return whether the user has set a password, or an account at an identity provider or a passkey logs them in."""
    has_other = select(ExternalIdentity.id).where(ExternalIdentity.user_id == user.id).limit(1)
    has_passkey = select(Passkey.id).where(Passkey.user_id == user.id).limit(1)
    return user.password_hash is not None or any(db.exec(way).first() for way in (has_other, has_passkey))


def list_other_admins(db: Db, actor: Actor) -> list[User]:
    """Return all active administrators but the actor."""
    admins = select(User).where(User.role == Role.ADMIN, col(User.active), User.id != actor.user_id)
    return list(db.exec(admins.order_by(col(User.id))))


def request_approval(
    db: Db, actor: Actor, kind: ApprovalKind, user: User, details: dict[str, Any] | None = None
) -> Approval:
    """Ask the other administrators to approve something within a day; log it and mail them.

    An earlier request of the actor of the same kind for the same user is replaced. The actor is an administrator with
    an account, not the command line.
    """
    requester = db.get_one(User, actor.user_id)
    db.exec(
        delete(Approval).where(
            col(Approval.user_id) == user.id,
            col(Approval.kind) == kind,
            col(Approval.requested_by) == requester.id,
        )
    )
    approval = Approval(
        kind=kind,
        user_id=user.id,
        requested_by=requester.id,
        details=details or {},
        expires_at=now() + APPROVAL_LIFETIME,
    )
    db.add(approval)
    db.flush()
    after = {"kind": kind, "user": user.email, **approval.details}
    log_activity(db, actor, "ask-approval", "approval", approval.id, after=after)
    for admin in list_other_admins(db, actor):
        queue_account_mail(db, AccountMail.APPROVAL_ASKED, admin, admin=actor.name, name=user.name)
    return approval


def use_approval(db: Db, actor: Actor, kind: ApprovalKind, user: User) -> bool:
    """Return whether a second administrator has approved what the actor asked for, and use the approval up."""
    approval = db.exec(
        select(Approval)
        .where(
            Approval.kind == kind,
            Approval.user_id == user.id,
            Approval.requested_by == actor.user_id,
            col(Approval.approved_at).is_not(None),
            Approval.expires_at > now(),
        )
        .with_for_update()
    ).first()
    if approval is None:
        return False
    db.delete(approval)
    return True
