"""Write the rows of a commit: new people, registrations, attendance, and the states that undo needs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Integer, bindparam, cast, func, select, update
from sqlmodel import col

from app.database import Db, is_postgresql
from app.models import (
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    AttendanceStatus,
    Participant,
    Registration,
    RegistrationStatus,
    Workshop,
    WorkshopSession,
)
from app.models.base import now
from app.people.matching import SameAsRow
from app.people.person import PersonValues
from app.permissions import Actor
from app.queries.imports.rows import load_rows_to_write
from app.queries.in_values import in_values
from app.queries.people.records import NOT_SHARED, RecordAccess, list_record_access
from app.queries.registrations.seats import Seats
from app.queries.workshops.workshop_sessions import COUNTED_AS_REGISTERED
from app.services.bulk import insert_rows, reserve_ids, table_of
from app.services.imports.states import load_current_state, store_states
from app.services.people.duplicates import mark_people_as_different
from app.services.people.participants import person_columns, place_columns, update_participant
from app.services.people.proposals import (
    Differences,
    ProposalSource,
    find_differences,
    propose_changes,
)
from app.services.registrations.codes import generate_unused_registration_codes
from app.spreadsheets.attendance.rows import JudgedRow
from app.spreadsheets.progress import Progress, ignore_progress, report_progress, step_progress

# Steps of the progress: people, registrations, attendance, and links from the rows to their people.
STEPS = 4


class ImportWriting:
    """Writes the rows of one import. New rows are inserted in bulk, since a sheet may have a hundred thousand."""

    def __init__(
        self, db: Db, actor: Actor, attendance_import: AttendanceImport, starts_at: datetime
    ) -> None:
        self.db = db
        self.actor = actor
        self.attendance_import = attendance_import
        self.starts_at = starts_at
        to_write = load_rows_to_write(db, attendance_import.id)
        self.judged, self.niks = to_write.rows, to_write.niks
        known = {judged.person for judged in self.judged if judged.person is not None}
        self.current = load_current_state(db, attendance_import, known)
        self.differences: dict[int, Differences] = {}
        self.access = list_record_access(db, _organization_id(db, attendance_import), known)

    def write(self, seats: Seats, progress: Progress = ignore_progress) -> None:
        """Write all rows: people, registrations and attendance, and the states that undo needs.

        People and registrations that exist already are updated. A new registration is confirmed and takes a seat of
        `seats` while all its caps have one left; otherwise it is a walk-in, which takes none.
        """
        before = {
            judged.number: self.current.state(judged.person)
            for judged in self.judged
            if judged.person is not None
        }
        people = self._create_people(step_progress(0, STEPS, progress))
        registrations = self._create_registrations(people, seats, step_progress(1, STEPS, progress))
        for judged, person_id in zip(self.judged, people, strict=True):
            if person := self.current.people.get(person_id):
                self._update_person(person, judged)
            if registration := self.current.registrations.get(person_id):
                _update_registration(judged, registration)
        source = ProposalSource(attendance_import_id=self.attendance_import.id)
        propose_changes(self.db, self.actor, self.differences, source)
        self._record_attendance(registrations, step_progress(2, STEPS, progress))
        created = {
            judged.number: person_id
            for judged, person_id in zip(self.judged, people, strict=True)
            if judged.person is None
        }
        link_rows(self.db, self.attendance_import.id, created)
        store_states(
            self.db,
            self.attendance_import,
            {judged.number: judged.person for judged in self.judged if judged.person is not None},
            before,
            self.current.people,
        )

    def _update_person(self, person: Participant, judged: JudgedRow) -> None:
        """Fill the blanks of a known person, and set where they live if the sheet is the newest.

        Of a person whom other organizations know, NIK and place become proposals unless this one owns the record, and
        all of it if the record is not open to this one.
        """
        nik = self.niks.get(judged.number)
        access = self.access.get(person.id, NOT_SHARED)
        if access.may_change_identity:
            update_participant(person, judged, nik, self.starts_at)
            return
        is_newest = person.latest_session_at is None or person.latest_session_at <= self.starts_at
        fields = {"nik", "kelurahan"} if is_newest else {"nik"}
        if not access.is_open:
            fields |= judged.changes.keys()
        self.differences[person.id] = find_differences(person, judged.values, nik, fields)
        if access.is_open:
            update_participant(person, judged, nik, self.starts_at, keep_identity=True)

    def _create_people(self, progress: Progress) -> list[int]:
        """Insert the people who are not known yet; return the id of each row's person, in the rows' order."""
        new_rows = [judged for judged in self.judged if judged.person is None]
        ids = list(reserve_ids(self.db, Participant, len(new_rows)))
        insert_rows(
            self.db,
            Participant,
            (
                {"id": id_, **person_columns(judged.values, self.niks.get(judged.number))}
                for id_, judged in zip(ids, report_progress(new_rows, progress), strict=True)
            ),
            {"latest_session_at": self.starts_at, "created_at": now()},
        )
        created = iter(ids)
        return [judged.person if judged.person is not None else next(created) for judged in self.judged]

    def _create_registrations(self, people: Sequence[int], seats: Seats, progress: Progress) -> list[int]:
        """Insert the missing registrations; return the id of each row's registration, in the rows' order.

        A new one is a walk-in if a cap is reached, else confirmed.
        """
        known = self.current.registrations
        new_rows = [
            (judged, person_id)
            for judged, person_id in zip(self.judged, people, strict=True)
            if person_id not in known
        ]
        ids = list(reserve_ids(self.db, Registration, len(new_rows)))
        codes = generate_unused_registration_codes(self.db, len(new_rows))
        insert_rows(
            self.db,
            Registration,
            (
                {
                    "id": id_,
                    "code": code,
                    "participant_id": person_id,
                    "status": _status(seats, judged.values),
                    "rt": judged.values.rt,
                    "sex": judged.values.sex,
                    "target_group_code": judged.values.target_group,
                    **_record_columns(judged, self.access.get(person_id, NOT_SHARED)),
                    **place_columns(judged.values),
                }
                for id_, code, (judged, person_id) in zip(
                    ids, codes, report_progress(new_rows, progress), strict=True
                )
            ),
            {
                "workshop_session_id": self.attendance_import.workshop_session_id,
                "basis": self.attendance_import.basis,
                "created_at": self.attendance_import.committed_at,
            },
        )
        created = iter(ids)
        return [known[person_id].id if person_id in known else next(created) for person_id in people]

    def _record_attendance(self, registrations: Sequence[int], progress: Progress) -> None:
        """Insert or change the attendance of each row that has one.

        `registrations` are the ids of the rows' registrations. An attendance that is the same already stays as it is.
        """
        recorded = recorded_by_import(self.attendance_import)
        new_attendances: list[tuple[int, str]] = []
        for judged, registration_id in zip(self.judged, registrations, strict=True):
            if judged.attendance is None:
                continue
            existing = self.current.attendances.get(registration_id)
            if existing is None:
                new_attendances.append((registration_id, judged.attendance))
            elif existing.status.value != judged.attendance:
                existing.sqlmodel_update({"status": AttendanceStatus(judged.attendance), **recorded})
        insert_rows(
            self.db,
            Attendance,
            (
                {"registration_id": registration_id, "status": status}
                for registration_id, status in report_progress(new_attendances, progress)
            ),
            recorded,
        )


def _status(seats: Seats, values: PersonValues) -> RegistrationStatus:
    """Return confirmed, and take a seat, if no cap that applies is reached; else return walk-in."""
    if not seats.is_limited:
        return RegistrationStatus.CONFIRMED
    kelurahan, group = place_columns(values)["kelurahan_code"], values.target_group or ""
    if seats.full_caps(kelurahan, group):
        return RegistrationStatus.WALK_IN
    seats.take(kelurahan, group)
    return RegistrationStatus.CONFIRMED


def _organization_id(db: Db, attendance_import: AttendanceImport) -> int:
    """Return the id of the organization whose session the import is for."""
    statement = (
        select(col(Workshop.organization_id))
        .join(WorkshopSession, col(WorkshopSession.workshop_id) == col(Workshop.id))
        .where(col(WorkshopSession.id) == attendance_import.workshop_session_id)
    )
    return db.scalars(statement).one()


def _record_columns(judged: JudgedRow, access: RecordAccess) -> dict[str, Any]:
    """Return the columns that tell whether a new registration opens the person's record, and the name if not."""
    return {
        "opens_record": access.is_open,
        "name_given": None if access.is_open else judged.values.name,
    }


def _update_registration(judged: JudgedRow, registration: Registration) -> None:
    """Update a registration with the `facts` of the sheet.

    A cancelled or waiting registration whose person was present becomes a walk-in.
    """
    if "kelurahan" in judged.facts:
        registration.sqlmodel_update(place_columns(judged.values))
    for fact, column in (("rt", "rt"), ("sex", "sex"), ("target_group", "target_group_code")):
        if fact in judged.facts:
            setattr(registration, column, judged.facts[fact])
    if judged.attendance == "present" and registration.status not in COUNTED_AS_REGISTERED:
        registration.status = RegistrationStatus.WALK_IN


def recorded_by_import(attendance_import: AttendanceImport) -> dict[str, Any]:
    """Return the columns of an attendance that tell when, by whom and by which import it was recorded."""
    return {
        "recorded_at": attendance_import.committed_at,
        "recorded_by": attendance_import.committed_by,
        "attendance_import_id": attendance_import.id,
    }


def link_rows(db: Db, import_id: int, people: Mapping[int, int]) -> None:
    """Store with each row the person that the commit created from it (row number → person id). Flushes."""
    if not people:
        return
    db.flush()
    if is_postgresql(db):
        table = table_of(AttendanceImportRow)
        links = select(
            _unnest(list(people)).label("number"), _unnest(list(people.values())).label("participant_id")
        ).subquery()
        db.connection().execute(
            update(table)
            .where(table.c.attendance_import_id == import_id, table.c.number == links.c.number)
            .values(participant_id=links.c.participant_id)
        )
    else:
        driver: Any = db.connection().connection.driver_connection
        driver.executemany(
            "UPDATE attendance_import_row SET participant_id = ? WHERE attendance_import_id = ? AND number = ?",
            ((person_id, import_id, number) for number, person_id in people.items()),
        )


def _unnest(numbers: list[int]) -> ColumnElement[int]:
    """Return the numbers as rows of a query, sent as JSON, which psycopg writes faster than an array."""
    return cast(func.json_array_elements_text(bindparam(None, numbers, type_=JSON)), Integer)


def store_distinct_people(db: Db, actor: Actor, import_id: int, rows: Iterable[JudgedRow]) -> None:
    """Store the pairs of people that staff called different during the review, so that they are not asked about again.

    The rows must be written and linked to their people, and the people table locked.
    """
    different = {row.number: row.distinct_from for row in rows if row.distinct_from}
    if not different:
        return
    other_rows = {
        other.row for others in different.values() for other in others if isinstance(other, SameAsRow)
    }
    people = _load_people_of_rows(db, import_id, {*different, *other_rows})
    pairs = [
        (people[number], other_id)
        for number, others in different.items()
        for other in others
        if (other_id := people.get(other.row) if isinstance(other, SameAsRow) else other) is not None
    ]
    mark_people_as_different(db, actor, pairs)


def _load_people_of_rows(db: Db, import_id: int, numbers: set[int]) -> dict[int, int]:
    """Return the ids of the people of these rows by row number, without rows that have none."""
    row = AttendanceImportRow
    statement = select(col(row.number), col(row.participant_id)).where(
        col(row.attendance_import_id) == import_id, in_values(db, col(row.number), numbers)
    )
    return {number: person_id for number, person_id in db.execute(statement) if person_id is not None}
