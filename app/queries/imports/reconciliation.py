"""Why the figures of one session differ: what its sheets state, list and had saved, who registered, who was present."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
    """One upload. Its rows less those listed twice, skipped and left open are the people; they are present or not.

    `stated_too_many` is by how much the sheet's own total exceeds what it lists, negative where it lists more.
    `counts` has "rows" and every kind; `outcomes` the people by what the sheet says of them, as far as it does.
    """

    id: int
    file_name: str
    status: ImportStatus
    uploaded_at: datetime
    undone_at: datetime | None
    stated_total: int | None
    stated_total_of: str | None
    stated_too_many: int
    counts: Mapping[str, int]
    outcomes: Mapping[str, int]

    @property
    def rows(self) -> int:
        return self.counts.get("rows", 0)

    @property
    def present(self) -> int:
        return self.outcomes.get(AttendanceStatus.PRESENT, 0)

    @property
    def counts_now(self) -> bool:
        """Whether what it says is part of the session's figures."""
        return self.status is ImportStatus.COMMITTED


@dataclass(frozen=True)
class SaidPresent:
    """What became of the rows that say "present" on all saved sheets: they less the first three, and `elsewhere`,
    are the people present.

    `gone`       rows whose person isn't registered for the session any more
    `repeated`   rows about somebody whom another row has said already
    `otherwise`  people recorded as something else since
    `elsewhere`  people present of whom no saved sheet says so: they were marked at the venue
    """

    rows: int
    gone: int
    repeated: int
    otherwise: int
    elsewhere: int


@dataclass(frozen=True)
class Reconciliation:
    """`walk_ins` came without a place, `added` others were registered by a sheet; all are among those registered.

    `unlisted` counts those whom no saved sheet lists, by outcome (None: none is recorded).
    """

    workshop_session: WorkshopSessionView
    walk_ins: int
    added: int
    sheets: tuple[SheetFigures, ...]
    said_present: SaidPresent
    unlisted: Mapping[AttendanceStatus | None, int]

    @property
    def has_saved_sheets(self) -> bool:
        return any(sheet.counts_now for sheet in self.sheets)


def reconciliation(db: Db, actor: Actor, code: str) -> Reconciliation:
    """The figures of one session; a constant number of queries. Raises `NotFound` where it isn't within reach."""
    held = get_workshop_session_view(db, actor, code, Permission.WORKSHOP_READ)
    registered = _registered(db, held.id)
    return Reconciliation(
        workshop_session=held,
        walk_ins=sum(line.walk_ins for line in registered),
        added=sum(line.added for line in registered),
        sheets=tuple(_sheets(db, held.id)),
        said_present=_said_present(db, held),
        unlisted=Counter({line.outcome: line.unlisted for line in registered}),
    )


def _sheets(db: Db, session_id: int) -> Iterable[SheetFigures]:
    """The newest first; lists of people to register say nothing of attendance."""
    outcomes: dict[int, Counter[str]] = {}
    said = said_by_row()
    for import_id, outcome, count in db.execute(
        select(col(AttendanceImport.id), said, func.count())
        .join(AttendanceImportRow, col(AttendanceImportRow.attendance_import_id) == col(AttendanceImport.id))
        .where(*of_session(session_id), col(AttendanceImportRow.kind).in_(ABOUT_PEOPLE))
        .group_by(col(AttendanceImport.id), said)
    ):
        outcomes.setdefault(import_id, Counter())[outcome or ""] = count
    for found, file_name in db.execute(
        select(AttendanceImport, col(UploadedFile.name))
        .join(UploadedFile, col(UploadedFile.id) == col(AttendanceImport.uploaded_file_id))
        .where(*of_session(session_id))
        .order_by(col(AttendanceImport.id).desc())
    ):
        yield SheetFigures(
            id=found.id,
            file_name=file_name,
            status=found.status,
            uploaded_at=found.uploaded_at,
            undone_at=found.undone_at,
            stated_total=found.stated_total,
            stated_total_of=found.stated_total_of,
            stated_too_many=_stated_too_many(found),
            counts=found.counts,
            outcomes=outcomes.get(found.id, Counter()),
        )


def _stated_too_many(found: AttendanceImport) -> int:
    """As its judge compared them, who says it on the import's own page too; 0 where they agree."""
    differs = [one["params"] for one in found.warnings if one["code"] == "total-differs"]
    return sum(params["stated"] - params["found"] for params in differs)


def _said_present(db: Db, held: WorkshopSessionView) -> SaidPresent:
    """A row is followed by its person, who is registered for a session once."""
    is_present = col(Attendance.status) == AttendanceStatus.PRESENT
    registration = col(Registration.id)
    rows, there, people, present = db.execute(
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
            & has_place(held.id),
        )
        .outerjoin(Attendance, col(Attendance.registration_id) == registration)
        .where(
            *saved(held.id),
            col(AttendanceImportRow.kind).in_(ABOUT_PEOPLE),
            said_by_row() == AttendanceStatus.PRESENT.value,
        )
    ).one()
    return SaidPresent(
        rows=rows,
        gone=rows - there,
        repeated=there - people,
        otherwise=people - present,
        elsewhere=held.present - present,
    )


def _registered(db: Db, session_id: int) -> Sequence[Row[Any]]:
    """The people registered, by `outcome`; a registration without a channel came with a sheet."""
    listed = exists().where(
        col(AttendanceImportRow.attendance_import_id) == col(AttendanceImport.id),
        col(AttendanceImportRow.participant_id) == col(Registration.participant_id),
        *saved(session_id),
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
        .where(has_place(session_id))
        .group_by(col(Attendance.status))
    ).all()


def said_by_row() -> ColumnElement[str]:
    """What a row says of the attendance."""
    said: ColumnElement[str] = col(AttendanceImportRow.result)["attendance"].as_string()
    return said


def of_session(session_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        col(AttendanceImport.workshop_session_id) == session_id,
        col(AttendanceImport.purpose) == ImportPurpose.ATTENDANCE,
    )


def saved(session_id: int) -> tuple[ColumnElement[bool], ...]:
    return (*of_session(session_id), col(AttendanceImport.status) == ImportStatus.COMMITTED)


def has_place(session_id: int) -> ColumnElement[bool]:
    return (col(Registration.workshop_session_id) == session_id) & col(Registration.status).in_(
        COUNTED_AS_REGISTERED
    )
