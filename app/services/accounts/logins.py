"""Logging in and out: cookie sessions kept in the database, and the slow-down after wrong passwords."""

import secrets
from datetime import datetime, timedelta
from functools import cache

from sqlmodel import col, delete, func, or_, select

from app.database import Db
from app.errors import TooManyRequests
from app.i18n import N_
from app.models import ApiToken, LoginFailure, LoginSession, PasswordLink, User
from app.models.base import now
from app.permissions import Actor
from app.services.accounts.users import hasher, secret_key
from app.services.activities import log_activity
from app.services.locks import lock_logins

LOGIN_LASTS = timedelta(hours=12)
FAILURES_LAST = timedelta(minutes=15)
FREE_TRIES = 5
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=15)
# An address may stand for a whole office behind one router: it is slowed down later than an e-mail.
FREE_TRIES_OF_ADDRESS = 30


@cache
def _nobodys_hash() -> str:
    """Checked where no user has the e-mail, so that the time taken tells nothing."""
    return hasher.hash(secrets.token_urlsafe(16))


def actor_of(user: User) -> Actor:
    return Actor(user.id, user.name, user.role, user.organization_id, user.may_see_participants)


def note_try(db: Db, email: str, address: str) -> None:
    """Counts a try as failed before its password is checked; `open_login` takes that back.

    The check takes long: to be committed before it, or those who guess side by side would slip past the
    slow-down. Raises `TooManyRequests`, and counts nothing, while the e-mail or the address has to wait.
    """
    lock_logins(db)
    email = _as_kept(email)
    _require_patience(db, email, address)
    db.add(LoginFailure(email=email, address=address))


def user_with_password(db: Db, email: str, password: str) -> User | None:
    """The active user whom this e-mail and password name.

    Only reads, since checking a password takes long and must not hold the write lock.
    """
    email = _as_kept(email)
    user = db.exec(select(User).where(User.email == email, col(User.active))).first()
    known_hash = user.password_hash if user and user.password_hash else None
    matches = hasher.verify(password, known_hash or _nobodys_hash())
    return user if known_hash and matches else None


def open_login(db: Db, user: User, browser: str) -> str:
    """Logs a user in; returns the secret for the cookie."""
    secret = secrets.token_urlsafe(32)
    db.exec(delete(LoginFailure).where(col(LoginFailure.email) == user.email))
    db.add(
        LoginSession(
            key=secret_key(secret), user_id=user.id, expires_at=now() + LOGIN_LASTS, browser=browser[:200]
        )
    )
    log_activity(db, actor_of(user), "log-in", "user", user.email)
    return secret


def forget_expired_logins(db: Db) -> None:
    """Deletes logins and links that open nothing any more, and failures that slow nobody down."""
    db.exec(delete(LoginSession).where(col(LoginSession.expires_at) < now()))
    db.exec(delete(PasswordLink).where(col(PasswordLink.expires_at) < now()))
    db.exec(delete(LoginFailure).where(col(LoginFailure.at) < now() - FAILURES_LAST))


def close_login(db: Db, secret: str) -> None:
    """Logs this browser out: the cookie opens nothing any more."""
    login = db.get(LoginSession, secret_key(secret))
    if login is not None:
        user = db.get_one(User, login.user_id)
        db.delete(login)
        log_activity(db, actor_of(user), "log-out", "user", user.email)


def actor_by_login(db: Db, secret: str) -> Actor | None:
    """Who the cookie's bearer is, while the login lasts and the user is active."""
    found = db.exec(
        select(User)
        .join(LoginSession, col(LoginSession.user_id) == col(User.id))
        .where(LoginSession.key == secret_key(secret), LoginSession.expires_at > now(), col(User.active))
    ).first()
    return actor_of(found) if found else None


def actor_by_token(db: Db, secret: str) -> Actor | None:
    """For whom a program with this API token acts."""
    found = db.exec(
        select(User)
        .join(ApiToken, col(ApiToken.user_id) == col(User.id))
        .where(
            ApiToken.key == secret_key(secret),
            or_(col(ApiToken.expires_at).is_(None), col(ApiToken.expires_at) > now()),
            col(User.active),
        )
    ).first()
    return actor_of(found) if found else None


def _as_kept(email: str) -> str:
    return email.strip().lower()[:200]


def _require_patience(db: Db, email: str, address: str) -> None:
    since = now() - FAILURES_LAST
    for column, value, free in (
        (LoginFailure.email, email, FREE_TRIES),
        (LoginFailure.address, address, FREE_TRIES_OF_ADDRESS),
    ):
        failures, latest = db.exec(
            select(func.count(), func.max(LoginFailure.at)).where(
                col(column) == value, col(LoginFailure.at) >= since
            )
        ).one()
        if failures >= free:
            _require_wait(latest, min(FIRST_WAIT * 2 ** min(failures - free, 10), LONGEST_WAIT))


def _require_wait(latest: datetime, wait: timedelta) -> None:
    left = latest + wait - now()
    if left > timedelta(0):
        raise TooManyRequests(
            N_("Too many wrong passwords. Please try again in %(seconds)s seconds."),
            seconds=int(left.total_seconds()) + 1,
        )
