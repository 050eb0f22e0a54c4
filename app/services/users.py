"""Users, the links by which they set a password, and the tokens of their programs."""

import hashlib
import secrets
from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email
from pwdlib import PasswordHash
from sqlmodel import col, delete, select

from app.database import Db
from app.errors import Conflict, Invalid, NotFound
from app.i18n import N_
from app.models import ApiToken, LoginSession, Organization, OrganizationKind, PasswordLink, Role, User
from app.models.base import now
from app.permissions import Actor, Permission
from app.services.activities import record, snapshot

MINIMUM_PASSWORD = 10
LINK_LASTS = timedelta(days=7)
DINAS_KOMINFO = "Dinas Komunikasi dan Informatika Kota Balikpapan"

hasher = PasswordHash.recommended()


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
    password: str | None = None,
) -> User:
    """A new user of `organization`, which is made where it isn't known yet."""
    actor.require(Permission.USER_WRITE)
    address = normalized_email(email)
    if db.exec(select(User).where(User.email == address)).first():
        raise Conflict(N_("There is a user with this e-mail address already: %(email)s"), email=address)
    if not name.strip():
        raise Invalid(N_("A name is needed."), fields={"name": N_("A name is needed.")})
    user = User(
        email=address,
        name=name.strip(),
        role=role,
        organization_id=organization_named(db, actor, organization).id,
        password_hash=hasher.hash(checked_password(password)) if password is not None else None,
    )
    db.add(user)
    db.flush()
    record(db, actor, "create", "user", user.email, after=snapshot(user))
    return user


def organization_named(
    db: Db, actor: Actor, name: str, kind: OrganizationKind = OrganizationKind.PERANGKAT_DAERAH
) -> Organization:
    """The organization of that name, made where it isn't known yet."""
    organization = db.exec(select(Organization).where(Organization.name == name)).first()
    if organization is None:
        organization = Organization(name=name, kind=kind)
        db.add(organization)
        db.flush()
        record(db, actor, "create", "organization", organization.id, after=snapshot(organization))
    return organization


def user_by_email(db: Db, email: str) -> User:
    user = db.exec(select(User).where(User.email == email.strip().lower())).first()
    if user is None:
        raise NotFound(N_("There is no user with the e-mail address %(email)s."), email=email)
    return user


def create_password_link(db: Db, actor: Actor, user: User) -> str:
    """A secret that lets its bearer set the user's password once, within a week."""
    actor.require(Permission.USER_WRITE)
    secret = secrets.token_urlsafe(32)
    link = PasswordLink(key=secret_key(secret), user_id=user.id, expires_at=now() + LINK_LASTS)
    db.add(link)
    record(db, actor, "create", "password-link", user.email, after=snapshot(link))
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
    record(db, Actor(user.id, user.name, user.role, user.organization_id), "set-password", "user", user.email)
    return user


def create_api_token(db: Db, actor: Actor, user: User, name: str, expires_at: datetime | None = None) -> str:
    """A token for a program that acts as `user`; it is shown now and never again."""
    actor.require(Permission.USER_WRITE)
    secret = f"jgk_{secrets.token_urlsafe(32)}"
    token = ApiToken(key=secret_key(secret), user_id=user.id, name=name, expires_at=expires_at)
    db.add(token)
    db.flush()
    record(db, actor, "create", "api-token", token.id, after=snapshot(token))
    return secret


def normalized_email(email: str) -> str:
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        text = N_("This is not an e-mail address: %(email)s")
        raise Invalid(text, fields={"email": text}, email=email) from error


def checked_password(password: str) -> str:
    if len(password) < MINIMUM_PASSWORD:
        text = N_("A password needs at least 10 characters.")
        raise Invalid(text, fields={"password": text})
    return password
