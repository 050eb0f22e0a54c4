"""Requests that a second administrator has to approve."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.database import Db
from app.models import Approval, User
from app.models.base import now
from app.permissions import Actor, Permission


@dataclass(frozen=True)
class ApprovalView:
    """A request of `requested_by`, a user's id, that concerns the user `user_id`; `role` is the new one or ""."""

    id: int
    kind: str
    user_id: int
    user: str
    email: str
    requested_by: int
    requester: str
    role: str
    created_at: datetime
    expires_at: datetime
    is_approved: bool


def count_approvals(db: Db, actor: Actor) -> int:
    """Return how many requests of other administrators wait for the actor; 0 for everyone but administrators."""
    if not actor.can(Permission.USER_WRITE):
        return 0
    statement = select(func.count()).where(
        col(Approval.expires_at) > now(),
        col(Approval.approved_at).is_(None),
        col(Approval.requested_by) != actor.user_id,
    )
    return db.scalar(statement) or 0


def list_approvals(db: Db, actor: Actor, *, user_id: int | None = None) -> list[ApprovalView]:
    """Return the requests that have not expired, of all users or one, the oldest first.

    Raises `Forbidden` for everyone but administrators.
    """
    actor.require(Permission.USER_WRITE)
    requester = aliased(User)
    statement = (
        select(Approval, User, col(requester.name))
        .join(User, col(User.id) == col(Approval.user_id))
        .join(requester, col(requester.id) == col(Approval.requested_by))
        .where(col(Approval.expires_at) > now())
        .order_by(col(Approval.id))
    )
    if user_id is not None:
        statement = statement.where(col(Approval.user_id) == user_id)
    return [
        ApprovalView(
            id=approval.id,
            kind=approval.kind.value,
            user_id=user.id,
            user=user.name,
            email=user.email,
            requested_by=approval.requested_by,
            requester=requester_name,
            role=approval.details.get("role", ""),
            created_at=approval.created_at,
            expires_at=approval.expires_at,
            is_approved=approval.approved_at is not None,
        )
        for approval, user, requester_name in db.execute(statement)
    ]
