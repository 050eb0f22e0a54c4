"""How many people of a list that is registered for a session get a seat, and how many wait."""

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
from app.people.values.outside_places import OUTSIDE
from app.queries.imports.attendance_imports import AttendanceImportView
from app.queries.imports.rows import load_rows_to_write, registration_of_row
from app.queries.registrations.seats import Cap, get_seats
from app.queries.registrations.window import RegistrationWindow, get_registration_window

# How many rows of people who wait are named.
MAX_WAITING_ROWS = 20


@dataclass(frozen=True)
class SeatsForList:
    """How many people of a list get a seat, and how many wait: before the commit by the seats that are free now.

    `window` tells whether registration for the session is open now, which a user may overrule. Before the commit,
    `full` has the caps that keep people waiting, each with their number, and `waiting_rows` the first of their rows.
    """

    seated: int
    waiting: int
    window: RegistrationWindow
    full: tuple[tuple[Cap, int], ...] = ()
    waiting_rows: tuple[int, ...] = ()

    @property
    def closed(self) -> bool:
        return self.window is not RegistrationWindow.OPEN


def count_seats_for_list(db: Db, attendance_import: AttendanceImportView) -> SeatsForList:
    """Return how many people of a list of people to register get a seat, and how many wait.

    In review they are as a commit now would assign the seats, in the list's order; people with a registration are not
    counted. Otherwise they are the confirmed and waitlisted registrations of the rows that created one.
    """
    workshop_session = db.exec(
        select(WorkshopSession).where(WorkshopSession.code == attendance_import.session_code)
    ).one()
    window = get_registration_window(workshop_session, now())
    if attendance_import.status is ImportStatus.REVIEW:
        return _count_before_commit(db, attendance_import, workshop_session, window)
    seated, waiting = _count_after_commit(db, attendance_import)
    return SeatsForList(seated, waiting, window)


def _count_before_commit(
    db: Db,
    attendance_import: AttendanceImportView,
    workshop_session: WorkshopSession,
    window: RegistrationWindow,
) -> SeatsForList:
    seats = get_seats(db, workshop_session)
    seated = 0
    waiting: list[int] = []
    full: Counter[Cap] = Counter()
    for row in load_rows_to_write(db, attendance_import.id).rows:
        if row.registration is not None:
            continue
        kelurahan = None if row.values.kelurahan == OUTSIDE else row.values.kelurahan
        group = row.values.target_group or ""
        if full_caps := seats.full_caps(kelurahan, group):
            waiting.append(row.number)
            full.update(full_caps)
        else:
            seats.take(kelurahan, group)
            seated += 1
    return SeatsForList(seated, len(waiting), window, tuple(full.items()), tuple(waiting[:MAX_WAITING_ROWS]))


def _count_after_commit(db: Db, attendance_import: AttendanceImportView) -> tuple[int, int]:
    """Return how many registrations of the import's rows of kind "create" are confirmed and waitlisted now."""
    statuses = Counter(
        db.exec(
            select(Registration.status)
            .select_from(AttendanceImportRow)
            .join(AttendanceImport, col(AttendanceImport.id) == col(AttendanceImportRow.attendance_import_id))
            .join(Registration, registration_of_row())
            .where(
                AttendanceImportRow.attendance_import_id == attendance_import.id,
                AttendanceImportRow.kind == RowKind.CREATE,
            )
        )
    )
    return statuses[RegistrationStatus.CONFIRMED], statuses[RegistrationStatus.WAITLISTED]
