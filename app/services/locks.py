"""What a change must hold before it looks. SQLite's writers exclude each other from their first statement on
(`BEGIN IMMEDIATE`); PostgreSQL's take these locks, and let them go with their transaction.

They are taken in one order, so that nobody waits for each other: people (held or shared), the session's row, keys, the
turn to write into the log (`services.activities`). Whoever shares people can't hold them in the same transaction.
"""

from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from typing import TypeVar

from sqlalchemy import ARRAY, BigInteger, Integer, Select, bindparam, func, inspect, select
from sqlmodel import SQLModel

from app.database import AdvisoryLock, Db, is_postgresql, lines
from app.errors import NotFound
from app.i18n import N_
from app.models import WorkshopSession
from app.queries.workshops.public_workshops import SESSION_OF_PAGE

GONE = N_("Somebody has deleted this in the meantime.")

Row = TypeVar("Row", bound=SQLModel)

_HOLD = select(func.pg_advisory_xact_lock(bindparam("key", type_=Integer)))
_SHARE = select(
    func.pg_advisory_xact_lock_shared(AdvisoryLock.PEOPLE),
    func.pg_advisory_xact_lock(bindparam("form", type_=BigInteger)),
)
_KEYS = func.unnest(bindparam("keys", type_=ARRAY(BigInteger))).column_valued("key")
_HOLD_EACH = select(func.pg_advisory_xact_lock(_KEYS))


def lock_people_table(db: Db) -> None:
    """Keeps everyone else from matching and making people until this transaction ends.

    Without it, two imports that name the same new person would both make one.
    """
    _hold(db, AdvisoryLock.PEOPLE)


def share_people(db: Db, request_key: str | None) -> None:
    """As `lock_people_table`, but together with others who share them: each then holds what their person is found by.

    The same form sent twice at once waits here for itself.
    """
    if is_postgresql(db):
        lines(db, _SHARE, {"form": _number(request_key) if request_key else None})


def lock_identity_keys(db: Db, keys: Iterable[str]) -> None:
    """Keeps others who share people from matching or making somebody by one of the same values. All at once, in the
    order of their numbers: two who hold some of the same never wait for each other."""
    if is_postgresql(db):
        lines(db, _HOLD_EACH, {"keys": sorted(map(_number, keys))})


def lock_reference_data(db: Db) -> None:
    """Lets servers that start together load it one after the other: the second finds it there."""
    _hold(db, AdvisoryLock.REFERENCE_DATA)


def lock_logins(db: Db) -> None:
    """Lets those who try passwords at the same moment be counted one after the other."""
    _hold(db, AdvisoryLock.LOGINS)


def lock_targets(db: Db) -> None:
    """Lets those who set targets at the same moment do so one after the other: the second sees the first's."""
    _hold(db, AdvisoryLock.TARGETS)


def _hold(db: Db, key: AdvisoryLock) -> None:
    if is_postgresql(db):
        lines(db, _HOLD, {"key": key})


def _number(value: str) -> int:
    """The number of PostgreSQL's lock for a value."""
    return int.from_bytes(blake2b(value.encode(), digest_size=8).digest(), signed=True)


def lock_row(db: Db, model: type[Row], identity: int) -> Row:
    """The row as it is now, held until this transaction ends. Raises `NotFound` where somebody deleted it meanwhile."""
    row: Row | None = db.scalars(_row_to_hold(model), {"id": identity}).one_or_none()
    if row is None:
        raise NotFound(GONE)
    return row


def lock_session_of_page(db: Db, workshop_code: str, session_code: str) -> WorkshopSession | None:
    """A session by its workshop's public page, as it is now and held; None where the page has no such session."""
    asked = {"workshop": workshop_code.upper(), "session": session_code}
    return db.scalars(_SESSION_OF_PAGE, asked).one_or_none()


def _held(found: Select[Row], model: type[Row]) -> Select[Row]:
    return found.with_for_update(of=model).execution_options(populate_existing=True)


@cache
def _row_to_hold(model: type[Row]) -> Select[Row]:
    """Put together once: nearly every change asks it while others wait."""
    identity = inspect(model).primary_key[0]
    return _held(select(model).where(identity == bindparam("id")), model)


_SESSION_OF_PAGE = _held(SESSION_OF_PAGE, WorkshopSession)
