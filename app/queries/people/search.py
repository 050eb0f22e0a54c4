"""Search known people: those within the actor's scope also by parts of a name, all others only by a whole phone
number, e-mail address or NIK.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import col

from app.database import Db
from app.models import Area, Participant, Registration
from app.permissions import Actor, Permission, Scope
from app.queries.in_values import in_values
from app.queries.people.participants import get_person_summaries
from app.queries.people.records import list_open_people, shown_name
from app.queries.scope import people_within, registrations_within

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


@dataclass(frozen=True)
class FoundPerson:
    """A person as results show them. `place` is "" if it is not known.

    Without `is_within_scope` only initials and place are known, and there is no page about them.
    """

    id: int
    name: str
    place: str
    is_within_scope: bool = True


def find_people(db: Db, actor: Actor, search: PersonSearch, limit: int) -> list[FoundPerson]:
    """Return at most `limit` people by name: with a whole value of `search`, or within scope by the words of its name.

    Empty for an actor who may not see participants. People whose record is not open are found and shown by the name of
    the actor's own registrations; people who are out of scope by a whole value alone, with initials and place.
    """
    if not actor.can(Permission.PARTICIPANT_READ):
        return []
    exact = _exact_conditions(search)
    ids = db.scalars(select(col(Participant.id)).where(or_(*exact)).limit(limit)).all() if exact else ()
    words = _words(search.name_key)
    if not ids and not words:
        return []
    people = _find_open_people(db, actor, ids, words, limit)
    if actor.scope(Permission.PARTICIPANT_READ) is not Scope.ALL:
        people += _find_registered_people(db, actor, ids, words, limit)
    people.sort(key=lambda person: person.name)
    others = set(ids).difference(person.id for person in people)
    hidden = (summary for summary in get_person_summaries(db, actor, others).values() if not summary.is_open)
    people += [FoundPerson(person.id, person.name, person.place, is_within_scope=False) for person in hidden]
    return people[:limit]


def _find_open_people(
    db: Db, actor: Actor, ids: Collection[int], words: Collection[str], limit: int
) -> list[FoundPerson]:
    """Return people whose record is open to the actor, by id or by the words of their name.

    They are in the order of their keys: the database reads the index of these and stops at the limit.
    """
    key = col(Participant.name_key)
    statement = (
        select(col(Participant.id), col(Participant.name), col(Area.name), col(Participant.outside_place))
        .outerjoin(Area, col(Area.code) == col(Participant.kelurahan_code))
        .where(
            col(Participant.erased_at).is_(None),
            _has_id_or_words(db, ids, [key.contains(word, autoescape=True) for word in words]),
            people_within(actor, Permission.PARTICIPANT_READ, col(Participant.id)),
        )
        .order_by(key, col(Participant.id))
        .limit(limit)
    )
    rows = db.execute(statement)
    return [FoundPerson(id_, name, kelurahan or outside or "") for id_, name, kelurahan, outside in rows]


def _find_registered_people(
    db: Db, actor: Actor, ids: Collection[int], words: Collection[str], limit: int
) -> list[FoundPerson]:
    """Return people whose record is not open, but who have registrations within the actor's scope.

    Name and place are as the newest of those says that has an id or the words searched for.
    """
    name = shown_name()
    newest = (
        select(func.max(col(Registration.id)))
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .where(
            col(Participant.erased_at).is_(None),
            ~col(Registration.opens_record),
            registrations_within(actor, Permission.PARTICIPANT_READ),
            _has_id_or_words(db, ids, [name.icontains(word, autoescape=True) for word in words]),
            ~people_within(actor, Permission.PARTICIPANT_READ, col(Participant.id)),
        )
        .group_by(col(Participant.id))
    )
    statement = (
        select(col(Participant.id), name, col(Area.name), col(Registration.outside_place))
        .join(Registration, col(Registration.participant_id) == col(Participant.id))
        .outerjoin(Area, col(Area.code) == col(Registration.kelurahan_code))
        .where(col(Registration.id).in_(newest))
        .order_by(name, col(Participant.id))
        .limit(limit)
    )
    rows = db.execute(statement)
    return [FoundPerson(id_, shown, kelurahan or outside or "") for id_, shown, kelurahan, outside in rows]


def _has_id_or_words(
    db: Db, ids: Collection[int], words: Collection[ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Return the condition that a person has one of these ids, or fulfils all of the conditions on their name."""
    has_id = in_values(db, col(Participant.id), ids)
    return or_(has_id, and_(*words)) if words else has_id


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
