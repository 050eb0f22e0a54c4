"""Load the known people to match with a sheet or form, in a number of queries that doesn't depend on its length."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from app.database import Db
from app.i18n import clock_text
from app.models import Attendance, GroupMembership, Participant, Registration, User
from app.people.fields import TEXT_FIELDS
from app.people.known import DoorMark, KnownPeople, KnownPerson, KnownRegistration, MatchKeys
from app.people.values.outside_places import OUTSIDE
from app.permissions import Actor
from app.queries.in_values import in_values
from app.queries.people.memberships import is_valid_on
from app.queries.people.records import list_open_people

Groups = Mapping[int, tuple[str, ...]]
PersonRow = Row[*tuple[Any, ...]]

# What `_build_known_person` needs; nobody is matched with an erased person.
_PEOPLE = select(
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
).where(col(Participant.erased_at).is_(None))
# The columns by which people are matched.
_KEYS = (
    col(Participant.nik_key),
    col(Participant.phone),
    col(Participant.email),
    col(Participant.name_key),
    col(Participant.id),
)
_PEOPLE_BY_KEY = {key: _PEOPLE.where(key.in_(bindparam("values", expanding=True))) for key in _KEYS}

# The columns of a registration that `_load_registrations` needs.
_REGISTRATION = (
    col(Registration.code),
    col(Registration.participant_id),
    col(Registration.status),
    col(Registration.kelurahan_code),
    col(Registration.outside_place),
    col(Registration.target_group_code),
    col(Registration.rt),
    col(Registration.sex),
)


def load_people_for_sheet(
    db: Db, workshop_session_id: int, keys: MatchKeys, day: date
) -> tuple[dict[int, KnownPerson], dict[str, KnownRegistration]]:
    """Return the people who are registered for the session or share a key with the sheet, of all organizations.

    They come by id, with all their registrations for the session by code, also cancelled ones. Their target groups are
    those on `day`, the session's.
    """
    of_session = col(Registration.workshop_session_id) == workshop_session_id
    registered = select(col(Registration.participant_id)).where(of_session)
    sharing = (in_values(db, column, values) for column, values in _key_columns(keys))
    people = _load_people(db, *sharing, col(Participant.id).in_(registered))
    registrations = _load_registrations(db, of_session)
    return (
        {person.id: person for person in _build_known_people(people, _load_groups(db, people, day))},
        {known.code: known for known in registrations if known.person_id in people},
    )


def load_people_for_form(
    db: Db, workshop_session_id: int, keys: MatchKeys, day: date, reader: Actor | None = None
) -> KnownPeople:
    """Return the people who share a key with what was typed, with their registrations for the session.

    They are of all organizations. People whose record is open to the `reader` come with their target groups on `day`,
    the session's. Without a `reader`, groups are left out, also of the registrations: the public form must not tell
    anyone's group.
    """
    people: dict[int, PersonRow] = {
        person.id: person
        for key, values in _key_columns(keys)
        for person in db.execute(_PEOPLE_BY_KEY[key], {"values": list(values)})
    }
    if not people:
        return KnownPeople((), ())
    their_registrations = (col(Registration.workshop_session_id) == workshop_session_id) & col(
        Registration.participant_id
    ).in_(people)
    registrations = _load_registrations(db, their_registrations)
    if reader is None:
        return KnownPeople(
            _build_known_people(people, {}), (replace(known, target_group=None) for known in registrations)
        )
    groups = _load_groups(db, list_open_people(db, reader, people.keys()), day)
    return KnownPeople(_build_known_people(people, groups), registrations)


def _key_columns(keys: MatchKeys) -> list[tuple[Mapped[Any], Collection[Any]]]:
    """Return the columns by which people are matched, each with the values to look for.

    Columns without values are left out.
    """
    values_of_keys = (keys.niks, keys.phones, keys.emails, keys.name_keys, keys.person_ids)
    return [(column, values) for column, values in zip(_KEYS, values_of_keys, strict=True) if values]


def _load_people(db: Db, *conditions: ColumnElement[bool]) -> dict[int, PersonRow]:
    """Return the people for whom at least one of the conditions holds, by id, but not erased ones.

    Each condition is a query of its own, which uses the column's index. For all in one query PostgreSQL may read the
    whole table, and keeps to that plan as the table grows.
    """
    return {person.id: person for condition in conditions for person in db.execute(_PEOPLE.where(condition))}


def _load_groups(db: Db, people: Collection[int], day: date) -> Groups:
    """Return the codes of the groups to which people belong on a day, by person id.

    People without a group are missing.
    """
    if not people:
        return {}
    statement = select(col(GroupMembership.participant_id), col(GroupMembership.target_group_code)).where(
        in_values(db, col(GroupMembership.participant_id), people), is_valid_on(day)
    )
    groups: dict[int, tuple[str, ...]] = {}
    for person_id, group in db.execute(statement.order_by(col(GroupMembership.id))):
        groups[person_id] = (*groups.get(person_id, ()), group)
    return groups


def _build_known_people(people: Mapping[int, PersonRow], groups: Groups) -> Iterator[KnownPerson]:
    """Yield the known people, each with the target groups that `groups` has for its id, () if it has none."""
    return (_build_known_person(person, groups.get(id_, ())) for id_, person in people.items())


def _build_known_person(person: PersonRow, groups: tuple[str, ...]) -> KnownPerson:
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


def _load_registrations(db: Db, condition: ColumnElement[bool]) -> Iterable[KnownRegistration]:
    """Yield the registrations for which the condition holds, of any status, with their attendance."""
    statement = (
        select(
            *_REGISTRATION,
            col(Attendance.status),
            col(Attendance.recorded_at),
            col(Attendance.attendance_import_id),
            col(User.name),
        )
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .outerjoin(User, col(User.id) == col(Attendance.recorded_by))
        .where(condition)
    )
    for line in db.execute(statement):
        registration, (outcome, recorded_at, import_id, recorded_by) = line, line[-4:]
        by_person = outcome is not None and import_id is None
        yield KnownRegistration(
            code=registration.code,
            person_id=registration.participant_id,
            status=registration.status.value,
            attendance=outcome.value if outcome else None,
            kelurahan=OUTSIDE if registration.outside_place is not None else registration.kelurahan_code,
            target_group=registration.target_group_code,
            rt=registration.rt,
            sex=registration.sex.value if registration.sex else None,
            outside_place=registration.outside_place,
            door=DoorMark(clock_text(recorded_at), _first_name(recorded_by)) if by_person else None,
        )


def _first_name(name: str | None) -> str:
    return name.split()[0] if name and name.strip() else ""
