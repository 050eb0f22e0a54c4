"""Write the rows of a list of people to register: new people, their seats, and what the list says of known people."""

from typing import Any

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.models import (
    AttendanceImport,
    Channel,
    Participant,
    Registration,
    RegistrationStatus,
    Workshop,
    WorkshopSession,
)
from app.models.base import now
from app.nik_vault import NikVault
from app.permissions import Actor
from app.queries.imports.rows import load_rows_to_write
from app.queries.in_values import in_values
from app.queries.people.records import NOT_SHARED, list_record_access
from app.queries.privacy.notices import get_current_notice_version
from app.queries.registrations.seats import get_seats
from app.services.activities import log_activities, log_activity, loggable_columns, snapshot
from app.services.bulk import insert_rows, reserve_ids
from app.services.imports.states import load_current_state
from app.services.people.participants import fill_blanks, person_columns
from app.services.people.proposals import (
    Differences,
    find_differences,
    propose_changes_of_registrations,
)
from app.services.registrations.requests import RegistrationRequest
from app.services.registrations.writer import RegistrationWriter
from app.spreadsheets.attendance.rows import JudgedRow
from app.spreadsheets.progress import Progress, report_progress

SUBJECT = "registration"


class ListWriting:
    """Writes the rows of one list in its order. Seats are counted in memory, and new rows are inserted in bulk.

    Nothing is asked of the database for a single row: other workshops wait while a list is written. The caller has
    locked the people table and the session's row. With `overrule` everybody gets a seat, whatever the caps.
    """

    def __init__(
        self,
        db: Db,
        vault: NikVault,
        actor: Actor,
        attendance_import: AttendanceImport,
        workshop_session: WorkshopSession,
        *,
        overrule: bool,
    ) -> None:
        self.db = db
        self.actor = actor
        to_write = load_rows_to_write(db, attendance_import.id)
        self.rows, self.niks = to_write.rows, to_write.niks
        known = {judged.person for judged in self.rows if judged.person is not None}
        self.current = load_current_state(db, attendance_import, known)
        workshop = db.get_one(Workshop, workshop_session.workshop_id)
        self.access = list_record_access(db, workshop.organization_id, known)
        request = RegistrationRequest(
            Channel.ORGANIZER, language="id", overrule=overrule, basis=attendance_import.basis
        )
        seats, notice = get_seats(db, workshop_session), get_current_notice_version(db)
        self.writer = RegistrationWriter(db, vault, actor, workshop_session, request, seats, notice)
        # The same for all, so that it tells which registrations the list has made.
        self.registered_at = attendance_import.committed_at
        self.differences: dict[int, Differences] = {}
        self.registration_of: dict[int, int] = {}

    def write(self, progress: Progress) -> dict[int, int]:
        """Register all rows, log it, and return the ids of the people whom this created, by row number.

        Of people who are registered already, only blanks are filled in.
        """
        created = self._create_people()
        new_registrations: list[tuple[dict[str, Any], dict[str, Any]]] = []
        for judged in report_progress(self.rows, progress):
            person = None if judged.person is None else self.current.people[judged.person]
            registration = self.current.registration(judged.person)
            if person is None:
                new_registrations.append(self._columns(judged, created[judged.number], None))
            elif registration is None:
                new_registrations.append(self._columns(judged, person.id, person))
            elif registration.status is RegistrationStatus.CANCELLED:
                self._register_again(judged, person, registration)
            else:
                self._complete(judged, person, registration)
        self._create_registrations(new_registrations)
        if self.registration_of:
            propose_changes_of_registrations(self.db, self.actor, self.differences, self.registration_of)
        return created

    def _create_people(self) -> dict[int, int]:
        """Insert the people who are not known yet, without a NIK that somebody else has; return ids by row number."""
        new_rows = [judged for judged in self.rows if judged.person is None]
        ids = list(reserve_ids(self.db, Participant, len(new_rows)))
        taken = self._list_taken_niks(new_rows)
        insert_rows(
            self.db,
            Participant,
            (
                {"id": id_, **self._person_columns(judged, taken)}
                for id_, judged in zip(ids, new_rows, strict=True)
            ),
            {"latest_session_at": now(), "created_at": now()},
        )
        return {judged.number: id_ for id_, judged in zip(ids, new_rows, strict=True)}

    def _list_taken_niks(self, rows: list[JudgedRow]) -> set[str]:
        """Return the keyed hashes of those NIKs of the rows that a person has already, or gets from this list."""
        nik_key = col(Participant.nik_key)
        niks = {judged.values.nik_key for judged in rows if judged.values.nik_key}
        held = {
            key for key in self.db.scalars(select(nik_key).where(in_values(self.db, nik_key, niks))) if key
        }
        filled = {judged.values.nik_key for judged in self.rows if "nik" in judged.changes}
        return held | {key for key in filled if key}

    def _person_columns(self, judged: JudgedRow, taken: set[str]) -> dict[str, Any]:
        """Return the columns of a new person; a NIK is added to those that are taken."""
        columns = person_columns(judged.values, self.niks.get(judged.number))
        if nik_key := judged.values.nik_key:
            if nik_key in taken:
                columns |= {"nik_key": None, "nik_encrypted": None}
            taken.add(nik_key)
        return columns

    def _columns(
        self, judged: JudgedRow, person_id: int, known: Participant | None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Assign a seat; return the columns of the registration without its id, and what the log adds to them."""
        access = self.access.get(person_id, NOT_SHARED)
        if known:
            nik = self.niks.get(judged.number)
            self.differences[known.id] = self.writer.update_record(known, judged, access, nik)
        columns = self.writer.get_columns(judged, known, access)
        seat = self.writer.assign_seat(columns["kelurahan_code"], columns["target_group_code"])
        columns |= {
            "participant_id": person_id,
            "status": seat.status,
            "waiting_number": seat.waiting_number,
            "created_at": self.registered_at,
        }
        return columns, dict(seat.log)

    def _register_again(self, judged: JudgedRow, person: Participant, registration: Registration) -> None:
        """Use the cancelled registration of a known person again, and log it."""
        before = snapshot(registration)
        columns, log = self._columns(judged, person.id, person)
        registration.sqlmodel_update(columns)
        self.registration_of[person.id] = registration.id
        after = {**snapshot(registration), **log}
        log_activity(self.db, self.actor, "register", SUBJECT, registration.code, before=before, after=after)

    def _complete(self, judged: JudgedRow, person: Participant, registration: Registration) -> None:
        """Fill the blanks of a person who is registered already; keep for a proposal what the list may not change."""
        access, nik = self.access.get(person.id, NOT_SHARED), self.niks.get(judged.number)
        if access.may_change_identity:
            fill_blanks(person, judged, nik)
            return
        differences = find_differences(person, judged.values, nik)
        if access.is_open:
            fill_blanks(person, judged, nik, keep_identity=True)
            differences = {
                field: differences[field] for field in ("nik", "kelurahan") if field in differences
            }
        self.differences[person.id] = differences
        self.registration_of[person.id] = registration.id

    def _create_registrations(self, registrations: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
        """Insert the new registrations, given as columns and what the log adds to them, and log them."""
        ids = list(reserve_ids(self.db, Registration, len(registrations)))
        rows = [{"id": id_, **columns} for id_, (columns, _) in zip(ids, registrations, strict=True)]
        insert_rows(self.db, Registration, rows)
        self.registration_of |= {
            row["participant_id"]: row["id"] for row in rows if row["participant_id"] in self.current.people
        }
        lines = (
            (row["code"], {**loggable_columns(row), **log})
            for row, (_, log) in zip(rows, registrations, strict=True)
        )
        log_activities(self.db, self.actor, "register", SUBJECT, lines)
