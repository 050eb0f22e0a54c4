"""Locks that a transaction takes before it reads what its decision depends on, and holds until it ends.

They are for PostgreSQL. On SQLite only one transaction writes at a time (`BEGIN IMMEDIATE`) and nothing needs a lock.

To avoid deadlocks every transaction takes them in the same order: the count of a limit (`services.limits`), people by
`lock_identity_keys` or `lock_people_table`, targets and issued reports, a batch of lists (by all who change one of its
lists), the imports that read one file, or the files of a batch, by their ids (`services.imports.shared.people`), the
workshop session's row, or those of several sessions by their ids, then rows of registrations and participants, last the
count of a ticket's mails (`web.limits.TICKETS_SENT_AGAIN`).
Others wait for `lock_people_table` on both databases, so a transaction does what takes long before it: it judges, reads
and makes files first, compares under the lock, and writes in bulk (decision 46).

A transaction that may need an earlier lock takes it first: never `lock_people_table` after `lock_identity_keys` or
after an import, or it could wait for a transaction that waits for it. Only the commit of a long list on PostgreSQL
takes the people table last, by `try_lock_people_table`, which waits a moment and gives up.
"""

from collections.abc import Collection, Iterable
from hashlib import blake2b
from typing import TypeVar

from sqlalchemy import ARRAY, Integer, func, literal, select, text
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

from app.database import AdvisoryLock, Db, is_postgresql
from app.errors import NotFound
from app.i18n import N_

GONE = N_("Somebody has deleted this in the meantime.")

IDENTITY_LOCKS = 64
MILLISECONDS_TO_TRY = "800"

_IS_WAITED_FOR = text(
    """
    SELECT EXISTS (
        SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'
            AND pg_backend_pid() = ANY (pg_blocking_pids(pid))
    )
    """
)

Row = TypeVar("Row", bound=SQLModel)


def lock_identity_keys(db: Db, keys: Iterable[str]) -> None:
    """Take one advisory lock per identity key (NIK, phone, e-mail, name), so that two concurrent requests cannot create
    the same person. Locks are taken in sorted order to avoid deadlocks.

    There are 64 locks; the hash of a key says which one is the key's. Two requests whose keys share a lock by chance
    run one after the other, which costs a few milliseconds and is never wrong.
    """
    _take_identity_locks(db, sorted({_lock_number(key) for key in keys}))


def lock_people_table(db: Db) -> None:
    """Block every other transaction that creates people, or matches them to write, until this one ends.

    Matching that only reads goes on. Call it before rows are locked, and never after `lock_identity_keys`, of which it
    takes all 64 locks. For changes that concern people whose keys are not known beforehand, such as the commit of an
    import or a merge. Does nothing on SQLite, where only one transaction writes at a time.
    """
    _take_identity_locks(db, range(IDENTITY_LOCKS))


def try_lock_people_table(db: Db) -> bool:
    """Take the locks of `lock_people_table` if each is free within 0.8 s and nobody waits for this transaction.

    Returns whether it has them; if not, the caller must roll back. For a transaction that has locked rows already: who
    waits for one of these may hold the lock of a key, and PostgreSQL would end one of the two. Those who begin to wait
    for a row now are ended no more: PostgreSQL looks for deadlocks after a second.
    """
    if not is_postgresql(db):
        return True
    if db.execute(_IS_WAITED_FOR).scalar_one():
        return False
    db.execute(select(func.set_config("lock_timeout", MILLISECONDS_TO_TRY, True)))
    try:
        lock_people_table(db)
    except OperationalError:
        return False
    return True


def lock_reference_data(db: Db) -> None:
    """Block other servers from loading the reference data until this transaction ends.

    A second server then finds what the first has loaded. Does nothing on SQLite.
    """
    _take_lock(db, AdvisoryLock.REFERENCE_DATA)


def lock_session_facts(db: Db) -> None:
    """Block other processes from storing the facts of sessions until this transaction ends.

    Otherwise older facts could be stored over newer ones. Does nothing on SQLite.
    """
    _take_lock(db, AdvisoryLock.SESSION_FACTS)


def lock_logins(db: Db) -> None:
    """Block other attempts to log in until this transaction ends, so that simultaneous wrong passwords all count.

    Does nothing on SQLite.
    """
    _take_lock(db, AdvisoryLock.LOGINS)


def lock_targets(db: Db) -> None:
    """Block other changes of coverage targets until this transaction ends, so that each sees the one before it.

    Does nothing on SQLite.
    """
    _take_lock(db, AdvisoryLock.TARGETS)


def lock_issued_reports(db: Db) -> None:
    """Block other transactions that issue a report or close a period, and all that change what is reported.

    Until this one ends nothing is registered, marked or imported, so that a report's figures agree with each other and
    its time of issue tells what it counts. Does nothing on SQLite.
    """
    lock_people_table(db)
    lock_targets(db)
    _take_lock(db, AdvisoryLock.ISSUED_REPORTS)


def lock_row(db: Db, model: type[Row], identity: int) -> Row:
    """Return the row as it is in the database now, locked until this transaction ends.

    Pending changes are flushed first. Raises `NotFound` if the row has been deleted.
    """
    db.flush()  # `get` does not, and would overwrite changes of the row
    row = db.get(model, identity, populate_existing=True, with_for_update=True)
    if row is None:
        raise NotFound(GONE)
    return row


def _lock_number(key: str) -> int:
    """Return the number of the identity lock of this key, 0 to 63."""
    return blake2b(key.encode(), digest_size=1).digest()[0] % IDENTITY_LOCKS


def _take_identity_locks(db: Db, numbers: Collection[int]) -> None:
    """Wait for the identity locks with these numbers, in their order; do nothing on SQLite."""
    if is_postgresql(db):
        number = func.unnest(literal(list(numbers), ARRAY(Integer))).column_valued("number")
        db.execute(select(func.pg_advisory_xact_lock(AdvisoryLock.IDENTITY, number)))


def _take_lock(db: Db, key: AdvisoryLock) -> None:
    """Wait for an advisory lock that is held until the transaction ends; do nothing on SQLite."""
    if is_postgresql(db):
        db.execute(select(func.pg_advisory_xact_lock(key)))
