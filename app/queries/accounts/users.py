"""Users and their API tokens, for administrators."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import ApiToken, Organization, PasswordLink, User
from app.models.base import now
from app.permissions import Actor, Permission


@dataclass(frozen=True)
class UserView:
    """A user. `link_expires_at` is when their last password link that is still valid expires, None without one."""

    id: int
    email: str
    name: str
    role: str
    organization: str
    may_see_participants: bool
    may_see_niks: bool
    active: bool
    has_password: bool
    link_expires_at: datetime | None


@dataclass(frozen=True)
class ApiTokenView:
    """An API token without its secret. It never expires if `expires_at` is None."""

    id: int
    email: str
    name: str
    created_at: datetime
    expires_at: datetime | None
    scope: str
    last_used_at: datetime | None


def has_users(db: Db) -> bool:
    """Return whether there is any user, active or not."""
    return db.exec(select(User.id).limit(1)).first() is not None


def list_users(db: Db, actor: Actor, *, search: str = "", limit: int) -> list[UserView]:
    """Return at most `limit` users, active ones first, then by name.

    Each word of `search` must be part of the name, the e-mail address or the organization's name; case is ignored, and
    an empty text finds everyone. Raises `Forbidden` for everyone but administrators.
    """
    actor.require(Permission.USER_WRITE)
    statement = _select_users().order_by(col(User.active).desc(), col(User.name), col(User.id)).limit(limit)
    for word in search.split():
        columns = (col(User.name), col(User.email), col(Organization.name))
        statement = statement.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return [_to_view(*row) for row in db.execute(statement)]


def get_user_view(db: Db, actor: Actor, user_id: int) -> UserView:
    """Return a user by id as pages show them. Raises `NotFound`, and `Forbidden` for all but administrators."""
    actor.require(Permission.USER_WRITE)
    row = db.execute(_select_users().where(col(User.id) == user_id)).first()
    if row is None:
        raise NotFound(N_("There is no such user."))
    return _to_view(*row)


def get_user(db: Db, actor: Actor, user_id: int) -> User:
    """Return the row of a user by id. Raises `NotFound`, and `Forbidden` for everyone but administrators."""
    actor.require(Permission.USER_WRITE)
    user = db.get(User, user_id)
    if user is None:
        raise NotFound(N_("There is no such user."))
    return user


def get_user_by_email(db: Db, email: str) -> User:
    """Return the row of the user with this e-mail address, ignoring case and surrounding spaces.

    Raises `NotFound`. No permission is checked.
    """
    user = db.exec(select(User).where(User.email == email.strip().lower())).first()
    if user is None:
        raise NotFound(N_("There is no user with the e-mail address %(email)s."), email=email)
    return user


def list_api_tokens(db: Db, actor: Actor, *, email: str = "") -> list[ApiTokenView]:
    """Return the tokens of the user with this e-mail address, or of all users, including expired ones.

    They are sorted by e-mail address, then by id, the oldest first. Empty for an unknown address. Raises `Forbidden`
    for everyone but administrators.
    """
    actor.require(Permission.USER_WRITE)
    statement = select_columns(ApiToken, col(User.email)).join(User, col(User.id) == col(ApiToken.user_id))
    if email:
        statement = statement.where(col(User.email) == email)
    statement = statement.order_by(col(User.email), col(ApiToken.id))
    return [
        ApiTokenView(
            token.id,
            owner_email,
            token.name,
            token.created_at,
            token.expires_at,
            token.scope.value,
            token.last_used_at,
        )
        for token, owner_email in db.execute(statement)
    ]


def _select_users() -> Select[User, str, datetime | None]:
    """Return the statement whose rows are the arguments of `_to_view`, for all users."""
    link = (
        select_columns(func.max(col(PasswordLink.expires_at)))
        .where(col(PasswordLink.user_id) == col(User.id), col(PasswordLink.expires_at) > now())
        .correlate(User)
        .scalar_subquery()
    )
    return select_columns(User, col(Organization.name), link).join(
        Organization, col(Organization.id) == col(User.organization_id)
    )


def _to_view(user: User, organization: str, link_expires_at: datetime | None) -> UserView:
    return UserView(
        id=user.id,
        email=user.email,
        name=user.name,
        role=user.role.value,
        organization=organization,
        may_see_participants=user.may_see_participants,
        may_see_niks=user.may_see_niks,
        active=user.active,
        has_password=user.password_hash is not None,
        link_expires_at=link_expires_at,
    )
