"""Search known people by parts of a name, or by a whole phone number, e-mail address or NIK."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import col

from app.database import Db
from app.models import Participant

MIN_WORD_LENGTH = 3
MAX_RESULTS = 8


@dataclass(frozen=True)
class PersonSearch:
    """What to search by; people are found who match any of these. An empty search finds nobody.

    `name_key` is a name as `names.name_key` returns it; each of its words must be part of the person's. `phone` is a
    number in E.164, `nik_key` the keyed hash of a NIK; these and `email` must be equal.
    """

    name_key: str = ""
    phone: str | None = None
    email: str | None = None
    nik_key: str | None = None


def search_people(db: Db, search: PersonSearch) -> list[int]:
    """Return the ids of the first `MAX_RESULTS` (8) people found, by name, of all organizations.

    Empty for a search by nothing but words of fewer than three letters.
    """
    condition = _condition(search)
    if condition is None:
        return []
    statement = select(col(Participant.id)).where(condition)
    return list(db.scalars(statement.order_by(col(Participant.name), col(Participant.id)).limit(MAX_RESULTS)))


def is_found_by(db: Db, person_id: int, search: PersonSearch) -> bool:
    """Return whether this person matches the search, also if they are not among its first results."""
    condition = _condition(search)
    if condition is None:
        return False
    statement = select(col(Participant.id)).where(condition, col(Participant.id) == person_id)
    return db.scalars(statement).first() is not None


def _condition(search: PersonSearch) -> ColumnElement[bool] | None:
    """Return the condition that a person matches the search; None for a search that finds nobody."""
    conditions = []
    if search.nik_key:
        conditions.append(col(Participant.nik_key) == search.nik_key)
    if search.phone:
        conditions.append(col(Participant.phone) == search.phone)
    if search.email:
        conditions.append(col(Participant.email) == search.email)
    if words := _words(search.name_key):
        conditions.append(
            and_(*(col(Participant.name_key).contains(word, autoescape=True) for word in words))
        )
    return or_(*conditions) if conditions else None


def _words(name_key: str) -> Collection[str]:
    """Return the words of a name; none if all have fewer than three letters and would match too many people."""
    words = name_key.split()
    return words if any(len(word) >= MIN_WORD_LENGTH for word in words) else ()
