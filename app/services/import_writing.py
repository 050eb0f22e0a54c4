"""What a commit writes: people who weren't known, registrations, attendance, and what undo will need."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update

from app.database import Db
from app.models import (
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    AttendanceStatus,
    Participant,
    Registration,
    RegistrationStatus,
)
from app.nik_vault import NikVault
from app.queries.import_rows import rows_to_write
from app.queries.workshop_sessions import COUNTED_AS_REGISTERED
from app.services.bulk import insert_rows, new_ids
from app.services.import_links import link_rows
from app.services.import_states import standing
from app.services.participants import complete, participant_columns, place_columns
from app.services.registration_codes import new_registration_codes
from app.spreadsheets.judgement import JudgedRow


class ImportWriting:
    """One commit under way. What is new is written in bulk, since a sheet may have a hundred thousand rows."""

    def __init__(
        self, db: Db, vault: NikVault, attendance_import: AttendanceImport, starts_at: datetime
    ) -> None:
        self.db = db
        self.vault = vault
        self.attendance_import = attendance_import
        self.starts_at = starts_at
        self.judged = rows_to_write(db, vault, attendance_import.id)
        self.found = standing(db, attendance_import)

    def write(self, capacity: int | None) -> None:
        before = {
            judged.number: self.found.state(judged.person)
            for judged in self.judged
            if judged.person is not None
        }
        people = self._create_people()
        registrations = self._create_registrations(people, capacity)
        for judged, person_id in zip(self.judged, people, strict=True):
            if person := self.found.people.get(person_id):
                complete(person, judged, self.vault, self.starts_at)
            if registration := self.found.registrations.get(person_id):
                _update_registration(judged, registration)
        self._record_attendance(registrations)
        link_rows(
            self.db,
            self.attendance_import.id,
            [judged.number for judged in self.judged],
            people,
            registrations,
        )
        self._keep_states(before)

    def _create_people(self) -> list[int]:
        """Makes the people who aren't known yet; returns the id of each row's person."""
        fresh = [judged.values for judged in self.judged if judged.person is None]
        ids = list(new_ids(self.db, Participant, len(fresh)))
        insert_rows(
            self.db,
            Participant,
            (
                {"id": id_} | participant_columns(values, self.vault, self.starts_at)
                for id_, values in zip(ids, fresh, strict=True)
            ),
        )
        made = iter(ids)
        return [judged.person if judged.person is not None else next(made) for judged in self.judged]

    def _create_registrations(self, people: Sequence[int], capacity: int | None) -> list[int]:
        """Registers whoever wasn't; returns the id of each row's registration."""
        known = self.found.registrations
        fresh = [
            (judged, person_id)
            for judged, person_id in zip(self.judged, people, strict=True)
            if person_id not in known
        ]
        confirmed = sum(one.status is RegistrationStatus.CONFIRMED for one in known.values())
        # A full session doesn't turn away who was there: their registration is a walk-in.
        places = len(fresh) if capacity is None else max(0, capacity - confirmed)
        ids = list(new_ids(self.db, Registration, len(fresh)))
        codes = new_registration_codes(len(fresh))
        created_at = self.attendance_import.committed_at
        insert_rows(
            self.db,
            Registration,
            (
                {
                    "id": id_,
                    "code": code,
                    "participant_id": person_id,
                    "workshop_session_id": self.attendance_import.workshop_session_id,
                    "status": RegistrationStatus.CONFIRMED if index < places else RegistrationStatus.WALK_IN,
                    "rt": judged.values.rt,
                    "sex": judged.values.sex,
                    "target_group_code": judged.values.target_group,
                    "basis": self.attendance_import.basis,
                    "created_at": created_at,
                    **place_columns(judged.values),
                }
                for index, (id_, code, (judged, person_id)) in enumerate(zip(ids, codes, fresh, strict=True))
            ),
        )
        made = iter(ids)
        return [known[person_id].id if person_id in known else next(made) for person_id in people]

    def _record_attendance(self, registrations: Sequence[int]) -> None:
        fresh: list[dict[str, Any]] = []
        for judged, registration_id in zip(self.judged, registrations, strict=True):
            if judged.attendance is None:
                continue
            found = outcome(self.attendance_import, AttendanceStatus(judged.attendance))
            existing = self.found.attendances.get(registration_id)
            if existing is None:
                fresh.append({"registration_id": registration_id} | found)
            elif existing.status.value != judged.attendance:
                existing.sqlmodel_update(found)
        insert_rows(self.db, Attendance, fresh)

    def _keep_states(self, before: Mapping[int, dict[str, Any]]) -> None:
        """Notes beside the rows of people known before what was there and what is there now, for undo."""
        if not before:
            return
        self.db.flush()
        now_there = standing(self.db, self.attendance_import)
        self.db.execute(
            update(AttendanceImportRow),
            [
                {
                    "attendance_import_id": self.attendance_import.id,
                    "number": judged.number,
                    "before": before[judged.number],
                    "after": now_there.state(judged.person),
                }
                for judged in self.judged
                if judged.number in before
            ],
        )


def _update_registration(judged: JudgedRow, registration: Registration) -> None:
    """The sheet tells what held at the session; someone cancelled or waiting who came is a walk-in."""
    if "kelurahan" in judged.facts:
        registration.sqlmodel_update(place_columns(judged.values))
    for fact, column in (("rt", "rt"), ("sex", "sex"), ("target_group", "target_group_code")):
        if fact in judged.facts:
            setattr(registration, column, judged.facts[fact])
    if judged.attendance == "present" and registration.status not in COUNTED_AS_REGISTERED:
        registration.status = RegistrationStatus.WALK_IN


def outcome(attendance_import: AttendanceImport, status: AttendanceStatus) -> dict[str, Any]:
    return {
        "status": status,
        "recorded_at": attendance_import.committed_at,
        "recorded_by": attendance_import.committed_by,
        "attendance_import_id": attendance_import.id,
    }
