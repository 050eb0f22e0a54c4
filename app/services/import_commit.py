"""Commits an import: what its rows were judged to be becomes registrations and attendance, all or nothing."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import col

from app.database import Db
from app.errors import Conflict, Invalid
from app.i18n import N_
from app.models import (
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    AttendanceStatus,
    Basis,
    ImportStatus,
    OutboxKind,
    Participant,
    Registration,
    RegistrationStatus,
    WorkshopSession,
)
from app.models.base import now
from app.nik_vault import NikVault
from app.permissions import Actor
from app.queries.attendance_imports import attendance_import_by_id
from app.queries.import_rows import rows_to_write
from app.queries.workshop_sessions import COUNTED_AS_REGISTERED
from app.services.activities import record
from app.services.attendance_imports import require_review
from app.services.bulk import insert_rows, new_ids
from app.services.import_links import link_rows
from app.services.import_review import judge_again
from app.services.import_states import standing
from app.services.judging import newest_change
from app.services.locks import hold_people, lock_row
from app.services.outbox import queue
from app.services.participants import complete, participant_columns, place_columns
from app.spreadsheets.judgement import JudgedRow

# 32 letters and digits, none of which is taken for another when read out; as many as five bits tell apart.
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 8

DEFAULT_BASIS = Basis.PUBLIC_TASK
NOT_STARTED = "session-not-started"


@dataclass(frozen=True)
class CommitChoices:
    """`others` says what becomes of registered people whom the sheet doesn't list: "leave" or "absent".
    `confirm` holds the codes of warnings that a person has seen and accepts."""

    only_valid: bool = False
    others: str = "leave"
    basis: Basis = DEFAULT_BASIS
    confirm: frozenset[str] = frozenset()


def commit(
    db: Db, vault: NikVault, actor: Actor, import_id: int, choices: CommitChoices | None = None
) -> AttendanceImport:
    """Writes every row that isn't in review or error; the import is then `committed`.

    Of two commits at once, one writes and the other gets the same result. Raises `Conflict` while rows need
    attention (unless `only_valid`) and while a session that hasn't begun wasn't confirmed.
    """
    choices = choices or CommitChoices()
    attendance_import_by_id(db, actor, import_id)
    hold_people(db)
    attendance_import = lock_row(db, AttendanceImport, import_id)
    if attendance_import.status is ImportStatus.COMMITTED:
        return attendance_import
    require_review(attendance_import)
    if attendance_import.judged_at != newest_change(db):
        judge_again(db, vault, attendance_import)
    workshop_session = lock_row(db, WorkshopSession, attendance_import.workshop_session_id)
    _require_ready(attendance_import, workshop_session, choices)

    attendance_import.status = ImportStatus.COMMITTED
    attendance_import.committed_at = now()
    attendance_import.committed_by = actor.user_id
    attendance_import.basis = choices.basis
    _Writing(db, vault, attendance_import, workshop_session.starts_at).write(workshop_session.capacity)
    if choices.others == "absent":
        attendance_import.others = _mark_others_absent(db, attendance_import)
    db.flush()
    after = {
        "session": workshop_session.code,
        "counts": attendance_import.counts,
        "others_absent": len(attendance_import.others),
        "basis": choices.basis.value,
    }
    record(db, actor, "commit", "attendance-import", import_id, after=after)
    queue(db, OutboxKind.FIND_DUPLICATES, attendance_import=import_id)
    return attendance_import


def _require_ready(
    attendance_import: AttendanceImport, workshop_session: WorkshopSession, choices: CommitChoices
) -> None:
    counts = attendance_import.counts
    if choices.others not in {"leave", "absent"}:
        raise Invalid(N_("People who are not on the sheet can be left as they are, or marked absent."))
    if not choices.only_valid and (waiting := counts["review"] + counts["error"]):
        text = N_("%(rows)s rows need your attention before this import can be committed.")
        raise Conflict(text, code="rows-need-attention", rows=waiting)
    if workshop_session.starts_at > now() and NOT_STARTED not in choices.confirm:
        text = N_("This session has not begun yet. Confirm that its attendance is to be recorded now.")
        raise Conflict(text, code=NOT_STARTED)


def new_registration_codes(count: int) -> list[str]:
    """Codes that a person can read out and nobody can guess (32^8, about 10^12)."""
    letters = "".join(
        CODE_ALPHABET[byte % len(CODE_ALPHABET)] for byte in secrets.token_bytes(count * CODE_LENGTH)
    )
    return [letters[start : start + CODE_LENGTH] for start in range(0, len(letters), CODE_LENGTH)]


def new_registration_code() -> str:
    return new_registration_codes(1)[0]


class _Writing:
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
            outcome = _outcome(self.attendance_import, AttendanceStatus(judged.attendance))
            existing = self.found.attendances.get(registration_id)
            if existing is None:
                fresh.append({"registration_id": registration_id} | outcome)
            elif existing.status.value != judged.attendance:
                existing.sqlmodel_update(outcome)
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


def _mark_others_absent(db: Db, attendance_import: AttendanceImport) -> list[int]:
    """Marks those absent who are registered, have no outcome and are in no row of the sheet.

    Returns their registrations' ids. Whose row needs attention stays open: their row says something.
    """
    listed = select(col(AttendanceImportRow.participant_id)).where(
        col(AttendanceImportRow.attendance_import_id) == attendance_import.id,
        col(AttendanceImportRow.participant_id).is_not(None),
    )
    without_outcome = db.scalars(
        select(col(Registration.id))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(
            col(Registration.workshop_session_id) == attendance_import.workshop_session_id,
            col(Registration.status).in_(COUNTED_AS_REGISTERED),
            col(Registration.participant_id).not_in(listed),
            col(Attendance.registration_id).is_(None),
        )
    ).all()
    outcome = _outcome(attendance_import, AttendanceStatus.ABSENT)
    if without_outcome:
        db.execute(insert(Attendance), [{"registration_id": id_} | outcome for id_ in without_outcome])
    return list(without_outcome)


def _outcome(attendance_import: AttendanceImport, status: AttendanceStatus) -> dict[str, Any]:
    return {
        "status": status,
        "recorded_at": attendance_import.committed_at,
        "recorded_by": attendance_import.committed_by,
        "attendance_import_id": attendance_import.id,
    }
