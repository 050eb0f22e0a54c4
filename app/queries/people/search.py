"""Known people, found while somebody types: by parts of a name, by a whole phone number, e-mail address or NIK."""

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
    """What is typed of somebody: a name as names are compared, a number in E.164, what a NIK is looked up by."""

    name_key: str = ""
    phone: str | None = None
    email: str | None = None
    nik_key: str | None = None


def search_people(db: Db, traits: PersonSearch) -> list[int]:
    """The first people who have one of the traits, in name order; whoever's sessions they came to."""
    condition = _has(traits)
    if condition is None:
        return []
    statement = select(col(Participant.id)).where(condition)
    return list(db.scalars(statement.order_by(col(Participant.name), col(Participant.id)).limit(MAX_RESULTS)))


def is_found_by(db: Db, person_id: int, traits: PersonSearch) -> bool:
    """Whether somebody is among all those who have one of the traits."""
    condition = _has(traits)
    if condition is None:
        return False
    return (
        db.scalars(select(col(Participant.id)).where(condition, col(Participant.id) == person_id)).first()
        is not None
    )


def _has(traits: PersonSearch) -> ColumnElement[bool] | None:
    conditions = []
    if traits.nik_key:
        conditions.append(col(Participant.nik_key) == traits.nik_key)
    if traits.phone:
        conditions.append(col(Participant.phone) == traits.phone)
    if traits.email:
        conditions.append(col(Participant.email) == traits.email)
    if words := _words(traits.name_key):
        conditions.append(
            and_(*(col(Participant.name_key).contains(word, autoescape=True) for word in words))
        )
    return or_(*conditions) if conditions else None


def _words(name_key: str) -> Collection[str]:
    """The words of a name, once one of them is long enough not to find half of the city."""
    words = name_key.split()
    return words if any(len(word) >= MIN_WORD_LENGTH for word in words) else ()
