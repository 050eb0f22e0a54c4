"""Log users in and out: check passwords, and keep logins in the database."""

from datetime import timedelta

from sqlmodel import col, delete, or_, select

from app.database import Db
from app.models import (
    ApiToken,
    Approval,
    EmailChange,
    LoginSession,
    Organization,
    PasskeyChallenge,
    PasswordLink,
    PendingLogin,
    User,
)
from app.models.base import now
from app.permissions import Actor
from app.services.accounts.login_limits import delete_old_failures, normalize_email
from app.services.accounts.passwords import verify_password
from app.services.accounts.secrets import hash_secret, new_secret
from app.services.activities import client_address, log_activity

LOGIN_LIFETIME = timedelta(hours=12)
# Last uses are not written more often, so that most requests write nothing.
USE_PRECISION = timedelta(minutes=1)


def authenticate(read_db: Db, email: str, password: str) -> User | None:
    """Return the active user with this e-mail and password; None if there is none or no password is set.

    Only reads: checking a password is slow and must not happen while the database is locked for writing. Raises `Busy`
    while too many other passwords are checked.
    """
    statement = select(User).where(User.email == normalize_email(email), col(User.active))
    user = read_db.exec(statement).first()
    return user if verify_password(password, user.password_hash if user else None) else None


def create_login(db: Db, user: User, browser: str, *, lifetime: timedelta = LOGIN_LIFETIME) -> str:
    """Log a user in, log that, and return the secret for the cookie. `browser` is the User-Agent header.

    Needs no permission: the caller has checked the password, or what stands for it.
    """
    secret = new_secret()
    db.add(
        LoginSession(
            key=hash_secret(secret),
            user_id=user.id,
            expires_at=now() + lifetime,
            browser=browser[:200],
            address=client_address.get(),
        )
    )
    log_activity(db, Actor.from_user(user), "log-in", "user", user.email)
    return secret


def end_login(db: Db, secret: str) -> None:
    """Delete a browser's login and log that. Does nothing if the secret of its cookie belongs to no login.

    Needs no permission: the secret proves who is logged in.
    """
    login = db.get(LoginSession, hash_secret(secret))
    if login is not None:
        user = db.get_one(User, login.user_id)
        db.delete(login)
        log_activity(db, Actor.from_user(user), "log-out", "user", user.email)


def end_other_logins(db: Db, user: User, kept: str = "") -> None:
    """End all logins of a user, also half-done ones, but that of the browser whose cookie has the secret `kept`."""
    kept_key = hash_secret(kept) if kept else ""
    db.exec(
        delete(LoginSession).where(col(LoginSession.user_id) == user.id, col(LoginSession.key) != kept_key)
    )
    db.exec(delete(PendingLogin).where(col(PendingLogin.user_id) == user.id))


def delete_expired_logins(db: Db) -> None:
    """Delete expired logins, links and approvals, and login failures older than 15 minutes."""
    for expiring in (LoginSession, PasswordLink, PendingLogin, PasskeyChallenge, EmailChange, Approval):
        db.exec(delete(expiring).where(col(expiring.expires_at) < now()))
    delete_old_failures(db)


def find_login(db: Db, secret: str, idle: timedelta | None = None) -> tuple[LoginSession, Actor] | None:
    """Return the login of a cookie and its actor; None if it is unknown or has expired, or the user is deactivated.

    With `idle` it has also expired if it was not used for so long.
    """
    statement = (
        select(LoginSession, User, Organization)
        .join(User, col(User.id) == col(LoginSession.user_id))
        .join(Organization, col(Organization.id) == col(User.organization_id))
        .where(LoginSession.key == hash_secret(secret), LoginSession.expires_at > now(), col(User.active))
    )
    if idle is not None:
        statement = statement.where(LoginSession.last_used_at > now() - idle)
    row = db.exec(statement).first()
    return (row[0], Actor.from_user(row[1], row[2].kind)) if row else None


def find_actor_by_login(db: Db, secret: str, idle: timedelta | None = None) -> Actor | None:
    """Return the actor for the secret of a login cookie; None where `find_login` finds none."""
    found = find_login(db, secret, idle)
    return found[1] if found else None


def find_token(db: Db, secret: str) -> tuple[ApiToken, Actor] | None:
    """Return an API token and its actor; None if it is unknown, revoked or expired, or the user deactivated."""
    row = db.exec(
        select(ApiToken, User, Organization)
        .join(User, col(User.id) == col(ApiToken.user_id))
        .join(Organization, col(Organization.id) == col(User.organization_id))
        .where(
            ApiToken.key == hash_secret(secret),
            or_(col(ApiToken.expires_at).is_(None), col(ApiToken.expires_at) > now()),
            col(User.active),
        )
    ).first()
    return (row[0], Actor.from_user(row[1], row[2].kind)) if row else None


def find_actor_by_token(db: Db, secret: str) -> Actor | None:
    """Return the actor for an API token; None where `find_token` finds none."""
    found = find_token(db, secret)
    return found[1] if found else None


def was_used_lately(used: LoginSession | ApiToken) -> bool:
    """Return whether the last use that is stored is less than a minute ago, so that it need not be written again."""
    return used.last_used_at is not None and used.last_used_at > now() - USE_PRECISION


def record_use(db: Db, used: LoginSession | ApiToken) -> None:
    """Store that a login or token is used now; for a login also from which network."""
    row = db.get(type(used), used.key if isinstance(used, LoginSession) else used.id)
    if row is None:
        return
    row.last_used_at = now()
    if isinstance(row, LoginSession):
        row.address = client_address.get()
