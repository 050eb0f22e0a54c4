"""How the places of a session go round among the people of a list that is to be registered, or was."""

from collections import Counter
from dataclasses import dataclass

from sqlmodel import col, select

from app.database import Db
from app.models import (
    AttendanceImport,
    AttendanceImportRow,
    ImportStatus,
    Registration,
    RegistrationStatus,
    RowKind,
    WorkshopSession,
)
from app.models.base import now
from app.people.outside_places import OUTSIDE
from app.queries.imports.attendance_imports import AttendanceImportView
from app.queries.imports.rows import load_rows_to_write, registration_of_row
from app.queries.registrations.seats import seats_of
from app.queries.registrations.window import RegistrationWindow, registration_window


@dataclass(frozen=True)
class PlacesForList:
    """How many people of a list get a place and how many wait: by the places there are now, or as it became.

    `closed` tells that the session takes no registrations now, unless somebody overrules that.
    """

    placed: int
    waiting: int
    closed: bool


def places_for_list(db: Db, found: AttendanceImportView) -> PlacesForList:
    """In the list's order, as its commit gives them out."""
    held = db.exec(select(WorkshopSession).where(WorkshopSession.code == found.session_code)).one()
    if found.status is ImportStatus.REVIEW:
        placed, waiting = _as_things_are(db, found, held)
    else:
        placed, waiting = _as_it_became(db, found)
    return PlacesForList(
        placed, waiting, closed=registration_window(held, now()) is not RegistrationWindow.OPEN
    )


def _as_things_are(db: Db, found: AttendanceImportView, held: WorkshopSession) -> tuple[int, int]:
    seats = seats_of(db, held)
    waiting = placed = 0
    for row in load_rows_to_write(db, found.id).rows:
        if row.registration is not None:
            continue
        kelurahan = None if row.values.kelurahan == OUTSIDE else row.values.kelurahan
        group = row.values.target_group or ""
        if seats.full(kelurahan, group):
            waiting += 1
        else:
            seats.take(kelurahan, group)
            placed += 1
    return placed, waiting


def _as_it_became(db: Db, found: AttendanceImportView) -> tuple[int, int]:
    statuses = Counter(
        db.exec(
            select(Registration.status)
            .select_from(AttendanceImportRow)
            .join(AttendanceImport, col(AttendanceImport.id) == col(AttendanceImportRow.attendance_import_id))
            .join(Registration, registration_of_row())
            .where(
                AttendanceImportRow.attendance_import_id == found.id,
                AttendanceImportRow.kind == RowKind.CREATE,
            )
        )
    )
    return statuses[RegistrationStatus.CONFIRMED], statuses[RegistrationStatus.WAITLISTED]
