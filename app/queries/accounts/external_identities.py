"""The accounts at identity providers by which a user logs in."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from app.database import Db
from app.models import ExternalIdentity
from app.permissions import Actor, Permission


@dataclass(frozen=True)
class ExternalIdentityView:
    """A link of a user to an account at a provider; `used_at` is their last login by it."""

    id: int
    issuer: str
    created_at: datetime
    used_at: datetime


def list_external_identities(db: Db, actor: Actor, user_id: int | None) -> list[ExternalIdentityView]:
    """Return the links of a user, sorted by issuer. Raises `Forbidden` unless it is the actor or an administrator."""
    if user_id != actor.user_id:
        actor.require(Permission.USER_WRITE)
    statement = (
        select(ExternalIdentity)
        .where(ExternalIdentity.user_id == user_id)
        .order_by(col(ExternalIdentity.issuer))
    )
    return [
        ExternalIdentityView(row.id, row.issuer, row.created_at, row.used_at) for row in db.exec(statement)
    ]
