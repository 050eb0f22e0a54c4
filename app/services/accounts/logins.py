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
from app.services.accounts.users import hash_secret, hasher
from app.services.activities import record
from app.services.locks import lock_logins

LOGIN_LIFETIME = timedelta(hours=12)
FAILURE_LIFETIME = timedelta(minutes=15)
MAX_FAILURES_PER_EMAIL = 5
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=15)
# An address may stand for a whole office behind one router: it is slowed down later than an e-mail.
MAX_FAILURES_PER_ADDRESS = 30


@cache
def _nobodys_hash() -> str:
    """Checked where no user has the e-mail, so that the time taken tells nothing."""
    return hasher.hash(secrets.token_urlsafe(16))


def count_attempt(db: Db, email: str, address: str) -> None:
    """Counts a try as failed before its password is checked; `create_login` takes that back.

    The check takes long: to be committed before it, or those who guess side by side would slip past the
    slow-down. Raises `TooManyRequests`, and counts nothing, while the e-mail or the address has to wait.
    """
    lock_logins(db)
    email = _as_kept(email)
    _require_patience(db, email, address)
    db.add(LoginFailure(email=email, address=address))


def authenticate(db: Db, email: str, password: str) -> User | None:
    """The active user whom this e-mail and password name.

    Only reads, since checking a password takes long and must not hold the write lock.
    """
    email = _as_kept(email)
    user = db.exec(select(User).where(User.email == email, col(User.active))).first()
    known_hash = user.password_hash if user and user.password_hash else None
    matches = hasher.verify(password, known_hash or _nobodys_hash())
    return user if known_hash and matches else None


def create_login(db: Db, user: User, browser: str) -> str:
    """Logs a user in; returns the secret for the cookie."""
    secret = secrets.token_urlsafe(32)
    db.exec(delete(LoginFailure).where(col(LoginFailure.email) == user.email))
    db.add(
        LoginSession(
            key=hash_secret(secret), user_id=user.id, expires_at=now() + LOGIN_LIFETIME, browser=browser[:200]
        )
    )
    record(db, Actor.from_user(user), "log-in", "user", user.email)
    return secret


def delete_expired_logins(db: Db) -> None:
    """Deletes logins and links that open nothing any more, and failures that slow nobody down."""
    db.exec(delete(LoginSession).where(col(LoginSession.expires_at) < now()))
    db.exec(delete(PasswordLink).where(col(PasswordLink.expires_at) < now()))
    db.exec(delete(LoginFailure).where(col(LoginFailure.at) < now() - FAILURE_LIFETIME))


def end_login(db: Db, secret: str) -> None:
    """Logs this browser out: the cookie opens nothing any more."""
    login = db.get(LoginSession, hash_secret(secret))
    if login is not None:
        user = db.get_one(User, login.user_id)
        db.delete(login)
        record(db, Actor.from_user(user), "log-out", "user", user.email)


def find_actor_by_login(db: Db, secret: str) -> Actor | None:
    """Who the cookie's bearer is, while the login lasts and the user is active."""
    found = db.exec(
        select(User)
        .join(LoginSession, col(LoginSession.user_id) == col(User.id))
        .where(LoginSession.key == hash_secret(secret), LoginSession.expires_at > now(), col(User.active))
    ).first()
    return Actor.from_user(found) if found else None


def find_actor_by_token(db: Db, secret: str) -> Actor | None:
    """For whom a program with this API token acts."""
    found = db.exec(
        select(User)
        .join(ApiToken, col(ApiToken.user_id) == col(User.id))
        .where(
            ApiToken.key == hash_secret(secret),
            or_(col(ApiToken.expires_at).is_(None), col(ApiToken.expires_at) > now()),
            col(User.active),
        )
    ).first()
    return Actor.from_user(found) if found else None


def _as_kept(email: str) -> str:
    return email.strip().lower()[:200]


def _require_patience(db: Db, email: str, address: str) -> None:
    since = now() - FAILURE_LIFETIME
    for column, value, free in (
        (LoginFailure.email, email, MAX_FAILURES_PER_EMAIL),
        (LoginFailure.address, address, MAX_FAILURES_PER_ADDRESS),
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
