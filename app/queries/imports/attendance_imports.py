"""Imports as pages and lists show them, and the database row of an import."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col, func

from app.database import Db
from app.errors import NotFound, Problem
from app.i18n import N_, wita
from app.models import (
    AttendanceImport,
    Basis,
    BatchList,
    ImportPurpose,
    ImportStatus,
    UploadedFile,
    User,
    Workshop,
    WorkshopSession,
)
from app.people.remarks import remark_from_json
from app.permissions import Actor, Permission
from app.queries.imports.minutes import find_stored_minutes_rule
from app.queries.imports.photos import is_photo_import
from app.queries.imports.rows import find_meeting, stated_until
from app.queries.scope import sessions_within
from app.spreadsheets.attendance.minutes import MinutesRule
from app.spreadsheets.detected_table import day_captions_from_json
from app.spreadsheets.tables.columns.day_columns import SEVERAL_DAYS, day_labels

# The remarks that name the column or rows that are read of those of several days.
NAMES_DAY = (SEVERAL_DAYS, "rows-of-other-days")
# The outbox will read or commit the import, or is doing so.
RUNNING_STATUSES = (ImportStatus.READING, ImportStatus.COMMITTING)

Committer, Undoer = aliased(User), aliased(User)

_BATCH_ID = (
    select(func.max(col(BatchList.upload_batch_id)))
    .where(col(BatchList.attendance_import_id) == col(AttendanceImport.id))
    .correlate(AttendanceImport)
    .scalar_subquery()
)


@dataclass(frozen=True)
class AttendanceImportView:
    """An import as pages show it. `counts` has "rows" and every `RowKind`; `warnings` are stored remarks (JSON).

    `day_columns` are the labels of the columns, or the captions of the rows, between which a user can choose if
    attendance is given for several days; `day_captions` are those captions (JSON, see `DayCaption`). `sheet_summaries`
    (JSON) describe the visible sheets, read or not. `meeting` is the application whose report of an online meeting it
    is; `minutes_rule` says how many minutes it was judged by. `batch_id` is the batch in which the list was uploaded,
    None if it was uploaded by itself.
    """

    id: int
    uploaded_file_id: int
    purpose: ImportPurpose
    status: ImportStatus
    session_code: str
    session_starts_at: datetime
    workshop_id: int
    workshop_code: str
    workshop_title: str
    file_name: str
    file_sha256: str
    file_bytes: int
    file_format: str | None
    sheet: str | None
    sheets: tuple[str, ...]
    header_row: int | None
    columns: tuple[dict[str, Any], ...]
    day_columns: tuple[str, ...]
    day_captions: tuple[list[Any], ...]
    sheet_summaries: tuple[dict[str, Any], ...]
    blank_means: str | None
    stated_total: int | None
    stated_total_of: str | None
    stated_date: date | None
    stated_until: date | None
    counts: dict[str, int]
    warnings: tuple[dict[str, Any], ...]
    failure: dict[str, Any] | None
    choices: dict[str, Any]
    basis: Basis
    uploaded_by: str | None
    uploaded_at: datetime
    committed_by: str | None
    committed_at: datetime | None
    undone_by: str | None
    undone_at: datetime | None
    meeting: str | None
    minutes_rule: MinutesRule | None
    batch_id: int | None = None

    @property
    def registers(self) -> bool:
        """Whether it is a list of people to register, without attendance."""
        return self.purpose is ImportPurpose.REGISTRATION

    @property
    def is_photo(self) -> bool:
        """Whether it was read from photos of a signed list."""
        return is_photo_import(self.file_format)

    @property
    def is_of_another_day(self) -> bool:
        """Whether the sheet states a day or days, and the session's WITA day is none of them."""
        if self.stated_date is None:
            return False
        day = wita(self.session_starts_at).date()
        return not self.stated_date <= day <= (self.stated_until or self.stated_date)

    @property
    def problem(self) -> Problem | None:
        """Why the file could not be read, or why reading or committing it failed; None if nothing failed."""
        if self.failure is None:
            return None
        return Problem(self.failure["text"], code=self.failure["code"], **self.failure["params"])

    @property
    def day_column(self) -> str | None:
        """The label of the column that is read of those of several days; None if it is not certain, or there is one."""
        return find_day_column(self.warnings)

    @property
    def open_rows(self) -> int:
        """The number of rows that need attention: those of kind "review" or "error"."""
        return self.counts.get("review", 0) + self.counts.get("error", 0)


def find_day_column(warnings: Iterable[dict[str, Any]]) -> str | None:
    """Return the label of the column, or the caption of the rows, that is read of those of several days, or None.

    The remark on them names it. None also while the remark asks which it is.
    """
    for remark in map(remark_from_json, warnings):
        if remark.code in NAMES_DAY and remark.level != "review":
            return str(remark.params.get("used") or "") or None
    return None


def get_attendance_import(db: Db, actor: Actor, import_id: int) -> AttendanceImport:
    """Return the database row of an import.

    Raises `Forbidden` if the actor's role may not see imports, and `NotFound` for an unknown id or out of the actor's
    scope.
    """
    actor.require(Permission.IMPORT_READ)
    attendance_import = db.scalars(
        select(AttendanceImport)
        .join(WorkshopSession, col(WorkshopSession.id) == col(AttendanceImport.workshop_session_id))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .where(col(AttendanceImport.id) == import_id, sessions_within(actor, Permission.IMPORT_READ))
    ).first()
    if attendance_import is None:
        raise NotFound(N_("There is no import %(attendance_import)s."), attendance_import=import_id)
    return attendance_import


def get_attendance_import_view(db: Db, actor: Actor, import_id: int) -> AttendanceImportView:
    """Return an import as pages show it.

    Raises `Forbidden` if the actor's role may not see imports, and `NotFound` for an unknown id or out of the actor's
    scope.
    """
    actor.require(Permission.IMPORT_READ)
    views = list_attendance_imports(db, actor, import_id=import_id)
    if not views:
        raise NotFound(N_("There is no import %(attendance_import)s."), attendance_import=import_id)
    return views[0]


def list_attendance_imports(
    db: Db,
    actor: Actor,
    *,
    import_id: int | None = None,
    session_code: str | None = None,
    uploaded_file_id: int | None = None,
    status: ImportStatus | None = None,
    with_batches: bool = True,
    before: int | None = None,
    limit: int | None = None,
) -> list[AttendanceImportView]:
    """Return the imports within the actor's scope for seeing imports, the newest (highest id) first.

    Each argument that is given narrows them: to one id, a session, a status, or for paging to ids below `before`, the
    id of the last import of the page before. Without `with_batches` there are none of lists that were uploaded with
    others and are decided about with them. Without `limit` all are returned.
    """
    statement = (
        select(
            AttendanceImport,
            WorkshopSession,
            Workshop,
            col(UploadedFile.name),
            col(UploadedFile.sha256),
            col(UploadedFile.size),
            col(User.name),
            col(Committer.name),
            col(Undoer.name),
            _BATCH_ID,
        )
        .join(WorkshopSession, col(WorkshopSession.id) == col(AttendanceImport.workshop_session_id))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .join(UploadedFile, col(UploadedFile.id) == col(AttendanceImport.uploaded_file_id))
        .outerjoin(User, col(User.id) == col(AttendanceImport.uploaded_by))
        .outerjoin(Committer, col(Committer.id) == col(AttendanceImport.committed_by))
        .outerjoin(Undoer, col(Undoer.id) == col(AttendanceImport.undone_by))
        .where(sessions_within(actor, Permission.IMPORT_READ))
        .order_by(col(AttendanceImport.id).desc())
        .limit(limit)
    )
    if import_id is not None:
        statement = statement.where(col(AttendanceImport.id) == import_id)
    if session_code is not None:
        statement = statement.where(col(WorkshopSession.code) == session_code)
    if uploaded_file_id is not None:
        statement = statement.where(col(AttendanceImport.uploaded_file_id) == uploaded_file_id)
    if status is not None:
        statement = statement.where(col(AttendanceImport.status) == status)
    if not with_batches:
        statement = statement.where(
            or_(col(AttendanceImport.status) != ImportStatus.REVIEW, _BATCH_ID.is_(None))
        )
    if before is not None:
        statement = statement.where(col(AttendanceImport.id) < before)
    return [_to_view(*line) for line in db.execute(statement)]


def get_sheet_summaries(attendance_import: AttendanceImport) -> tuple[dict[str, Any], ...]:
    """Return the stored summaries of the file's visible sheets: "name", "stated_date", "read" and "is_list"."""
    return tuple(attendance_import.reading.get("sheet_summaries", ()))


def _day_columns(attendance_import: AttendanceImport) -> tuple[str, ...]:
    """Return the labels of the columns of several days, as the sheet was read, or the captions of their rows."""
    remarks = map(remark_from_json, attendance_import.reading.get("warnings", ()))
    captions = day_captions_from_json(attendance_import.reading.get("day_captions", ()))
    texts = tuple(dict.fromkeys(caption.text for caption in captions if caption.text))
    return next((labels for remark in remarks if (labels := day_labels(remark))), texts)


def _to_view(
    attendance_import: AttendanceImport,
    workshop_session: WorkshopSession,
    workshop: Workshop,
    file_name: str,
    sha256: str,
    size: int,
    uploaded_by: str | None,
    committed_by: str | None,
    undone_by: str | None,
    batch_id: int | None,
) -> AttendanceImportView:
    return AttendanceImportView(
        id=attendance_import.id,
        uploaded_file_id=attendance_import.uploaded_file_id,
        purpose=attendance_import.purpose,
        status=attendance_import.status,
        session_code=workshop_session.code,
        session_starts_at=workshop_session.starts_at,
        workshop_id=workshop.id,
        workshop_code=workshop.code,
        workshop_title=workshop.title,
        file_name=file_name,
        file_sha256=sha256,
        file_bytes=size,
        file_format=attendance_import.file_format,
        sheet=attendance_import.sheet,
        sheets=tuple(attendance_import.sheets),
        header_row=attendance_import.header_row,
        columns=tuple(attendance_import.columns),
        day_columns=_day_columns(attendance_import),
        day_captions=tuple(attendance_import.reading.get("day_captions", ())),
        sheet_summaries=get_sheet_summaries(attendance_import),
        blank_means=attendance_import.blank_means.value if attendance_import.blank_means else None,
        stated_total=attendance_import.stated_total,
        stated_total_of=attendance_import.stated_total_of,
        stated_date=attendance_import.stated_date,
        stated_until=stated_until(attendance_import),
        counts=attendance_import.counts,
        warnings=tuple(attendance_import.warnings),
        failure=attendance_import.failure,
        choices=attendance_import.choices,
        basis=attendance_import.basis,
        uploaded_by=uploaded_by,
        uploaded_at=attendance_import.uploaded_at,
        committed_by=committed_by,
        committed_at=attendance_import.committed_at,
        undone_by=undone_by,
        undone_at=attendance_import.undone_at,
        meeting=find_meeting(attendance_import),
        minutes_rule=find_stored_minutes_rule(attendance_import),
        batch_id=batch_id,
    )
