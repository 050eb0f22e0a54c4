"""The reconciliation of a session: how many people registered, were on its sheets, and were present, and why these
figures differ."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, case, exists, func, select
from sqlmodel import col

from app.database import Db
from app.models import (
    Attendance,
    AttendanceImport,
    AttendanceImportRow,
    AttendanceStatus,
    ImportPurpose,
    ImportStatus,
    Registration,
    RegistrationStatus,
    UploadedFile,
)
from app.permissions import Actor, Permission
from app.queries.imports.people import ABOUT_PEOPLE
from app.queries.workshops.workshop_sessions import (
    COUNTED_AS_REGISTERED,
    WorkshopSessionView,
    get_workshop_session_view,
)


@dataclass(frozen=True)
class SheetFigures:
    """The figures of one upload.

    `counts` has "rows" and every `RowKind`. `outcomes` counts the rows about people by attendance, "" if the sheet does
    not say it. `stated_excess` is the sheet's own total less what its rows show; negative if they show more.
    """

    id: int
    file_name: str
    status: ImportStatus
    uploaded_at: datetime
    undone_at: datetime | None
    stated_total: int | None
    stated_total_of: str | None
    stated_excess: int
    counts: Mapping[str, int]
    outcomes: Mapping[str, int]

    @property
    def rows(self) -> int:
        """The number of participants' rows."""
        return self.counts.get("rows", 0)

    @property
    def present(self) -> int:
        """The number of rows about people that say "present"."""
        return self.outcomes.get(AttendanceStatus.PRESENT, 0)

    @property
    def is_committed(self) -> bool:
        """Whether the sheet is committed, and so part of the session's figures."""
        return self.status is ImportStatus.COMMITTED


@dataclass(frozen=True)
class PresentRows:
    """What became of the rows that say "present" on committed sheets.

    The people present are `rows - gone - repeated - otherwise + elsewhere`:

    `gone`       rows whose person is no longer registered for the session
    `repeated`   further rows about the same person
    `otherwise`  people whose attendance was changed later
    `elsewhere`  people present whom no committed sheet calls present, because they were marked at the venue
    """

    rows: int
    gone: int
    repeated: int
    otherwise: int
    elsewhere: int


@dataclass(frozen=True)
class Reconciliation:
    """The figures of a session and its sheets.

    `walk_ins` came without a seat, `added` others were registered by a sheet; both are included in the registered
    people. `unlisted` counts the registered people who are on no committed sheet by outcome (None: not recorded).
    """

    workshop_session: WorkshopSessionView
    walk_ins: int
    added: int
    sheets: tuple[SheetFigures, ...]
    present_rows: PresentRows
    unlisted: Mapping[AttendanceStatus | None, int]

    @property
    def has_committed_sheets(self) -> bool:
        return any(sheet.is_committed for sheet in self.sheets)


def get_reconciliation(db: Db, actor: Actor, code: str) -> Reconciliation:
    """Return the figures of one session and its attendance sheets, the newest sheet first.

    Takes a constant number of queries. Raises `NotFound` for an unknown code, and out of the actor's scope for seeing
    workshops.
    """
    workshop_session = get_workshop_session_view(db, actor, code, Permission.WORKSHOP_READ)
    registered = _count_registered(db, workshop_session.id)
    return Reconciliation(
        workshop_session=workshop_session,
        walk_ins=sum(line.walk_ins for line in registered),
        added=sum(line.added for line in registered),
        sheets=tuple(_list_sheets(db, workshop_session.id)),
        present_rows=_count_present_rows(db, workshop_session),
        unlisted=Counter({line.outcome: line.unlisted for line in registered}),
    )


def _list_sheets(db: Db, session_id: int) -> Iterator[SheetFigures]:
    """Yield the figures of the session's attendance sheets of any status, the newest first.

    Lists of people to register are left out.
    """
    outcomes: dict[int, Counter[str]] = {}
    # One expression for both: PostgreSQL compares their parameters by name.
    attendance = row_attendance()
    for import_id, outcome, count in db.execute(
        select(col(AttendanceImport.id), attendance, func.count())
        .join(AttendanceImportRow, col(AttendanceImportRow.attendance_import_id) == col(AttendanceImport.id))
        .where(*is_attendance_import_of(session_id), col(AttendanceImportRow.kind).in_(ABOUT_PEOPLE))
        .group_by(col(AttendanceImport.id), attendance)
    ):
        outcomes.setdefault(import_id, Counter())[outcome or ""] = count
    for attendance_import, file_name in db.execute(
        select(AttendanceImport, col(UploadedFile.name))
        .join(UploadedFile, col(UploadedFile.id) == col(AttendanceImport.uploaded_file_id))
        .where(*is_attendance_import_of(session_id))
        .order_by(col(AttendanceImport.id).desc())
    ):
        yield SheetFigures(
            id=attendance_import.id,
            file_name=file_name,
            status=attendance_import.status,
            uploaded_at=attendance_import.uploaded_at,
            undone_at=attendance_import.undone_at,
            stated_total=attendance_import.stated_total,
            stated_total_of=attendance_import.stated_total_of,
            stated_excess=_count_stated_excess(attendance_import),
            counts=attendance_import.counts,
            outcomes=outcomes.get(attendance_import.id, Counter()),
        )


def _count_stated_excess(attendance_import: AttendanceImport) -> int:
    """Return the stated total less the total of the rows, taken from the import's warning; 0 without a warning."""
    params = (
        warning["params"] for warning in attendance_import.warnings if warning["code"] == "total-differs"
    )
    return sum(totals["stated"] - totals["found"] for totals in params)


def _count_present_rows(db: Db, workshop_session: WorkshopSessionView) -> PresentRows:
    """Return what became of the rows that say "present" on the session's committed sheets."""
    is_present = col(Attendance.status) == AttendanceStatus.PRESENT
    registration = col(Registration.id)
    rows, registered, people, present = db.execute(
        select(
            func.count(),
            func.count(registration),
            func.count(registration.distinct()),
            func.count(case((is_present, registration)).distinct()),
        )
        .select_from(AttendanceImportRow)
        .join(AttendanceImport, col(AttendanceImport.id) == col(AttendanceImportRow.attendance_import_id))
        .outerjoin(
            Registration,
            (col(Registration.participant_id) == col(AttendanceImportRow.participant_id))
            & is_registered_for(workshop_session.id),
        )
        .outerjoin(Attendance, col(Attendance.registration_id) == registration)
        .where(
            *is_committed_import_of(workshop_session.id),
            col(AttendanceImportRow.kind).in_(ABOUT_PEOPLE),
            row_attendance() == AttendanceStatus.PRESENT.value,
        )
    ).one()
    return PresentRows(
        rows=rows,
        gone=rows - registered,
        repeated=registered - people,
        otherwise=people - present,
        elsewhere=workshop_session.present - present,
    )


def _count_registered(db: Db, session_id: int) -> Sequence[Row[Any]]:
    """Return a row per `outcome` (None: not recorded) of the confirmed people and walk-ins.

    It counts `walk_ins`, others `added` by a sheet (registrations without a channel), and `unlisted` people, who are on
    no committed sheet.
    """
    listed = exists().where(
        col(AttendanceImportRow.attendance_import_id) == col(AttendanceImport.id),
        col(AttendanceImportRow.participant_id) == col(Registration.participant_id),
        *is_committed_import_of(session_id),
    )
    walk_ins = col(Registration.status) == RegistrationStatus.WALK_IN
    added = col(Registration.channel).is_(None)
    return db.execute(
        select(
            col(Attendance.status).label("outcome"),
            func.count(case((walk_ins, 1))).label("walk_ins"),
            func.count(case((added & ~walk_ins, 1))).label("added"),
            func.count(case((~listed, 1))).label("unlisted"),
        )
        .select_from(Registration)
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(is_registered_for(session_id))
        .group_by(col(Attendance.status))
    ).all()


def row_attendance() -> ColumnElement[str]:
    """Return the expression for the attendance of an import row; null if the sheet does not say it."""
    attendance: ColumnElement[str] = col(AttendanceImportRow.result)["attendance"].as_string()
    return attendance


def is_attendance_import_of(session_id: int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on `AttendanceImport` for the attendance sheets of a session, of any status."""
    return (
        col(AttendanceImport.workshop_session_id) == session_id,
        col(AttendanceImport.purpose) == ImportPurpose.ATTENDANCE,
    )


def is_committed_import_of(session_id: int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on `AttendanceImport` for the committed attendance sheets of a session."""
    return (*is_attendance_import_of(session_id), col(AttendanceImport.status) == ImportStatus.COMMITTED)


def is_registered_for(session_id: int) -> ColumnElement[bool]:
    """Return the condition on `Registration` for the confirmed people and walk-ins of a session."""
    return (col(Registration.workshop_session_id) == session_id) & col(Registration.status).in_(
        COUNTED_AS_REGISTERED
    )
