"""The people that an attendance sheet may mean, found in a constant number of queries however long the sheet."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    CompoundSelect,
    Integer,
    Row,
    String,
    any_,
    bindparam,
    func,
    select,
    union,
)
from sqlalchemy.orm import Mapped
from sqlalchemy.types import TypeEngine
from sqlmodel import col

from app.database import Db, is_postgresql, lines
from app.models import Attendance, GroupMembership, Participant, Registration
from app.people.fields import TEXT_FIELDS
from app.people.known import KnownPeople, KnownPerson, KnownRegistration, MatchKeys
from app.people.values.outside_places import OUTSIDE
from app.queries.in_values import in_values
from app.queries.people.memberships import valid_on

Groups = Mapping[int, tuple[str, ...]]
PersonRow = Row[*tuple[Any, ...]]

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
    *(col(getattr(Participant, field)) for field in TEXT_FIELDS),
)


def known_people(db: Db, workshop_session_id: int, keys: MatchKeys, day: date) -> KnownPeople:
    """Everyone registered for the session, and everyone who shares a key with the sheet, as of the session's day."""
    of_session = col(Registration.workshop_session_id) == workshop_session_id
    registered = select(col(Registration.participant_id)).where(of_session)
    people = _people(db, *_sharing_keys(db, keys), col(Participant.id).in_(registered))
    return KnownPeople(_persons(people, _groups(db, people, day)), _registrations(db, of_session))


def people_named(db: Db, workshop_session_id: int, keys: MatchKeys, day: date | None) -> KnownPeople:
    """Those who share a key with what was typed, with their registrations for the session.

    With its day also their groups: those to which they belong on it, and with which they are registered.
    """
    people = _sharing(db, keys)
    if not people:
        return KnownPeople((), ())
    theirs = (col(Registration.workshop_session_id) == workshop_session_id) & col(
        Registration.participant_id
    ).in_(people)
    registrations = _registrations(db, theirs)
    if day is None:
        return KnownPeople(_persons(people, {}), (replace(one, target_group=None) for one in registrations))
    return KnownPeople(_persons(people, _groups(db, people, day)), registrations)


def _sharing(db: Db, keys: MatchKeys) -> dict[int, PersonRow]:
    """Those who share a key: one query, and none where nothing is to be shared."""
    given = {name: sorted(values) for name, _column, _kind in _KEYS if (values := getattr(keys, name))}
    if not given:
        return {}
    several = {name: values for name, values in given.items() if len(values) > 1}
    postgresql = is_postgresql(db)
    statement = _named(tuple(given), tuple(several), postgresql=postgresql)
    parameters = {name: values[0] for name, values in given.items()}
    parameters |= several if postgresql else {name: json.dumps(values) for name, values in several.items()}
    return {person.id: person for person in lines(db, statement, parameters)}


def _sharing_keys(db: Db, keys: MatchKeys) -> Iterator[ColumnElement[bool]]:
    for column, values in (
        (col(Participant.nik_key), keys.niks),
        (col(Participant.phone), keys.phones),
        (col(Participant.email), keys.emails),
        (col(Participant.name_key), keys.name_keys),
    ):
        if values:
            yield in_values(db, column, values)
    if keys.person_ids:
        yield col(Participant.id).in_(keys.person_ids)


def _people(db: Db, *conditions: ColumnElement[bool]) -> dict[int, PersonRow]:
    return {
        person.id: person
        for condition in conditions
        for person in db.execute(select(*_PERSON).where(condition))
    }


@cache
def _named(
    names: tuple[str, ...], several: tuple[str, ...], *, postgresql: bool
) -> CompoundSelect[*tuple[Any, ...]]:
    """Those who share any of the keys of these names, of which `several` have more than one value.

    Put together once: whoever registers asks it while others wait. Each key is a question of its own, and a single
    value is compared as it is: of tables that PostgreSQL hasn't looked into yet it would else read all rows, and
    go on so after they have grown.
    """
    return union(
        *(
            select(*_PERSON).where(
                _is_one_of(column, name, kind, postgresql=postgresql)
                if name in several
                else column == bindparam(name, type_=kind)
            )
            for name, column, kind in _KEYS
            if name in names
        )
    )


def _is_one_of(
    column: Mapped[Any], name: str, kind: type[TypeEngine[Any]], *, postgresql: bool
) -> ColumnElement[bool]:
    """Whether it is among the values of one parameter: an array (PostgreSQL) or JSON text (SQLite)."""
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
        in_values(db, col(GroupMembership.participant_id), people), valid_on(day)
    )
    groups: dict[int, tuple[str, ...]] = {}
    for person_id, group in db.execute(statement):
        groups[person_id] = (*groups.get(person_id, ()), group)
    return groups


def _persons(people: Mapping[int, PersonRow], groups: Groups) -> Iterator[KnownPerson]:
    return (_person(person, groups.get(id_, ())) for id_, person in people.items())


def _person(person: PersonRow, groups: tuple[str, ...]) -> KnownPerson:
    return KnownPerson(
        id=person.id,
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
        **{field: getattr(person, field) for field in TEXT_FIELDS},
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
