"""The people that an attendance sheet may mean, found in a constant number of queries however long the sheet."""

import json
from collections.abc import Collection, Iterable

from sqlalchemy import ARRAY, ColumnElement, Select, String, bindparam, func, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from app.database import Db, is_postgresql
from app.models import Attendance, Participant, Registration
from app.spreadsheets.judgement import OUTSIDE, Known, KnownPerson, KnownRegistration, MatchKeys


def known_people(db: Db, workshop_session_id: int, keys: MatchKeys) -> Known:
    """Everyone registered for the session, and everyone who shares a key with the sheet."""
    people = {
        person.id: person
        for condition in (
            _among(db, col(Participant.nik_key), keys.niks),
            _among(db, col(Participant.phone), keys.phones),
            _among(db, col(Participant.email), keys.emails),
            _among(db, col(Participant.name_key), keys.name_keys),
            col(Participant.id).in_(keys.person_ids),
            col(Participant.id).in_(_registered(workshop_session_id)),
        )
        for person in db.scalars(select(Participant).where(condition))
    }
    return Known((_person(person) for person in people.values()), _registrations(db, workshop_session_id))


def _registered(workshop_session_id: int) -> Select[int]:
    return select(col(Registration.participant_id)).where(
        col(Registration.workshop_session_id) == workshop_session_id
    )


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


def _registrations(db: Db, workshop_session_id: int) -> Iterable[KnownRegistration]:
    statement = (
        select(Registration, col(Attendance.status))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(col(Registration.workshop_session_id) == workshop_session_id)
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
