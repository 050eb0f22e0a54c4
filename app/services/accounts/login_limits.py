"""Slow down wrong passwords, so that no guesser locks the owner of an account out.

An attempt comes from a *source*: a browser in which the user has logged in before (by its cookie), or else a network
address. Each source of an account waits for itself. All other addresses together share one budget for each account, so
that the guesses on it stay bounded however many addresses an attacker has; it doesn't count for the user's own browsers
and for networks from which they logged in before.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col, delete, func, select

from app.database import Db
from app.errors import TooManyRequests
from app.i18n import N_
from app.models import KnownDevice, LoginFailure, User
from app.models.base import is_recent, now
from app.permissions import Actor
from app.services.accounts.secrets import hash_secret
from app.services.activities import log_activity, shorten_address
from app.services.locks import lock_logins

# Failures older than this no longer count.
FAILURE_LIFETIME = timedelta(minutes=15)
# After so many failures each further one doubles the wait, from MIN_WAIT to MAX_WAIT.
MAX_FAILURES_PER_EMAIL = 5
# A whole office may share one address behind its router.
MAX_FAILURES_PER_ADDRESS = 30
# Of one account from all addresses that its user never came from: at most about 84 guesses an hour.
MAX_FAILURES_ELSEWHERE = 15
# And from all addresses in networks that its user came from.
MAX_FAILURES_IN_KNOWN_NETWORKS = 30
MIN_WAIT = timedelta(seconds=10)
MAX_WAIT = timedelta(minutes=15)
DEVICE_LIFETIME = timedelta(days=180)

LOGIN_PAGE = Actor(user_id=None, name="login page", role=None, organization_id=None)


@dataclass(frozen=True)
class LoginSource:
    """Where an attempt comes from: the network address, and the secret of the browser's device cookie or ""."""

    address: str
    device: str = ""


def count_attempt(db: Db, email: str, source: LoginSource) -> None:
    """Count a login attempt as failed, before its password or code is checked; `forget_failures` deletes it again.

    Commit this before the check, which is slow: parallel guesses would otherwise not count each other. Raises
    `TooManyRequests`, and counts nothing, while the source or the account has to wait.
    """
    lock_logins(db)
    email = normalize_email(email)
    key, is_known = _identify(db, email, source)
    if remaining := _remaining_wait(db, email, key, is_known=is_known, is_device=key != source.address):
        raise TooManyRequests(
            N_("Too many wrong passwords. Please try again in %(seconds)s seconds."),
            seconds=int(remaining.total_seconds()) + 1,
        )
    db.add(LoginFailure(email=email, address=key, is_known=is_known))


def forget_failures(db: Db, user: User, source: LoginSource) -> None:
    """Delete the failures of this user from this source, after a login. Those from elsewhere go on counting."""
    key, _is_known = _identify(db, user.email, source)
    db.exec(
        delete(LoginFailure).where(
            col(LoginFailure.email) == user.email, col(LoginFailure.address).in_({key, source.address})
        )
    )


def log_failed_login(
    db: Db, email: str, source: LoginSource, action: str = "login-failed", reason: str = "wrong-password"
) -> None:
    """Log an attempt that `count_attempt` counted and that failed, and a further line if the next one has to wait.

    The line names the account only if there is one: what was typed may be a password in the wrong field.
    """
    email = normalize_email(email)
    is_user = db.exec(select(User.id).where(User.email == email)).first() is not None
    subject_id = email if is_user else "unknown"
    log_activity(db, LOGIN_PAGE, action, "user", subject_id, reason=reason if is_user else "unknown-account")
    key, is_known = _identify(db, email, source)
    if remaining := _remaining_wait(db, email, key, is_known=is_known, is_device=key != source.address):
        seconds = int(remaining.total_seconds()) + 1
        log_activity(
            db, LOGIN_PAGE, "login-locked", "user", subject_id, reason=f"next attempt in {seconds} s"
        )


def remember_device(db: Db, user: User, secret: str, address: str) -> bool:
    """Store that the user has logged in by the browser with this device cookie. Return whether it is a new one.

    The first browser of a user is not new: there is nothing to warn them of.
    """
    key, network = _device_key(secret, user.id), _network_of(address)
    if device := db.get(KnownDevice, key):
        device.network, device.last_used_at = network, now()
        return False
    has_others = db.exec(select(KnownDevice.key).where(KnownDevice.user_id == user.id).limit(1)).first()
    db.add(KnownDevice(key=key, user_id=user.id, network=network))
    return has_others is not None


def forget_devices(db: Db, user: User) -> None:
    """Delete the browsers and networks that the user is known by."""
    db.exec(delete(KnownDevice).where(col(KnownDevice.user_id) == user.id))


def delete_old_failures(db: Db) -> None:
    """Delete failures that no longer count, and devices that were not used for half a year."""
    db.exec(delete(LoginFailure).where(~is_recent(col(LoginFailure.at), FAILURE_LIFETIME)))
    db.exec(delete(KnownDevice).where(col(KnownDevice.last_used_at) < now() - DEVICE_LIFETIME))


def normalize_email(email: str) -> str:
    """Return the e-mail in lower case without surrounding space, cut to 200 characters."""
    return email.strip().lower()[:200]


def _identify(db: Db, email: str, source: LoginSource) -> tuple[str, bool]:
    """Return the key that failures of this source are counted by, and whether the user is known to come from there.

    The key is the hash of the device cookie if the user has logged in with it before, else the network address.
    """
    devices = db.execute(
        select(KnownDevice.key, KnownDevice.network, KnownDevice.user_id)
        .join(User, col(User.id) == col(KnownDevice.user_id))
        .where(User.email == email, KnownDevice.last_used_at > now() - DEVICE_LIFETIME)
    ).all()
    for key, _, user_id in devices:
        if source.device and key == _device_key(source.device, user_id):
            return key, True
    network = _network_of(source.address)
    return source.address, bool(network) and any(network == known for _key, known, _user_id in devices)


def _network_of(address: str) -> str:
    """Return the shortened network of an address, which may be an IPv6 network itself; "" if it is neither."""
    return shorten_address(address.partition("/")[0])


def _device_key(secret: str, user_id: int) -> str:
    """Return the key of a browser for one of its users: several people may log in with the same browser."""
    return hash_secret(f"{secret} {user_id}")


def _remaining_wait(db: Db, email: str, key: str, *, is_known: bool, is_device: bool) -> timedelta | None:
    """Return how long the next attempt has to wait, None if it need not.

    From the last allowed failure of a budget on it has to: 10 seconds after that one, twice as long after each further
    one, at most 15 minutes.
    """
    recent = is_recent(col(LoginFailure.at), FAILURE_LIFETIME)
    of_email, from_source = col(LoginFailure.email) == email, col(LoginFailure.address) == key
    budgets: list[tuple[tuple[ColumnElement[bool], ...], int]] = [
        ((of_email, from_source), MAX_FAILURES_PER_EMAIL)
    ]
    if not is_device:
        together = MAX_FAILURES_IN_KNOWN_NETWORKS if is_known else MAX_FAILURES_ELSEWHERE
        budgets += [
            ((from_source,), MAX_FAILURES_PER_ADDRESS),
            ((of_email, col(LoginFailure.is_known) == is_known), together),
        ]
    ends = [
        _wait_ends(
            *db.exec(select(func.count(), func.max(LoginFailure.at)).where(recent, *where)).one(), most
        )
        for where, most in budgets
    ]
    remaining = min(max((end - now() for end in ends if end), default=timedelta(0)), MAX_WAIT)
    return remaining if remaining > timedelta(0) else None


def _wait_ends(failures: int, latest: datetime | None, max_failures: int) -> datetime | None:
    """Return when a budget of `max_failures` allows the next attempt, None if it isn't used up."""
    if failures < max_failures or latest is None:
        return None
    wait: timedelta = min(MIN_WAIT * 2 ** min(failures - max_failures, 10), MAX_WAIT)
    return latest + wait
