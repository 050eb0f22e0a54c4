"""Limits on how often something is done in a period, counted in the database for all processes together."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from math import ceil

from sqlalchemy import Integer, bindparam, text
from sqlmodel import col, delete

from app.database import Db
from app.errors import TooManyRequests
from app.i18n import N_
from app.models import LimitedUse
from app.models.base import Instant, now

TOO_MANY = N_("Too many tries. Please wait %(seconds)s seconds and try again.")


# As text, because SQLAlchemy compiles an `insert` with ON CONFLICT anew at every call: 2.9 ms instead of 0.35
# (2026-11-30, SQLite, two cores that others used, too).
_COUNT_USE = (
    text(
        "INSERT INTO limited_use (name, key, uses, ends_at) VALUES (:name, :key, 1, :ends_at) "
        "ON CONFLICT (name, key) DO UPDATE SET "
        "uses = CASE WHEN limited_use.ends_at BETWEEN :now AND :latest THEN limited_use.uses + 1 ELSE 1 END, "
        "ends_at = CASE WHEN limited_use.ends_at BETWEEN :now AND :latest THEN limited_use.ends_at "
        "ELSE excluded.ends_at END "
        "RETURNING uses, ends_at"
    )
    .bindparams(*(bindparam(name, type_=Instant) for name in ("now", "latest", "ends_at")))
    .columns(uses=Integer, ends_at=Instant)
)


@dataclass(frozen=True)
class Limit:
    """`uses` within `period`, which begins with the first use. `name` tells limits apart."""

    name: str
    uses: int
    period: timedelta


def count_use(db: Db, limit: Limit, of: str) -> None:
    """Count one use by `of`, such as a network address or a ticket's code, in one statement.

    On PostgreSQL others who count the same wait until this transaction ends. So it is called before all other locks are
    taken. Raises `TooManyRequests` beyond the limit, with the seconds until the period ends. A period that ends later
    than two from now began while the clock was wrong, and begins anew.
    """
    moment = now()
    key = sha256(of.encode()).hexdigest()
    params = {"name": limit.name, "key": key, "now": moment, "ends_at": moment + limit.period}
    params["latest"] = moment + 2 * limit.period
    uses, until = db.connection().execute(_COUNT_USE, params).one()
    if uses > limit.uses:
        # The period may have begun in a transaction that took its time after this one.
        left = min(until - moment, limit.period)
        raise TooManyRequests(TOO_MANY, seconds=max(1, ceil(left.total_seconds())))


def delete_ended_limits(db: Db) -> None:
    """Delete the counts whose period is over."""
    db.exec(delete(LimitedUse).where(col(LimitedUse.ends_at) <= now()))
