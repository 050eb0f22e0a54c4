"""Users as administrators see them."""

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
    """`link_expires_at` is the end of a link by which they may still set a password, None where there is none."""

    id: int
    email: str
    name: str
    role: str
    organization: str
    may_see_participants: bool
    active: bool
    has_password: bool
    link_expires_at: datetime | None


@dataclass(frozen=True)
class ApiTokenView:
    """A program's token; it never expires where `expires_at` is None."""

    id: int
    email: str
    name: str
    created_at: datetime
    expires_at: datetime | None


def has_users(db: Db) -> bool:
    """Whether anyone can log in yet."""
    return db.exec(select(User.id).limit(1)).first() is not None


def list_users(db: Db, actor: Actor, *, search: str = "", limit: int) -> list[UserView]:
    """The active first, in name order: those whose name, e-mail or organization holds every word of `search`.

    Raises `Forbidden` for all but admins.
    """
    actor.require(Permission.USER_WRITE)
    statement = _users().order_by(col(User.active).desc(), col(User.name), col(User.id)).limit(limit)
    for word in search.split():
        columns = (col(User.name), col(User.email), col(Organization.name))
        statement = statement.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return [_view(*found) for found in db.execute(statement)]


def get_user_view(db: Db, actor: Actor, user_id: int) -> UserView:
    actor.require(Permission.USER_WRITE)
    found = db.execute(_users().where(col(User.id) == user_id)).first()
    if found is None:
        raise NotFound(N_("There is no such user."))
    return _view(*found)


def get_user(db: Db, actor: Actor, user_id: int) -> User:
    """The record itself, for changes. Raises `Forbidden` for all but admins."""
    actor.require(Permission.USER_WRITE)
    found = db.get(User, user_id)
    if found is None:
        raise NotFound(N_("There is no such user."))
    return found


def get_user_by_email(db: Db, email: str) -> User:
    """Return the user with this e-mail address, in any case. Raises `NotFound`."""
    user = db.exec(select(User).where(User.email == email.strip().lower())).first()
    if user is None:
        raise NotFound(N_("There is no user with the e-mail address %(email)s."), email=email)
    return user


def list_api_tokens(db: Db, actor: Actor, *, email: str = "") -> list[ApiTokenView]:
    """The tokens of one user, or of all; those that have expired, too. Raises `Forbidden` for all but admins."""
    actor.require(Permission.USER_WRITE)
    statement = select_columns(ApiToken, col(User.email)).join(User, col(User.id) == col(ApiToken.user_id))
    if email:
        statement = statement.where(col(User.email) == email)
    found = db.execute(statement.order_by(col(User.email), col(ApiToken.id)))
    return [
        ApiTokenView(token.id, address, token.name, token.created_at, token.expires_at)
        for token, address in found
    ]


def _users() -> Select[User, str, datetime | None]:
    link = (
        select_columns(func.max(col(PasswordLink.expires_at)))
        .where(col(PasswordLink.user_id) == col(User.id), col(PasswordLink.expires_at) > now())
        .correlate(User)
        .scalar_subquery()
    )
    return select_columns(User, col(Organization.name), link).join(
        Organization, col(Organization.id) == col(User.organization_id)
    )


def _view(found: User, organization: str, link_expires_at: datetime | None) -> UserView:
    return UserView(
        id=found.id,
        email=found.email,
        name=found.name,
        role=found.role.value,
        organization=organization,
        may_see_participants=found.may_see_participants,
        active=found.active,
        has_password=found.password_hash is not None,
        link_expires_at=link_expires_at,
    )
