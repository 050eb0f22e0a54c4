"""A person, registration and attendance as an import found and left them: what undo compares and puts back."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select, update
from sqlmodel import SQLModel, col

from app.database import Db
from app.models import (
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    AttendanceStatus,
    Basis,
    Channel,
    ImportPurpose,
    Participant,
    Registration,
    RegistrationStatus,
    Sex,
)
from app.queries.imports.rows import WRITTEN, values_in_clear
from app.queries.in_values import in_values
from app.queries.workshops.workshop_sessions import COUNTED_AS_REGISTERED
from app.services.people.participants import place_columns

PERSON_FIELDS = (
    "nik_key",
    "nik_encrypted",
    "phone",
    "email",
    "sex",
    "birth_date",
    "address",
    "organization",
    "kelurahan_code",
    "outside_place",
    "rt",
    "latest_session_at",
)
REGISTRATION_FIELDS = ("status", "kelurahan_code", "outside_place", "rt", "sex", "target_group_code")
# A list that registers somebody anew who had cancelled writes all of it. The form's key stays gone: it was sent once.
LIST_FIELDS = (
    *REGISTRATION_FIELDS,
    "code",
    "waiting_number",
    "name_given",
    "basis",
    "consent_notice",
    "consented_at",
    "channel",
    "registered_by",
    "delegation_link_id",
    "contact_phone",
    "contact_email",
    "language",
    "created_at",
)
NOTHING = {"person": None, "registration": None, "attendance": None}
ATTENDANCE_FIELDS = ("status", "recorded_at", "recorded_by", "attendance_import_id")

# Who has a place and who waits for one: they change places by themselves.
WITH_OR_WITHOUT_A_PLACE = (RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED)

_READ_BACK = {
    "sex": Sex,
    "birth_date": date.fromisoformat,
    "latest_session_at": datetime.fromisoformat,
    "basis": Basis,
    "channel": Channel,
    "consented_at": datetime.fromisoformat,
    "created_at": datetime.fromisoformat,
    "recorded_at": datetime.fromisoformat,
}


@dataclass(frozen=True)
class SessionRows:
    """The people, registrations and attendances of a session, as the database has them now.

    People by id, registrations by person, attendances by registration: objects that may be changed
    (`load_session_rows`), or rows of columns (`load_all_session_rows`). `fields` are those of a registration that the
    import may change.
    """

    people: Mapping[int, Participant]
    registrations: Mapping[int, Any]
    attendances: Mapping[int, Any]
    fields: tuple[str, ...]

    def state(self, person_id: int | None) -> dict[str, Any]:
        """A person with their registration and attendance, each None where there is none."""
        person = self.people.get(person_id) if person_id is not None else None
        return {"person": person_state(person) if person else None, **self.outcome(person_id)}

    def registration(self, person_id: int | None) -> Any | None:
        return self.registrations.get(person_id) if person_id is not None else None

    def outcome(self, person_id: int | None) -> dict[str, Any]:
        """A person's registration and attendance, each None where there is none."""
        registration = self.registration(person_id)
        attendance = self.attendances.get(registration.id) if registration else None
        return {
            "registration": _state(registration, self.fields),
            "attendance": _state(attendance, ATTENDANCE_FIELDS),
        }


def load_session_rows(db: Db, attendance_import: AttendanceImport, people: Collection[int]) -> SessionRows:
    """Return these people with what they have in the import's session, to be changed; three queries, however many."""
    theirs = in_values(db, col(Registration.participant_id), people)
    changed = db.scalars(select(Participant).where(in_values(db, col(Participant.id), people)))
    registrations = db.scalars(select(Registration).where(_of_session(attendance_import), theirs))
    attendances = db.scalars(
        select(Attendance)
        .join(Registration, col(Registration.id) == col(Attendance.registration_id))
        .where(_of_session(attendance_import), theirs)
    )
    return SessionRows(
        people={person.id: person for person in changed},
        registrations={registration.participant_id: registration for registration in registrations},
        attendances={attendance.registration_id: attendance for attendance in attendances},
        fields=_fields(attendance_import),
    )


def load_all_session_rows(db: Db, attendance_import: AttendanceImport) -> SessionRows:
    """Return what all people registered for the import's session have in it, to be read only.

    For a long list that takes half the time and memory of objects that can be changed.
    """
    registration, attendance = Registration, Attendance
    registered = db.execute(
        select(
            col(registration.id),
            col(registration.participant_id),
            *(col(getattr(registration, name)) for name in LIST_FIELDS),
        ).where(_of_session(attendance_import))
    )
    recorded = db.execute(
        select(
            col(attendance.registration_id), *(col(getattr(attendance, name)) for name in ATTENDANCE_FIELDS)
        )
        .join(registration, col(registration.id) == col(attendance.registration_id))
        .where(_of_session(attendance_import))
    )
    return SessionRows(
        people={},
        registrations={row.participant_id: row for row in registered},
        attendances={row.registration_id: row for row in recorded},
        fields=_fields(attendance_import),
    )


def _of_session(attendance_import: AttendanceImport) -> ColumnElement[bool]:
    return col(Registration.workshop_session_id) == attendance_import.workshop_session_id


def _fields(attendance_import: AttendanceImport) -> tuple[str, ...]:
    return LIST_FIELDS if attendance_import.purpose is ImportPurpose.REGISTRATION else REGISTRATION_FIELDS


class WrittenRow(NamedTuple):
    """A row that wrote something, without its cells and remarks."""

    number: int
    participant_id: int | None
    result: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def written_rows(db: Db, import_id: int) -> list[WrittenRow]:
    """In the sheet's order."""
    row = AttendanceImportRow
    found = db.execute(
        select(*(col(getattr(row, name)) for name in WrittenRow._fields))
        .where(col(row.attendance_import_id) == import_id, col(row.kind).in_(WRITTEN))
        .order_by(col(row.number))
    )
    return [WrittenRow(*line) for line in found]


def keep_states(
    db: Db,
    attendance_import: AttendanceImport,
    people: Mapping[int, int],
    before: Mapping[int, Mapping[str, Any]],
) -> None:
    """Notes beside the rows of `people` known before (row number → person) what was there and what is there now."""
    if not people:
        return
    db.flush()
    now_there = load_session_rows(db, attendance_import, people.values())
    db.execute(
        update(AttendanceImportRow),
        [
            {
                "attendance_import_id": attendance_import.id,
                "number": number,
                "before": before[number],
                "after": now_there.state(person),
            }
            for number, person in people.items()
        ],
    )


def state_made(
    attendance_import: AttendanceImport, row: WrittenRow, now_there: Mapping[str, Any]
) -> dict[str, Any]:
    """What a commit left of a person whom it made: for those the row's own values tell it, nothing else is kept.

    Whether the registration was confirmed, a walk-in or waiting depended on the places then; each is as it was left.
    """
    values = values_in_clear(row.result)
    status = (now_there["registration"] or {}).get("status")
    registering = attendance_import.purpose is ImportPurpose.REGISTRATION
    return {
        "registration": {
            "status": status
            if status in (WITH_OR_WITHOUT_A_PLACE if registering else COUNTED_AS_REGISTERED)
            else None,
            "rt": values.rt,
            "sex": values.sex,
            "target_group_code": values.target_group,
            **place_columns(values),
        },
        "attendance": None
        if registering
        else {
            "status": row.result["attendance"],
            "recorded_at": _stored(attendance_import.committed_at),
            "recorded_by": attendance_import.committed_by,
            "attendance_import_id": attendance_import.id,
        },
    }


def stands_as_left(left: Mapping[str, Any] | None, found: Mapping[str, Any] | None) -> bool:
    """Whether a registration says what it was left with, and has its status, or a place that came by itself."""
    if not left or not found:
        return left == found
    if any(left[name] != found[name] for name in REGISTRATION_FIELDS if name != "status"):
        return False
    moved_up = (RegistrationStatus.WAITLISTED, RegistrationStatus.CONFIRMED)
    return left["status"] == found["status"] or (left["status"], found["status"]) == moved_up


def person_state(person: Participant) -> dict[str, Any]:
    return {name: _stored(getattr(person, name)) for name in PERSON_FIELDS}


def put_back(thing: SQLModel, state: Mapping[str, Any]) -> None:
    """Gives a row the values of `state` again."""
    for name, stored in state.items():
        setattr(thing, name, _value(thing, name, stored))


def _state(thing: SQLModel | None, names: tuple[str, ...]) -> dict[str, Any] | None:
    return {name: _stored(getattr(thing, name)) for name in names} if thing else None


def _stored(value: object) -> object:
    match value:
        case StrEnum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case _:
            return value


def _value(thing: SQLModel, name: str, stored: Any) -> Any:
    if stored is None:
        return None
    if name == "status":
        return RegistrationStatus(stored) if isinstance(thing, Registration) else AttendanceStatus(stored)
    return _READ_BACK[name](stored) if name in _READ_BACK else stored
