"""The people that an attendance sheet may mean, found in a constant number of queries however long the sheet."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ARRAY, ColumnElement, Integer, Row, Select, String, any_, bindparam, func, or_, select
from sqlalchemy.orm import Mapped
from sqlalchemy.types import TypeEngine
from sqlmodel import col

from app.database import Db, is_postgresql, lines
from app.models import Attendance, GroupMembership, Participant, Registration
from app.queries.group_memberships import valid_on
from app.spreadsheets.judgement import OUTSIDE, Known, KnownPerson, KnownRegistration, MatchKeys

Groups = Mapping[int, tuple[str, ...]]
PersonRow = Row[*tuple[Any, ...]]
Value = TypeVar("Value", str, int)

# What `_person` reads.
_PERSON = (
    col(Participant.id),
    col(Participant.name),
    col(Participant.name_key),
    col(Participant.nik_key),
    col(Participant.phone),
    col(Participant.email),
    col(Participant.birth_date),
    col(Participant.sex),
    col(Participant.kelurahan_code),
    col(Participant.outside_place),
    col(Participant.rt),
    col(Participant.address),
    col(Participant.organization),
)


def known_people(db: Db, workshop_session_id: int, keys: MatchKeys, day: date) -> Known:
    """Everyone registered for the session, and everyone who shares a key with the sheet, as of the session's day."""
    of_session = col(Registration.workshop_session_id) == workshop_session_id
    registered = select(col(Registration.participant_id)).where(of_session)
    people = _people(db, *_sharing_keys(db, keys), col(Participant.id).in_(registered))
    return Known(_persons(people, _groups(db, people, day)), _registrations(db, of_session))


def people_named(db: Db, workshop_session_id: int, keys: MatchKeys, day: date | None) -> Known:
    """Those who share a key with what was typed, with their registrations for the session.

    With its day also their groups: those to which they belong on it, and with which they are registered.
    """
    people = _sharing(db, keys)
    if not people:
        return Known((), ())
    theirs = (col(Registration.workshop_session_id) == workshop_session_id) & col(
        Registration.participant_id
    ).in_(people)
    registrations = _registrations(db, theirs)
    if day is None:
        return Known(_persons(people, {}), (replace(one, target_group=None) for one in registrations))
    return Known(_persons(people, _groups(db, people, day)), registrations)


def _sharing(db: Db, keys: MatchKeys) -> dict[int, PersonRow]:
    """Those who share a key: one query, and none where nothing is to be shared."""
    postgresql = is_postgresql(db)
    given = {name: sorted(values) for name, _column, _kind in _KEYS if (values := getattr(keys, name))}
    if not given:
        return {}
    statement = _named(tuple(given), postgresql=postgresql)
    parameters = given if postgresql else {name: json.dumps(values) for name, values in given.items()}
    return {person.id: person for person in lines(db, statement, parameters)}


def _sharing_keys(db: Db, keys: MatchKeys) -> Iterator[ColumnElement[bool]]:
    for column, values in (
        (col(Participant.nik_key), keys.niks),
        (col(Participant.phone), keys.phones),
        (col(Participant.email), keys.emails),
        (col(Participant.name_key), keys.name_keys),
    ):
        if values:
            yield _among(db, column, values)
    if keys.person_ids:
        yield col(Participant.id).in_(keys.person_ids)


def _people(db: Db, *conditions: ColumnElement[bool]) -> dict[int, PersonRow]:
    return {
        person.id: person
        for condition in conditions
        for person in db.execute(select(*_PERSON).where(condition))
    }


@cache
def _named(names: tuple[str, ...], *, postgresql: bool) -> Select[*tuple[Any, ...]]:
    """Those who share any of these keys, each found by its own index.

    Put together once: whoever registers asks it while others wait.
    """
    return select(*_PERSON).where(
        or_(
            *(
                _is_one_of(column, name, kind, postgresql=postgresql)
                for name, column, kind in _KEYS
                if name in names
            )
        )
    )


def _is_one_of(
    column: Mapped[Any], name: str, kind: type[TypeEngine[Any]], *, postgresql: bool
) -> ColumnElement[bool]:
    """Whether it is among the values of one parameter: an array (PostgreSQL) or JSON text (SQLite).

    An array is compared as it is: of a table that the planner hasn't looked into yet it would read all rows, rather
    than look up those that `unnest` gives.
    """
    if postgresql:
        return column == any_(bindparam(name, type_=ARRAY(kind)))
    return column.in_(select(func.json_each(bindparam(name)).table_valued("value").c.value))


_KEYS = (
    ("niks", col(Participant.nik_key), String),
    ("phones", col(Participant.phone), String),
    ("emails", col(Participant.email), String),
    ("name_keys", col(Participant.name_key), String),
    ("person_ids", col(Participant.id), Integer),
)


def _groups(db: Db, people: Collection[int], day: date) -> Groups:
    """The groups to which people belong on a day."""
    if not people:
        return {}
    statement = select(col(GroupMembership.participant_id), col(GroupMembership.target_group_code)).where(
        _among(db, col(GroupMembership.participant_id), people), valid_on(day)
    )
    groups: dict[int, tuple[str, ...]] = {}
    for person_id, group in db.execute(statement):
        groups[person_id] = (*groups.get(person_id, ()), group)
    return groups


def _among(
    db: Db, column: Mapped[Value | None] | Mapped[Value], values: Collection[Value]
) -> ColumnElement[bool]:
    """`column IN values` for any number of values (but none): as one array (PostgreSQL) or JSON text (SQLite)."""
    given = sorted(values)
    if is_postgresql(db):
        kind = Integer if isinstance(given[0], int) else String
        return column.in_(select(func.unnest(bindparam(None, given, type_=ARRAY(kind)))))
    return column.in_(select(func.json_each(json.dumps(given)).table_valued("value").c.value))


def _persons(people: Mapping[int, PersonRow], groups: Groups) -> Iterator[KnownPerson]:
    return (_person(person, groups.get(id_, ())) for id_, person in people.items())


def _person(person: PersonRow, groups: tuple[str, ...]) -> KnownPerson:
    return KnownPerson(
        id=person.id,
        code=str(person.id),
        name=person.name,
        name_key=person.name_key,
        nik_key=person.nik_key,
        phone=person.phone,
        email=person.email,
        birth_date=person.birth_date,
        sex=person.sex.value if person.sex else None,
        kelurahan=OUTSIDE if person.outside_place is not None else person.kelurahan_code,
        outside_place=person.outside_place,
        rt=person.rt,
        address=person.address,
        organization=person.organization,
        groups=groups,
    )


def _registrations(db: Db, condition: ColumnElement[bool]) -> Iterable[KnownRegistration]:
    statement = (
        select(Registration, col(Attendance.status))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(condition)
    )
    for registration, outcome in db.execute(statement):
        yield KnownRegistration(
            code=registration.code,
            person_id=registration.participant_id,
            status=registration.status.value,
            attendance=outcome.value if outcome else None,
            kelurahan=OUTSIDE if registration.outside_place is not None else registration.kelurahan_code,
            target_group=registration.target_group_code,
            rt=registration.rt,
            sex=registration.sex.value if registration.sex else None,
        )
