"""Verifies the activity log's chain of hashes, and finds the lines that are not in it yet."""

import hmac
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, and_, exists, func, select, true
from sqlmodel import col

from app.database import Db
from app.log_chain import digest_values, seal_head, seal_line
from app.models import Activity, ActivityHead, ActivitySeal
from app.nik_vault import NikVault

# What a seal covers, in this order; everything but the values, which can be erased.
SEALED_COLUMNS = (
    col(Activity.id),
    col(Activity.at),
    col(Activity.user_id),
    col(Activity.actor),
    col(Activity.action),
    col(Activity.subject),
    col(Activity.subject_id),
    col(Activity.address),
    col(Activity.reason),
    col(Activity.values_digest),
)
_FIRST_SEALED = 4  # of the columns that `_check_links` selects
_VALUES = (col(Activity.before), col(Activity.after), col(Activity.salt))

# A line is committed, and then sealed, at most so long after it was written (no transaction takes longer).
MAX_DELAY = timedelta(hours=1)
LINES_AT_ONCE = 1_000

Fault = Literal["deleted", "changed", "values-changed", "added-later", "end-changed", "not-as-kept"]


@dataclass(frozen=True)
class ChainEnd:
    """The position and hash of the last link. Kept outside of the database, it proves what was in the log by then."""

    position: int
    hash: str

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"


@dataclass(frozen=True)
class BrokenLine:
    """The first line at which the log is not as it was sealed.

    `activity_id` is None if the line and its seal are both gone.
    """

    position: int
    activity_id: int | None
    fault: Fault


@dataclass(frozen=True)
class Verification:
    """The result of `verify_log`. `verified` lines are as they were sealed; the values of `erased` of them are erased.

    `unsealed` lines wait for the background work, since `unsealed_since`.
    """

    verified: int
    erased: int
    end: ChainEnd | None
    broken: BrokenLine | None
    unsealed: int
    unsealed_since: datetime | None


def verify_log(db: Db, vault: NikVault, *, kept: ChainEnd | None = None) -> Verification:
    """Compute the chain anew from the lines of the log and compare it with what is stored, until the first difference.

    `kept` is the end of the chain as it was printed earlier. Raises `InvalidTag` if the chain was made with another
    secret. The caller's session must read one snapshot.
    """
    unsealed, since = db.execute(select(func.count(), func.min(col(Activity.at))).where(not_sealed())).one()
    head = db.get(ActivityHead, 1)
    key = bytes.fromhex(vault.decrypt(head.key_encrypted)) if head else b""
    erased, broken, end = 0, None, ChainEnd(0, "")
    with closing(_check_links(db, key)) as links:
        for link, fault in links if head else ():
            if kept and kept.position == link.position and kept.hash != link.hash:
                fault = fault or "not-as-kept"
            if fault:
                is_known = link.position == end.position + 1
                broken = BrokenLine(end.position + 1, link.activity_id if is_known else None, fault)
                break
            end = ChainEnd(link.position, link.hash)
            erased += link.values_digest != "" and link.salt is None
    if broken is None:
        broken = _check_end(db, head, key, end, kept) or _find_forged_line(db, head, end)
    return Verification(end.position, erased, end if end.position else None, broken, unsealed, since)


def _check_end(
    db: Db, head: ActivityHead | None, key: bytes, end: ChainEnd, kept: ChainEnd | None
) -> BrokenLine | None:
    """Return the line after `end`, the last link that is there, if there must have been one; else None."""
    has_links = db.scalar(select(exists(select(col(ActivitySeal.position)))))
    if (has_links and head is None) or (head is not None and not _is_end(head, key, end)):
        return BrokenLine(end.position + 1, None, "end-changed")
    if kept and kept.position > end.position:
        return BrokenLine(end.position + 1, None, "not-as-kept")
    return None


def _find_forged_line(db: Db, head: ActivityHead | None, end: ChainEnd) -> BrokenLine | None:
    """Return the first line without a seal that says that it was written before the last lines were sealed."""
    if head is None:
        return None
    is_late = and_(not_sealed(), col(Activity.at) < head.sealed_at - MAX_DELAY)
    forged = db.scalars(select(col(Activity.id)).where(is_late).order_by(col(Activity.id)).limit(1)).first()
    return None if forged is None else BrokenLine(end.position + 1, forged, "added-later")


def not_sealed(since: datetime | None = None) -> ColumnElement[bool]:
    """Return the condition that a line has no seal, and was written at `since` or later."""
    sealed = (
        select(col(ActivitySeal.position)).where(col(ActivitySeal.activity_id) == col(Activity.id)).exists()
    )
    return and_(~sealed, col(Activity.at) >= since if since else true())


def has_unsealed(db: Db, since: datetime | None) -> bool:
    """Return whether a line that was written at `since` or later is not in the chain."""
    return bool(db.scalar(select(exists(select(col(Activity.id)).where(not_sealed(since))))))


def is_head_genuine(db: Db, head: ActivityHead, key: bytes) -> bool:
    """Return whether the head has its seal, and the last link of the chain is where the head says."""
    last = db.execute(
        select(col(ActivitySeal.position), col(ActivitySeal.hash))
        .order_by(col(ActivitySeal.position).desc())
        .limit(1)
    ).first()
    return last is not None and _is_end(head, key, ChainEnd(*last))


def _is_end(head: ActivityHead, key: bytes, end: ChainEnd) -> bool:
    return ChainEnd(head.position, head.hash) == end and hmac.compare_digest(
        head.seal, seal_head(key, end.position, end.hash)
    )


def _check_links(db: Db, key: bytes) -> Generator[tuple[Row[Any], Fault | None]]:
    """Yield each link with its line, and what is wrong with it; None if nothing.

    What is yielded after a fault has no meaning.
    """
    statement = (
        select(
            col(ActivitySeal.position),
            col(ActivitySeal.activity_id),
            col(ActivitySeal.sealed_at),
            col(ActivitySeal.hash),
            *SEALED_COLUMNS,
            *_VALUES,
        )
        .join(Activity, col(Activity.id) == col(ActivitySeal.activity_id), isouter=True)
        .order_by(col(ActivitySeal.position))
        .execution_options(yield_per=LINES_AT_ONCE)
    )
    previous, batch, batch_before = ChainEnd(0, ""), None, None
    with db.execute(statement) as links:
        for link in links:
            if batch != link.sealed_at:
                batch_before, batch = batch, link.sealed_at
            yield link, _find_fault(link, key, previous, batch_before)
            previous = ChainEnd(link.position, link.hash)


def _find_fault(
    link: Row[Any], key: bytes, previous: ChainEnd, sealed_before: datetime | None
) -> Fault | None:
    """Return what is wrong with a link or its line, None if nothing.

    `sealed_before` is when the lines before it were sealed that were not sealed together with it.
    """
    if link.id is None or link.position != previous.position + 1:
        return "deleted"
    line = link[_FIRST_SEALED : _FIRST_SEALED + len(SEALED_COLUMNS)]
    if link.hash != seal_line(key, previous.hash, link.position, link.sealed_at, line):
        return "changed"
    values = (link.before, link.after)
    if link.salt is None and values != (None, None):
        return "values-changed"
    if link.salt is not None and digest_values(link.salt, *values) != link.values_digest:
        return "values-changed"
    if sealed_before and link.at < sealed_before - MAX_DELAY:
        return "added-later"
    return None
