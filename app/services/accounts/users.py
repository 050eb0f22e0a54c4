"""Create and change users, their password links, and the API tokens of their programs."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email
from pwdlib import PasswordHash
from sqlmodel import col, delete, select

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Invalid, NotFound
from app.i18n import N_
from app.models import ApiToken, LoginSession, PasswordLink, Role, User
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.accounts.users import UserView, get_user, get_user_view
from app.services.accounts.organizations import get_or_create_organization
from app.services.activities import log_activity, snapshot
from app.services.edit_conflicts import require_unchanged
from app.services.locks import lock_row

MIN_PASSWORD_LENGTH = 10
MAX_NAME_LENGTH = 200
LINK_LIFETIME = timedelta(days=7)
DINAS_KOMINFO = "Dinas Komunikasi dan Informatika Kota Balikpapan"

FIELD_ERRORS = {
    "email": N_("This is not an e-mail address."),
    "name": N_("A name is needed, of at most 200 characters."),
}

password_hasher = PasswordHash.recommended()


@dataclass(frozen=True)
class UserInput:
    """The fields of a user's form that can be changed. `organization` is a name.

    `may_see_participants` has an effect for viewers only; other roles see participants without it.
    """

    name: str
    role: Role
    organization: str
    may_see_participants: bool = False


def user_input(user: UserView) -> UserInput:
    """Return a user's current values as the input of their form."""
    return UserInput(user.name, Role(user.role), user.organization, user.may_see_participants)


def hash_secret(secret: str) -> str:
    """Return the SHA-256 in hex of a cookie's, link's or token's secret: all that the database keeps of it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def create_user(
    db: Db,
    actor: Actor,
    *,
    email: str,
    name: str,
    role: Role,
    organization: str = DINAS_KOMINFO,
    may_see_participants: bool = False,
    password: str | None = None,
) -> User:
    """Create and log a user, and their organization if there is none of this name.

    Without a password the user cannot log in until they set one by a password link. `may_see_participants` is stored
    for viewers only. Raises `Forbidden` without `USER_WRITE`, `Invalid` for an invalid e-mail, name, organization or
    password, `Conflict` if the e-mail is taken.
    """
    actor.require(Permission.USER_WRITE)
    email, name = _parse_email(email), " ".join(name.split())
    _require_valid(email=bool(email), name=_is_valid_name(name))
    if db.exec(select(User).where(User.email == email)).first():
        text = N_("There is a user with this e-mail address already: %(email)s")
        raise Conflict(text, code="email-taken", email=email)
    user = User(
        email=email,
        name=name,
        role=role,
        organization_id=get_or_create_organization(db, actor, organization).id,
        may_see_participants=may_see_participants and role is Role.VIEWER,
        password_hash=_hash_password(password) if password is not None else None,
    )
    db.add(user)
    db.flush()
    log_activity(db, actor, "create", "user", user.email, after=snapshot(user))
    return user


def change_user(db: Db, actor: Actor, user_id: int, data: UserInput, *, form_fingerprint: str = "") -> User:
    """Replace the fields of a user and log it; an organization of an unknown name is created.

    A new role applies at once, to open logins as well. `form_fingerprint` is the fingerprint of the values that the
    form was filled with, "" without a form.

    Raises `Forbidden` without `USER_WRITE`, `NotFound`, `Invalid` for an invalid name, and `Conflict` if administrators
    would take away their own role, if the last active one would lose it, or if the values of the form have changed
    since.
    """
    actor.require(Permission.USER_WRITE)
    user = get_user(db, actor, user_id)
    if data.role is not Role.ADMIN:
        _require_other_admin(db, actor, user)
    user = lock_row(db, User, user_id)
    before, saved = snapshot(user), user_input(get_user_view(db, actor, user_id))
    user.name = " ".join(data.name.split())
    _require_valid(name=_is_valid_name(user.name))
    user.role = data.role
    user.organization_id = get_or_create_organization(db, actor, data.organization).id
    user.may_see_participants = data.may_see_participants and data.role is Role.VIEWER
    after = snapshot(user)
    if after != before:
        require_unchanged(form_fingerprint, saved)
    log_activity(db, actor, "change", "user", user.email, before=before, after=after)
    return user


def deactivate_user(db: Db, actor: Actor, user_id: int) -> User:
    """Deactivate a user: end their logins, delete their password link, and refuse their API tokens until reactivated.

    Logged. Raises `Forbidden` without `USER_WRITE`, `NotFound`, and `Conflict` for the actor's own user and for the
    last active administrator.
    """
    actor.require(Permission.USER_WRITE)
    user = get_user(db, actor, user_id)
    _require_other_admin(db, actor, user)
    user.active = False
    _delete_logins_and_links(db, user)
    log_activity(db, actor, "deactivate", "user", user.email)
    return user


def activate_user(db: Db, actor: Actor, user_id: int) -> User:
    """Reactivate a user, who can log in with the same password as before, and log it.

    Raises `Forbidden` without `USER_WRITE`, and `NotFound`.
    """
    actor.require(Permission.USER_WRITE)
    user = get_user(db, actor, user_id)
    user.active = True
    log_activity(db, actor, "activate", "user", user.email)
    return user


def create_password_link(db: Db, actor: Actor, user: User) -> str:
    """Create and log a link that sets the user's password once, within a week; return its secret.

    The user's earlier links are deleted. Raises `Forbidden` without `USER_WRITE`, and `Conflict` if the user is
    deactivated.
    """
    actor.require(Permission.USER_WRITE)
    if not user.active:
        raise Conflict(N_("This user is not active."), code="not-active")
    db.exec(delete(PasswordLink).where(col(PasswordLink.user_id) == user.id))
    secret = secrets.token_urlsafe(32)
    link = PasswordLink(key=hash_secret(secret), user_id=user.id, expires_at=now() + LINK_LIFETIME)
    db.add(link)
    log_activity(db, actor, "create", "password-link", user.email, after=snapshot(link))
    return secret


def get_user_by_password_link(db: Db, secret: str) -> User:
    """Return the user whose password the link sets; its secret is the permission.

    Raises `NotFound` if the link is unknown, was used or has expired.
    """
    link = db.get(PasswordLink, hash_secret(secret))
    if link is None or link.expires_at < now():
        raise NotFound(N_("This link has been used or has expired. Ask your administrator for a new one."))
    return db.get_one(User, link.user_id)


def set_password_by_link(db: Db, secret: str, password: str) -> User:
    """Set the password of the link's user, delete the user's links, end their logins, and log it.

    The link is the permission. Raises `NotFound` if it is unknown, was used or has expired, and `Invalid` for a
    password of fewer than 10 characters.
    """
    user = get_user_by_password_link(db, secret)
    user.password_hash = _hash_password(password)
    _delete_logins_and_links(db, user)
    log_activity(db, Actor.from_user(user), "set-password", "user", user.email)
    return user


def create_api_token(db: Db, actor: Actor, user: User, name: str, expires_at: datetime | None = None) -> str:
    """Create and log a token for a program that acts as `user`; return its secret, which can't be shown again.

    Without `expires_at` it never expires. Raises `Forbidden` without `USER_WRITE`, and `Invalid` for an empty or too
    long name.
    """
    actor.require(Permission.USER_WRITE)
    name = " ".join(name.split())
    _require_valid(name=_is_valid_name(name))
    secret = f"jgk_{secrets.token_urlsafe(32)}"
    token = ApiToken(key=hash_secret(secret), user_id=user.id, name=name, expires_at=expires_at)
    db.add(token)
    db.flush()
    log_activity(db, actor, "create", "api-token", token.id, after=snapshot(token))
    return secret


def revoke_api_token(db: Db, actor: Actor, token_id: int) -> ApiToken:
    """Delete an API token, log it, and return its record.

    Raises `Forbidden` without `USER_WRITE`, and `NotFound`.
    """
    actor.require(Permission.USER_WRITE)
    token = db.get(ApiToken, token_id)
    if token is None:
        raise NotFound(N_("There is no API token %(token)s."), token=token_id)
    db.delete(token)
    log_activity(db, actor, "revoke", "api-token", token_id, before=snapshot(token))
    return token


def _require_other_admin(db: Db, actor: Actor, user: User) -> None:
    """Raise `Conflict` if `user` is an active administrator, and either the actor's own user or the last one.

    Locks the rows of all administrators, so that two of them can't deactivate each other at the same time.
    """
    if user.role is not Role.ADMIN or not user.active:
        return
    if user.id == actor.user_id:
        text = N_("You can't take away your own access. Another administrator can.")
        raise Conflict(text, code="own-access")
    admins = select(User.id).where(User.role == Role.ADMIN, col(User.active)).with_for_update()
    if set(db.exec(admins)) <= {user.id}:
        text = N_("This is the last administrator. Make another user an administrator first.")
        raise Conflict(text, code="last-admin")


def _delete_logins_and_links(db: Db, user: User) -> None:
    """End the user's logins in all browsers and delete their password links."""
    db.exec(delete(LoginSession).where(col(LoginSession.user_id) == user.id))
    db.exec(delete(PasswordLink).where(col(PasswordLink.user_id) == user.id))


def _parse_email(text: str) -> str:
    """Return the e-mail address in lower case, "" if it is none."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return ""


def _is_valid_name(name: str) -> bool:
    """Return whether the name has 1 to 200 characters."""
    return 0 < len(name) <= MAX_NAME_LENGTH


def _require_valid(**fields: bool) -> None:
    """Raise `Invalid` with an error for each field whose value is False (`name=True`: the name is valid)."""
    errors = {field: FIELD_ERRORS[field] for field, is_valid in fields.items() if not is_valid}
    if errors:
        raise Invalid(next(iter(errors.values())) if len(errors) == 1 else PLEASE_CORRECT, fields=errors)


def _hash_password(password: str) -> str:
    """Return the password's Argon2 hash. Raises `Invalid` for a password of fewer than 10 characters."""
    if len(password) < MIN_PASSWORD_LENGTH:
        text = N_("A password needs at least 10 characters.")
        raise Invalid(text, fields={"password": text})
    return password_hasher.hash(password)
