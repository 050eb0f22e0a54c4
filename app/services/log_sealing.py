"""Adds the lines of the activity log to its chain of hashes, by the background work soon after their commit.

Sealing is not part of the transactions that write lines: each would have to wait for the end of the one before it. The
chain is in the order of sealing, so that neither a line whose transaction took long nor an id whose transaction was
rolled back needs attention.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, select
from sqlmodel import col

from app.database import Db
from app.errors import Problem
from app.log_chain import new_key, seal_head, seal_line
from app.models import Activity, ActivityHead, ActivitySeal
from app.models.base import now
from app.nik_vault import NikVault
from app.queries.log_verification import SEALED_COLUMNS, is_head_genuine, not_sealed
from app.services.bulk import insert_rows

BATCH = 1_000


def seal_lines(
    db: Db, vault: NikVault, *, since: datetime | None = None, sealed_at: datetime | None = None
) -> int:
    """Add the next `BATCH` unsealed lines to the chain, by their ids, and return their number.

    With `since` only lines that were written since then are looked for. `sealed_at` is by default now; batches that
    follow each other have the same, so that lines that waited for a batch are not taken for forged ones. Raises
    `Problem` if the end of the chain is not the one that was last stored here: the chain is not continued over a gap.

    Needs no permission: the background work calls it.
    """
    head = db.get(ActivityHead, 1, with_for_update=True)
    if head is None:
        if db.scalar(select(exists(select(col(ActivitySeal.position))))):
            raise Problem("The end of the activity log's chain was deleted.", code="log-chain-broken")
        head = _start_chain(vault)
    key = bytes.fromhex(vault.decrypt(head.key_encrypted))
    if head.position and not is_head_genuine(db, head, key):
        raise Problem("The end of the activity log's chain was changed.", code="log-chain-broken")
    lines = db.execute(
        select(*SEALED_COLUMNS).where(not_sealed(since)).order_by(col(Activity.id)).limit(BATCH)
    ).all()
    if lines:
        _extend_chain(db, head, key, lines, sealed_at or now())
    return len(lines)


def _start_chain(vault: NikVault) -> ActivityHead:
    """Return the head of an empty chain, with a key of its own; not saved."""
    encrypted = vault.encrypt(new_key().hex())
    return ActivityHead(position=0, hash="", seal="", sealed_at=now(), key_encrypted=encrypted)


def _extend_chain(
    db: Db, head: ActivityHead, key: bytes, lines: Sequence[Row[Any]], sealed_at: datetime
) -> None:
    """Add a seal for each line and move the head to the last one."""
    seals = []
    for line in lines:
        head.position += 1
        head.hash = seal_line(key, head.hash, head.position, sealed_at, line)
        seals.append(
            {"position": head.position, "activity_id": line.id, "sealed_at": sealed_at, "hash": head.hash}
        )
    insert_rows(db, ActivitySeal, seals)
    head.seal, head.sealed_at = seal_head(key, head.position, head.hash), sealed_at
    db.add(head)
