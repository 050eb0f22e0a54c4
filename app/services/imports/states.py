"""The states of a person, registration and attendance before and after a commit: undo compares and restores them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
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
from app.people.fields import PERSON_FIELDS
from app.queries.imports.rows import WRITTEN, judged_values
from app.queries.in_values import in_values
from app.queries.workshops.workshop_sessions import COUNTED_AS_REGISTERED
from app.services.people.participants import place_columns

# An import never changes the name of a known person.
PERSON_COLUMNS = (
    *(column for field in PERSON_FIELDS if field.key != "name" for column in field.columns),
    "latest_session_at",
)
REGISTRATION_FIELDS = ("status", "kelurahan_code", "outside_place", "rt", "sex", "target_group_code")
# A list that registers a person again who had cancelled overwrites all of these.
LIST_FIELDS = (
    *REGISTRATION_FIELDS,
    "code",
    "waiting_number",
    "name_given",
    "basis",
    "consent_notice",
    "consented_at",
    "informed_notice",
    "informed_at",
    "channel",
    "registered_by",
    "delegation_link_id",
    "contact_phone",
    "contact_email",
    "contact_confirmed_at",
    "opens_record",
    "language",
    "created_at",
)
NO_STATE = {"person": None, "registration": None, "attendance": None}
ATTENDANCE_FIELDS = ("status", "recorded_at", "recorded_by", "attendance_import_id")

# A waiting registration is confirmed automatically when a seat becomes free.
CONFIRMED_OR_WAITLISTED = (RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED)

_PARSERS = {
    "sex": Sex,
    "birth_date": date.fromisoformat,
    "latest_session_at": datetime.fromisoformat,
    "basis": Basis,
    "channel": Channel,
    "consented_at": datetime.fromisoformat,
    "informed_at": datetime.fromisoformat,
    "contact_confirmed_at": datetime.fromisoformat,
    "created_at": datetime.fromisoformat,
    "recorded_at": datetime.fromisoformat,
}


@dataclass(frozen=True)
class CurrentState:
    """People with their registrations for a session and attendances, as they are in the database now.

    `people` by id, `registrations` by person, `attendances` by registration: objects that can be changed
    (`load_current_state`), or read-only rows (`load_session_state`). `fields` are the columns of a registration
    that the import may change.
    """

    people: Mapping[int, Participant]
    registrations: Mapping[int, Any]
    attendances: Mapping[int, Any]
    fields: tuple[str, ...]

    def state(self, person_id: int | None) -> dict[str, Any]:
        """Return "person", "registration" and "attendance" of a person, each as its columns in JSON or None."""
        person = self.people.get(person_id) if person_id is not None else None
        return {"person": person_state(person) if person else None, **self.outcome(person_id)}

    def registration(self, person_id: int | None) -> Any | None:
        """Return the registration of a person, or None."""
        return self.registrations.get(person_id) if person_id is not None else None

    def outcome(self, person_id: int | None) -> dict[str, Any]:
        """Return "registration" and "attendance" of a person, each as its columns in JSON or None."""
        registration = self.registration(person_id)
        attendance = self.attendances.get(registration.id) if registration else None
        return {
            "registration": _state(registration, self.fields),
            "attendance": _state(attendance, ATTENDANCE_FIELDS),
        }


def load_current_state(db: Db, attendance_import: AttendanceImport, people: Collection[int]) -> CurrentState:
    """Return these people with their registrations and attendances for the import's session, to be changed.

    Always three queries. People who don't exist are left out.
    """
    theirs = in_values(db, col(Registration.participant_id), people)
    participants = db.scalars(select(Participant).where(in_values(db, col(Participant.id), people)))
    registrations = db.scalars(select(Registration).where(_of_session(attendance_import), theirs))
    attendances = db.scalars(
        select(Attendance)
        .join(Registration, col(Registration.id) == col(Attendance.registration_id))
        .where(_of_session(attendance_import), theirs)
    )
    return CurrentState(
        people={person.id: person for person in participants},
        registrations={registration.participant_id: registration for registration in registrations},
        attendances={attendance.registration_id: attendance for attendance in attendances},
        fields=_fields(attendance_import),
    )


def load_session_state(db: Db, attendance_import: AttendanceImport) -> CurrentState:
    """Return all registrations and attendances of the import's session, read-only and without people.

    For a long list this takes half the time and memory of objects that can be changed.
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
    return CurrentState(
        people={},
        registrations={row.participant_id: row for row in registered},
        attendances={row.registration_id: row for row in recorded},
        fields=_fields(attendance_import),
    )


def _of_session(attendance_import: AttendanceImport) -> ColumnElement[bool]:
    """Return the condition that a registration is for the import's session."""
    return col(Registration.workshop_session_id) == attendance_import.workshop_session_id


def _fields(attendance_import: AttendanceImport) -> tuple[str, ...]:
    """Return the columns of a registration that an import of this purpose may change."""
    return LIST_FIELDS if attendance_import.purpose is ImportPurpose.REGISTRATION else REGISTRATION_FIELDS


class WrittenRow(NamedTuple):
    """A row from which the commit wrote something, without its cells and remarks."""

    number: int
    participant_id: int | None
    result: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def list_written_rows(db: Db, import_id: int) -> list[WrittenRow]:
    """Return the rows from which the commit wrote something, in the sheet's order."""
    row = AttendanceImportRow
    lines = db.execute(
        select(*(col(getattr(row, name)) for name in WrittenRow._fields))
        .where(col(row.attendance_import_id) == import_id, col(row.kind).in_(WRITTEN))
        .order_by(col(row.number))
    )
    return [WrittenRow(*line) for line in lines]


def store_states(
    db: Db,
    attendance_import: AttendanceImport,
    people: Mapping[int, int],
    before: Mapping[int, Mapping[str, Any]],
    participants: Mapping[int, Participant],
) -> None:
    """Store the states before and after the commit with the rows of known people (row number → person id).

    `before` are the states by row number, `participants` the people as the commit has left them; their registrations
    and attendances are read now. Flushes.
    """
    if not people:
        return
    db.flush()
    current = replace(load_session_state(db, attendance_import), people=participants)
    db.execute(
        update(AttendanceImportRow),
        [
            {
                "attendance_import_id": attendance_import.id,
                "number": number,
                "before": before[number],
                "after": current.state(person),
            }
            for number, person in people.items()
        ],
    )


def state_after_creation(
    attendance_import: AttendanceImport, row: WrittenRow, current: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the registration and attendance in which a commit left a person that it created.

    It follows from the row's values, so it is not stored. Only whether the registration was confirmed, a walk-in or
    waiting depended on the seats at that time; each of these counts as unchanged, so it is taken from `current`.
    """
    values = judged_values(row.result)
    status = (current["registration"] or {}).get("status")
    registering = attendance_import.purpose is ImportPurpose.REGISTRATION
    return {
        "registration": {
            "status": status
            if status in (CONFIRMED_OR_WAITLISTED if registering else COUNTED_AS_REGISTERED)
            else None,
            "rt": values.rt,
            "sex": values.sex,
            "target_group_code": values.target_group,
            **place_columns(values),
        },
        "attendance": None
        if registering or row.result["attendance"] is None
        else {
            "status": row.result["attendance"],
            "recorded_at": _stored(attendance_import.committed_at),
            "recorded_by": attendance_import.committed_by,
            "attendance_import_id": attendance_import.id,
        },
    }


def is_unchanged_since_commit(left: Mapping[str, Any] | None, current: Mapping[str, Any] | None) -> bool:
    """Return whether a registration is as the commit left it, or was only moved up from the waiting list since.

    Both are states of `CurrentState`; None means that there is no registration.
    """
    if not left or not current:
        return left == current
    if any(left[name] != current[name] for name in REGISTRATION_FIELDS if name != "status"):
        return False
    moved_up = (RegistrationStatus.WAITLISTED, RegistrationStatus.CONFIRMED)
    return left["status"] == current["status"] or (left["status"], current["status"]) == moved_up


def person_state(person: Participant) -> dict[str, Any]:
    """Return the values of a person's columns that an import may change, as JSON."""
    return {name: _stored(getattr(person, name)) for name in PERSON_COLUMNS}


def attendance_state(attendance: Attendance) -> dict[str, Any]:
    """Return the columns of an attendance, as `before` and `after` of a row store them."""
    return _state(attendance, ATTENDANCE_FIELDS) or {}


def restore_attendances(db: Db, removed: Sequence[Mapping[str, Any]]) -> None:
    """Insert attendances that `attendance_state` described, with their "registration"."""
    for stored in removed:
        attendance = Attendance(registration_id=stored["registration"], status=AttendanceStatus.ABSENT)
        restore_state(attendance, {name: stored[name] for name in ATTENDANCE_FIELDS})
        db.add(attendance)


def restore_state(row: SQLModel, state: Mapping[str, Any]) -> None:
    """Set the columns of a row to the values of `state`, which are JSON."""
    for name, stored in state.items():
        setattr(row, name, _parse_stored(row, name, stored))


def _state(row: SQLModel | None, names: tuple[str, ...]) -> dict[str, Any] | None:
    """Return the named columns of a row as JSON, None without a row."""
    return {name: _stored(getattr(row, name)) for name in names} if row else None


def _stored(value: object) -> object:
    """Return a column's value as JSON: enums as their values, dates and instants in ISO 8601."""
    match value:
        case StrEnum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case _:
            return value


def _parse_stored(row: SQLModel, name: str, stored: Any) -> Any:
    """Return the value of a row's column for what `_stored` returned."""
    if stored is None:
        return None
    if name == "status":
        return RegistrationStatus(stored) if isinstance(row, Registration) else AttendanceStatus(stored)
    return _PARSERS[name](stored) if name in _PARSERS else stored
