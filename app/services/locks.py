"""What a change must hold before it looks. SQLite's writers exclude each other from their first statement on
(`BEGIN IMMEDIATE`); PostgreSQL's take these locks, and let them go with their transaction.
"""

from functools import cache
from typing import TypeVar

from sqlalchemy import Integer, Select, bindparam, func, inspect, select
from sqlmodel import SQLModel

from app.database import Db, is_postgresql, lines
from app.errors import NotFound
from app.i18n import N_
from app.models import WorkshopSession
from app.queries.public_workshops import SESSION_OF_PAGE

PEOPLE = 64_710_001
REFERENCE_DATA = 64_710_003
LOGINS = 64_710_004
TARGETS = 64_710_005

GONE = N_("Somebody has deleted this in the meantime.")

Row = TypeVar("Row", bound=SQLModel)

_HOLD = select(func.pg_advisory_xact_lock(bindparam("key", type_=Integer)))


def hold_people(db: Db) -> None:
    """Keeps everyone else from matching and making people until this transaction ends.

    Without it, two imports that name the same new person would both make one.
    """
    _hold(db, PEOPLE)


def hold_reference_data(db: Db) -> None:
    """Lets servers that start together load it one after the other: the second finds it there."""
    _hold(db, REFERENCE_DATA)


def hold_logins(db: Db) -> None:
    """Lets those who try passwords at the same moment be counted one after the other."""
    _hold(db, LOGINS)


def hold_targets(db: Db) -> None:
    """Lets those who set targets at the same moment do so one after the other: the second sees the first's."""
    _hold(db, TARGETS)


def _hold(db: Db, key: int) -> None:
    if is_postgresql(db):
        lines(db, _HOLD, {"key": key})


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
