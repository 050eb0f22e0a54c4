"""Search known people: those whose record is open to the actor also by parts of a name, all others only by a whole
phone number, e-mail address or NIK.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import col

from app.database import Db
from app.models import Participant
from app.permissions import Actor, Permission
from app.queries.in_values import in_values
from app.queries.people.records import list_open_people
from app.queries.scope import people_within

MIN_WORD_LENGTH = 3
MAX_RESULTS = 8


@dataclass(frozen=True)
class PersonSearch:
    """What to search by; people are found who match any of these. An empty search finds nobody.

    `name_key` is a name as `names.name_key` returns it; each of its words must be part of the person's, whose record
    must be open to the actor. `phone` is a number in E.164, `nik_key` the keyed hash of a NIK; these and `email` must
    be equal.
    """

    name_key: str = ""
    phone: str | None = None
    email: str | None = None
    nik_key: str | None = None


def search_people(db: Db, actor: Actor, search: PersonSearch) -> list[int]:
    """Return the ids of the first `MAX_RESULTS` (8) people found, by name.

    Empty for a search by nothing but words of fewer than three letters.
    """
    conditions = _exact_conditions(search)
    if words := _words(search.name_key):
        name_key = col(Participant.name_key)
        is_open = people_within(actor, Permission.PARTICIPANT_READ, col(Participant.id))
        conditions.append(and_(is_open, *(name_key.contains(word, autoescape=True) for word in words)))
    if not conditions:
        return []
    statement = select(col(Participant.id)).where(or_(*conditions))
    return list(db.scalars(statement.order_by(col(Participant.name), col(Participant.id)).limit(MAX_RESULTS)))


def list_visible_people(
    db: Db, actor: Actor, people: Collection[int], search: PersonSearch
) -> frozenset[int]:
    """Return those of these people of whom the actor may learn: with an open record, or found by a whole value.

    The name does not count: nobody of another organization is found by it.
    """
    visible = list_open_people(db, actor, people)
    conditions = _exact_conditions(search)
    if not conditions or len(visible) == len(people):
        return visible
    statement = select(col(Participant.id)).where(
        in_values(db, col(Participant.id), people), or_(*conditions)
    )
    return visible.union(db.scalars(statement))


def _exact_conditions(search: PersonSearch) -> list[ColumnElement[bool]]:
    """Return for each whole value of the search the condition that a person has it."""
    values = (
        (col(Participant.nik_key), search.nik_key),
        (col(Participant.phone), search.phone),
        (col(Participant.email), search.email),
    )
    return [column == value for column, value in values if value]


def _words(name_key: str) -> Collection[str]:
    """Return the words of a name; none if all have fewer than three letters and would match too many people."""
    words = name_key.split()
    return words if any(len(word) >= MIN_WORD_LENGTH for word in words) else ()
