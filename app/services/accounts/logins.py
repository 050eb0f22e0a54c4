"""Log users in and out: logins are kept in the database, and wrong passwords delay the next attempt."""

import secrets
from datetime import timedelta
from functools import cache

from sqlmodel import col, delete, func, or_, select

from app.database import Db
from app.errors import TooManyRequests
from app.i18n import N_
from app.models import ApiToken, LoginFailure, LoginSession, PasswordLink, User
from app.models.base import now
from app.permissions import Actor
from app.services.accounts.users import hash_secret, password_hasher
from app.services.activities import log_activity
from app.services.locks import lock_logins

LOGIN_LIFETIME = timedelta(hours=12)
# Failures older than this no longer count.
FAILURE_LIFETIME = timedelta(minutes=15)
# After so many failures each further one doubles the wait, from MIN_WAIT to MAX_WAIT.
MAX_FAILURES_PER_EMAIL = 5
# A whole office may share one address behind its router.
MAX_FAILURES_PER_ADDRESS = 30
MIN_WAIT = timedelta(seconds=10)
MAX_WAIT = timedelta(minutes=15)


def count_attempt(db: Db, email: str, address: str) -> None:
    """Count a login attempt as failed, before its password is checked; `create_login` deletes it again.

    `address` is the network address of the browser. Commit this before the check, which is slow: parallel guesses would
    otherwise not count each other. Raises `TooManyRequests`, and counts nothing, while the e-mail or the network
    address has to wait.
    """
    lock_logins(db)
    email = _normalize_email(email)
    _require_wait_is_over(db, email, address)
    db.add(LoginFailure(email=email, address=address))


def authenticate(read_db: Db, email: str, password: str) -> User | None:
    """Return the active user with this e-mail and password; None if there is none or no password is set.

    Only reads: checking a password is slow and must not happen while the database is locked for writing.
    """
    statement = select(User).where(User.email == _normalize_email(email), col(User.active))
    user = read_db.exec(statement).first()
    password_hash = user.password_hash if user else None
    matches = password_hasher.verify(password, password_hash or _dummy_hash())
    return user if password_hash and matches else None


def create_login(db: Db, user: User, browser: str) -> str:
    """Log a user in for 12 hours, log that, and return the secret for the cookie. `browser` is the User-Agent header.

    The failures counted for the user's e-mail are deleted. Needs no permission: the caller has checked the password.
    """
    secret = secrets.token_urlsafe(32)
    db.exec(delete(LoginFailure).where(col(LoginFailure.email) == user.email))
    expires_at = now() + LOGIN_LIFETIME
    db.add(
        LoginSession(key=hash_secret(secret), user_id=user.id, expires_at=expires_at, browser=browser[:200])
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


def delete_expired_logins(db: Db) -> None:
    """Delete expired logins and password links, and login failures older than 15 minutes."""
    db.exec(delete(LoginSession).where(col(LoginSession.expires_at) < now()))
    db.exec(delete(PasswordLink).where(col(PasswordLink.expires_at) < now()))
    db.exec(delete(LoginFailure).where(col(LoginFailure.at) < now() - FAILURE_LIFETIME))


def find_actor_by_login(db: Db, secret: str) -> Actor | None:
    """Return the actor for the secret of a login cookie; None if it is unknown or expired, or the user deactivated."""
    user = db.exec(
        select(User)
        .join(LoginSession, col(LoginSession.user_id) == col(User.id))
        .where(LoginSession.key == hash_secret(secret), LoginSession.expires_at > now(), col(User.active))
    ).first()
    return Actor.from_user(user) if user else None


def find_actor_by_token(db: Db, secret: str) -> Actor | None:
    """Return the actor for an API token; None if it is unknown, revoked or expired, or the user deactivated."""
    user = db.exec(
        select(User)
        .join(ApiToken, col(ApiToken.user_id) == col(User.id))
        .where(
            ApiToken.key == hash_secret(secret),
            or_(col(ApiToken.expires_at).is_(None), col(ApiToken.expires_at) > now()),
            col(User.active),
        )
    ).first()
    return Actor.from_user(user) if user else None


@cache
def _dummy_hash() -> str:
    """Return a hash to check where no user has the e-mail, so that the time taken reveals nothing."""
    return password_hasher.hash(secrets.token_urlsafe(16))


def _normalize_email(email: str) -> str:
    """Return the e-mail in lower case without surrounding space, cut to 200 characters."""
    return email.strip().lower()[:200]


def _require_wait_is_over(db: Db, email: str, address: str) -> None:
    """Raise `TooManyRequests`, with the seconds left, while the e-mail or the network address has to wait.

    It has to from the fifth failure of an e-mail, or the thirtieth of an address, within 15 minutes: 10 seconds after
    that one, twice as long after each further one, at most 15 minutes.
    """
    for column, value, max_failures in (
        (LoginFailure.email, email, MAX_FAILURES_PER_EMAIL),
        (LoginFailure.address, address, MAX_FAILURES_PER_ADDRESS),
    ):
        failures, latest = db.exec(
            select(func.count(), func.max(LoginFailure.at)).where(
                col(column) == value, col(LoginFailure.at) >= now() - FAILURE_LIFETIME
            )
        ).one()
        if failures < max_failures:
            continue
        wait = min(MIN_WAIT * 2 ** min(failures - max_failures, 10), MAX_WAIT)
        remaining = latest + wait - now()
        if remaining > timedelta(0):
            raise TooManyRequests(
                N_("Too many wrong passwords. Please try again in %(seconds)s seconds."),
                seconds=int(remaining.total_seconds()) + 1,
            )
