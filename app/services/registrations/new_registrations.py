"""Writes somebody's registration, and with it whoever is new, without making objects of them: hundreds at once register
on a public page, and of most nobody asks for more than their ticket's code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import BindParameter, Table, bindparam, insert
from sqlmodel import SQLModel, select

from app.database import Db, is_postgresql, lines
from app.models import Participant, Registration, RegistrationStatus


@dataclass(frozen=True, slots=True)
class Registered:
    """Whose registration was made, and what became of it; whoever needs all of it asks for the row."""

    id: int
    code: str
    participant_id: int
    status: RegistrationStatus

    @classmethod
    def of(cls, registration: Registration) -> Self:
        return cls(registration.id, registration.code, registration.participant_id, registration.status)


# Put together once, and not by way of an object: it is written while others wait, and nobody looks at it then.
_PEOPLE = SQLModel.metadata.tables[str(Participant.__tablename__)]
_NEW_PERSON = insert(_PEOPLE).returning(_PEOPLE.c.id)
_REGISTRATIONS = SQLModel.metadata.tables[str(Registration.__tablename__)]
_WRITTEN = (_REGISTRATIONS.c.id, _REGISTRATIONS.c.participant_id)
_NEW_REGISTRATION = insert(_REGISTRATIONS).returning(*_WRITTEN)


def _given(table: Table, prefix: str) -> dict[str, BindParameter[Any]]:
    """The columns that are written, each by a parameter of its own name behind the prefix."""
    return {
        column.name: bindparam(prefix + column.name, type_=column.type)
        for column in table.c
        if column.name != "id"
    }


# Both at once, where the database can.
_PERSON, _REGISTRATION = "person_", "registration_"
_NEWCOMER = insert(_PEOPLE).values(_given(_PEOPLE, _PERSON)).returning(_PEOPLE.c.id).cte("newcomer")
_NEWCOMERS_REGISTRATION = (
    insert(_REGISTRATIONS)
    .values(
        _given(_REGISTRATIONS, _REGISTRATION) | {"participant_id": select(_NEWCOMER.c.id).scalar_subquery()}
    )
    .returning(*_WRITTEN)
)


def write_new(db: Db, columns: Mapping[str, Any], newcomer: Mapping[str, Any] | None) -> Registered:
    """Writes a registration, and before it whoever is registered where they are new."""
    if newcomer and is_postgresql(db):
        both = {_PERSON + name: value for name, value in newcomer.items()}
        both |= {_REGISTRATION + name: value for name, value in columns.items()}
        id_, person = lines(db, _NEWCOMERS_REGISTRATION, both).one()
    else:
        if newcomer:
            columns = {**columns, "participant_id": lines(db, _NEW_PERSON, newcomer).scalar_one()}
        id_, person = lines(db, _NEW_REGISTRATION, columns).one()
    return Registered(id_, columns["code"], person, columns["status"])
