"""The people that an attendance sheet may mean, found in a constant number of queries however long the sheet."""

import json
from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import ARRAY, ColumnElement, String, bindparam, func, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from app.database import Db, is_postgresql
from app.models import Attendance, Participant, Registration
from app.spreadsheets.judgement import OUTSIDE, Known, KnownPerson, KnownRegistration, MatchKeys


def known_people(db: Db, workshop_session_id: int, keys: MatchKeys) -> Known:
    """Everyone registered for the session, and everyone who shares a key with the sheet."""
    of_session = col(Registration.workshop_session_id) == workshop_session_id
    registered = select(col(Registration.participant_id)).where(of_session)
    people = _people(db, *_sharing_keys(db, keys), col(Participant.id).in_(registered))
    return Known(map(_person, people.values()), _registrations(db, of_session))


def people_named(db: Db, workshop_session_id: int, keys: MatchKeys) -> Known:
    """Those who share a key with what was typed, with their registrations for the session."""
    people = _people(db, *_sharing_keys(db, keys))
    theirs = (col(Registration.workshop_session_id) == workshop_session_id) & col(
        Registration.participant_id
    ).in_(people)
    return Known(map(_person, people.values()), _registrations(db, theirs))


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


def _people(db: Db, *conditions: ColumnElement[bool]) -> dict[int, Participant]:
    return {
        person.id: person
        for condition in conditions
        for person in db.scalars(select(Participant).where(condition))
    }


def _among(db: Db, column: Mapped[str | None] | Mapped[str], values: Collection[str]) -> ColumnElement[bool]:
    """`column IN values` for any number of values: as one array (PostgreSQL) or JSON text (SQLite)."""
    given = sorted(values)
    if is_postgresql(db):
        return column.in_(select(func.unnest(bindparam(None, given, type_=ARRAY(String)))))
    return column.in_(select(func.json_each(json.dumps(given)).table_valued("value").c.value))


def _person(person: Participant) -> KnownPerson:
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
