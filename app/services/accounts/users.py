"""Users, the links by which they set a password, and the tokens of their programs."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email
from pwdlib import PasswordHash
from sqlmodel import col, delete, select

from app.database import Db
from app.errors import Conflict, Invalid, NotFound
from app.i18n import N_
from app.models import ApiToken, LoginSession, PasswordLink, Role, User
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.accounts import users as queries
from app.queries.accounts.users import UserView, user_by_id
from app.services.accounts.organizations import organization_named
from app.services.activities import log_activity, snapshot
from app.services.edit_conflicts import require_unchanged
from app.services.locks import lock_row
from app.services.registrations.recognition import PLEASE_CORRECT

MINIMUM_PASSWORD = 10
LONGEST_NAME = 200
LINK_LASTS = timedelta(days=7)
DINAS_KOMINFO = "Dinas Komunikasi dan Informatika Kota Balikpapan"

FAULTS = {
    "email": N_("This is not an e-mail address."),
    "name": N_("A name is needed, of at most 200 characters."),
}

hasher = PasswordHash.recommended()


@dataclass(frozen=True)
class UserInput:
    """`organization` is a name. The grant `may_see_participants` is for viewers alone; others have it by their role."""

    name: str
    role: Role
    organization: str
    may_see_participants: bool = False


def secret_key(secret: str) -> str:
    """What is stored of a random secret (cookie, link, token)."""
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
    """A new user of `organization`, which is made where it isn't known yet."""
    actor.require(Permission.USER_WRITE)
    address, name = _normalized_email(email), " ".join(name.split())
    _require_valid(email=bool(address), name=_is_name(name))
    if db.exec(select(User).where(User.email == address)).first():
        text = N_("There is a user with this e-mail address already: %(email)s")
        raise Conflict(text, code="email-taken", email=address)
    user = User(
        email=address,
        name=name,
        role=role,
        organization_id=organization_named(db, actor, organization).id,
        may_see_participants=may_see_participants and role is Role.VIEWER,
        password_hash=hasher.hash(checked_password(password)) if password is not None else None,
    )
    db.add(user)
    db.flush()
    log_activity(db, actor, "create", "user", user.email, after=snapshot(user))
    return user


def change_user(db: Db, actor: Actor, user_id: int, given: UserInput, *, form_fingerprint: str = "") -> User:
    """What they may do changes at once, wherever they are logged in.

    Raises `Conflict` where an administrator takes the role from themselves or from the last one. Also raises `Conflict`
    if `form_fingerprint` is not that of the input as it is now.
    """
    user = user_by_id(db, actor, user_id)
    if given.role is not Role.ADMIN:
        _require_other_admin(db, actor, user)
    user = lock_row(db, User, user_id)
    before, said = snapshot(user), user_input(queries.user(db, actor, user_id))
    user.name = " ".join(given.name.split())
    _require_valid(name=_is_name(user.name))
    user.role = given.role
    user.organization_id = organization_named(db, actor, given.organization).id
    user.may_see_participants = given.may_see_participants and given.role is Role.VIEWER
    after = snapshot(user)
    if after != before:
        require_unchanged(form_fingerprint, said)
    log_activity(db, actor, "change", "user", user.email, before=before, after=after)
    return user


def user_input(view: UserView) -> UserInput:
    """Return the input that describes a user as they are."""
    return UserInput(view.name, Role(view.role), view.organization, view.may_see_participants)


def deactivate_user(db: Db, actor: Actor, user_id: int) -> User:
    """Logs a user out everywhere; their programs' tokens open nothing until they are active again.

    Raises `Conflict` for oneself and for the last administrator.
    """
    user = user_by_id(db, actor, user_id)
    _require_other_admin(db, actor, user)
    user.active = False
    db.exec(delete(LoginSession).where(col(LoginSession.user_id) == user.id))
    db.exec(delete(PasswordLink).where(col(PasswordLink.user_id) == user.id))
    log_activity(db, actor, "deactivate", "user", user.email)
    return user


def activate_user(db: Db, actor: Actor, user_id: int) -> User:
    """They log in with the password that they had."""
    user = user_by_id(db, actor, user_id)
    user.active = True
    log_activity(db, actor, "activate", "user", user.email)
    return user


def _require_other_admin(db: Db, actor: Actor, user: User) -> None:
    """Somebody must be able to administer: not oneself, whom a slip would shut out, and not the last one.

    Administrators are held meanwhile, so that two of them can't shut each other out at once.
    """
    if user.role is not Role.ADMIN or not user.active:
        return
    if user.id == actor.user_id:
        text = N_("You can't take away your own access. Another administrator can.")
        raise Conflict(text, code="own-access")
    admins = select(User.id).where(User.role == Role.ADMIN, col(User.active)).with_for_update()
    if set(db.exec(admins)) <= {user.id}:
        raise Conflict(N_("This is the last administrator. Make somebody else one first."), code="last-admin")


def user_by_email(db: Db, email: str) -> User:
    user = db.exec(select(User).where(User.email == email.strip().lower())).first()
    if user is None:
        raise NotFound(N_("There is no user with the e-mail address %(email)s."), email=email)
    return user


def create_password_link(db: Db, actor: Actor, user: User) -> str:
    """A secret that lets its bearer set the user's password once, within a week. Earlier ones open nothing more."""
    actor.require(Permission.USER_WRITE)
    if not user.active:
        raise Conflict(N_("This user is not active."), code="not-active")
    db.exec(delete(PasswordLink).where(col(PasswordLink.user_id) == user.id))
    secret = secrets.token_urlsafe(32)
    link = PasswordLink(key=secret_key(secret), user_id=user.id, expires_at=now() + LINK_LASTS)
    db.add(link)
    log_activity(db, actor, "create", "password-link", user.email, after=snapshot(link))
    return secret


def user_of_password_link(db: Db, secret: str) -> User:
    """Whose password the link sets. Raises `NotFound` for one that is used up or has expired."""
    link = db.get(PasswordLink, secret_key(secret))
    if link is None or link.expires_at < now():
        raise NotFound(N_("This link has been used or has expired. Ask your administrator for a new one."))
    return db.get_one(User, link.user_id)


def set_password_by_link(db: Db, secret: str, password: str) -> User:
    """Uses a link up. Whoever was logged in as that user is logged out."""
    user = user_of_password_link(db, secret)
    user.password_hash = hasher.hash(checked_password(password))
    db.exec(delete(PasswordLink).where(col(PasswordLink.user_id) == user.id))
    db.exec(delete(LoginSession).where(col(LoginSession.user_id) == user.id))
    log_activity(
        db, Actor(user.id, user.name, user.role, user.organization_id), "set-password", "user", user.email
    )
    return user


def create_api_token(db: Db, actor: Actor, user: User, name: str, expires_at: datetime | None = None) -> str:
    """A token for a program that acts as `user`; it is shown now and never again."""
    actor.require(Permission.USER_WRITE)
    name = " ".join(name.split())
    _require_valid(name=_is_name(name))
    secret = f"jgk_{secrets.token_urlsafe(32)}"
    token = ApiToken(key=secret_key(secret), user_id=user.id, name=name, expires_at=expires_at)
    db.add(token)
    db.flush()
    log_activity(db, actor, "create", "api-token", token.id, after=snapshot(token))
    return secret


def revoke_api_token(db: Db, actor: Actor, token_id: int) -> ApiToken:
    """The program that has this token is let in no more. Raises `NotFound` where there is none (any more)."""
    actor.require(Permission.USER_WRITE)
    token = db.get(ApiToken, token_id)
    if token is None:
        raise NotFound(N_("There is no API token %(token)s."), token=token_id)
    db.delete(token)
    log_activity(db, actor, "revoke", "api-token", token_id, before=snapshot(token))
    return token


def _normalized_email(typed: str) -> str:
    """Empty where it is no e-mail address."""
    try:
        return validate_email(typed.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return ""


def _is_name(text: str) -> bool:
    return 0 < len(text) <= LONGEST_NAME


def _require_valid(**fields: bool) -> None:
    """Raises `Invalid` with all the fields that aren't."""
    wrong = {field: FAULTS[field] for field, valid in fields.items() if not valid}
    if wrong:
        raise Invalid(next(iter(wrong.values())) if len(wrong) == 1 else PLEASE_CORRECT, fields=wrong)


def checked_password(password: str) -> str:
    if len(password) < MINIMUM_PASSWORD:
        text = N_("A password needs at least 10 characters.")
        raise Invalid(text, fields={"password": text})
    return password
