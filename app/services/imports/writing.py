"""What a commit writes: people who weren't known, registrations, attendance, and what undo will need."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.database import Db
from app.models import (
    Attendance,
    AttendanceImport,
    AttendanceStatus,
    Participant,
    Registration,
    RegistrationStatus,
)
from app.models.base import now
from app.queries.imports.rows import rows_to_write
from app.queries.registrations.seats import Seats
from app.queries.workshops.workshop_sessions import COUNTED_AS_REGISTERED
from app.services.bulk import insert_rows, new_ids
from app.services.imports.links import link_rows
from app.services.imports.states import keep_states, load_session_rows
from app.services.people.participants import complete, place_columns, said_of_person
from app.services.registrations.codes import unused_registration_codes
from app.spreadsheets.attendance.judgement import JudgedRow, RowValues
from app.spreadsheets.progress import Progress, nobody_waits, step, watched

# People, registrations and attendance; the last step links rows to them.
STEPS = 4


class ImportWriting:
    """One commit under way. What is new is written in bulk, since a sheet may have a hundred thousand rows."""

    def __init__(self, db: Db, attendance_import: AttendanceImport, starts_at: datetime) -> None:
        self.db = db
        self.attendance_import = attendance_import
        self.starts_at = starts_at
        to_write = rows_to_write(db, attendance_import.id)
        self.judged, self.niks = to_write.rows, to_write.niks
        known = {judged.person for judged in self.judged if judged.person is not None}
        self.found = load_session_rows(db, attendance_import, known)

    def write(self, seats: Seats, progress: Progress = nobody_waits) -> None:
        before = {
            judged.number: self.found.state(judged.person)
            for judged in self.judged
            if judged.person is not None
        }
        people = self._create_people(step(0, STEPS, progress))
        registrations = self._create_registrations(people, seats, step(1, STEPS, progress))
        for judged, person_id in zip(self.judged, people, strict=True):
            if person := self.found.people.get(person_id):
                complete(person, judged, self.niks.get(judged.number), self.starts_at)
            if registration := self.found.registrations.get(person_id):
                _update_registration(judged, registration)
        self._record_attendance(registrations, step(2, STEPS, progress))
        made = {
            judged.number: person_id
            for judged, person_id in zip(self.judged, people, strict=True)
            if judged.person is None
        }
        link_rows(self.db, self.attendance_import.id, made)
        keep_states(
            self.db,
            self.attendance_import,
            {judged.number: judged.person for judged in self.judged if judged.person is not None},
            before,
        )

    def _create_people(self, progress: Progress) -> list[int]:
        """Makes the people who aren't known yet; returns the id of each row's person."""
        fresh = [judged for judged in self.judged if judged.person is None]
        ids = list(new_ids(self.db, Participant, len(fresh)))
        insert_rows(
            self.db,
            Participant,
            (
                {"id": id_, **said_of_person(judged.values, self.niks.get(judged.number))}
                for id_, judged in zip(ids, watched(fresh, progress), strict=True)
            ),
            {"latest_session_at": self.starts_at, "created_at": now()},
        )
        made = iter(ids)
        return [judged.person if judged.person is not None else next(made) for judged in self.judged]

    def _create_registrations(self, people: Sequence[int], seats: Seats, progress: Progress) -> list[int]:
        """Registers whoever wasn't; returns the id of each row's registration.

        A full session doesn't turn away who was there: their registration is a walk-in.
        """
        known = self.found.registrations
        fresh = [
            (judged, person_id)
            for judged, person_id in zip(self.judged, people, strict=True)
            if person_id not in known
        ]
        ids = list(new_ids(self.db, Registration, len(fresh)))
        codes = unused_registration_codes(self.db, len(fresh))
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
                    **place_columns(judged.values),
                }
                for id_, code, (judged, person_id) in zip(ids, codes, watched(fresh, progress), strict=True)
            ),
            {
                "workshop_session_id": self.attendance_import.workshop_session_id,
                "basis": self.attendance_import.basis,
                "created_at": self.attendance_import.committed_at,
            },
        )
        made = iter(ids)
        return [known[person_id].id if person_id in known else next(made) for person_id in people]

    def _record_attendance(self, registrations: Sequence[int], progress: Progress) -> None:
        recorded = recording(self.attendance_import)
        fresh: list[tuple[int, str]] = []
        for judged, registration_id in zip(self.judged, registrations, strict=True):
            if judged.attendance is None:
                continue
            existing = self.found.attendances.get(registration_id)
            if existing is None:
                fresh.append((registration_id, judged.attendance))
            elif existing.status.value != judged.attendance:
                existing.sqlmodel_update({"status": AttendanceStatus(judged.attendance), **recorded})
        insert_rows(
            self.db,
            Attendance,
            (
                {"registration_id": registration_id, "status": status}
                for registration_id, status in watched(fresh, progress)
            ),
            recorded,
        )


def _status(seats: Seats, values: RowValues) -> RegistrationStatus:
    """Confirmed while every cap has a place, which this one then takes."""
    if not seats.are_limited:
        return RegistrationStatus.CONFIRMED
    kelurahan, group = place_columns(values)["kelurahan_code"], values.target_group or ""
    if seats.full(kelurahan, group):
        return RegistrationStatus.WALK_IN
    seats.take(kelurahan, group)
    return RegistrationStatus.CONFIRMED


def _update_registration(judged: JudgedRow, registration: Registration) -> None:
    """The sheet tells what held at the session; someone cancelled or waiting who came is a walk-in."""
    if "kelurahan" in judged.facts:
        registration.sqlmodel_update(place_columns(judged.values))
    for fact, column in (("rt", "rt"), ("sex", "sex"), ("target_group", "target_group_code")):
        if fact in judged.facts:
            setattr(registration, column, judged.facts[fact])
    if judged.attendance == "present" and registration.status not in COUNTED_AS_REGISTERED:
        registration.status = RegistrationStatus.WALK_IN


def recording(attendance_import: AttendanceImport) -> dict[str, Any]:
    """When, by whom and by what an outcome was recorded that this import says."""
    return {
        "recorded_at": attendance_import.committed_at,
        "recorded_by": attendance_import.committed_by,
        "attendance_import_id": attendance_import.id,
    }
