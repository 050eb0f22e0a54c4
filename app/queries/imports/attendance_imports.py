"""Imports as lists and pages show them, and the rows behind them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_, wita
from app.models import (
    AttendanceImport,
    AttendanceImportRow,
    Basis,
    ImportPurpose,
    ImportStatus,
    RowKind,
    UploadedFile,
    User,
    Workshop,
    WorkshopSession,
)
from app.permissions import Actor, Permission
from app.queries.imports.rows import Correction, stated_until
from app.queries.in_values import in_values
from app.queries.scope import workshops_within

# What the outbox is about to do, or doing: there is something to wait for.
UNDER_WAY = (ImportStatus.READING, ImportStatus.COMMITTING)

Committer, Undoer = aliased(User), aliased(User)


@dataclass(frozen=True)
class AttendanceImportView:
    """`counts` has "rows" and every kind; `warnings` and `failure` are remarks as they are kept."""

    id: int
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

    @property
    def registers(self) -> bool:
        """Whether it is a list of people to register, which says nothing of attendance."""
        return self.purpose is ImportPurpose.REGISTRATION

    @property
    def is_of_another_day(self) -> bool:
        """Whether the sheet names a day, and the session's isn't among those that it names."""
        if self.stated_date is None:
            return False
        day = wita(self.session_starts_at).date()
        return not self.stated_date <= day <= (self.stated_until or self.stated_date)

    @property
    def open_rows(self) -> int:
        """Rows that need a person's attention."""
        return self.counts.get("review", 0) + self.counts.get("error", 0)


def attendance_import_by_id(db: Db, actor: Actor, import_id: int) -> AttendanceImport:
    """The row itself, for changing it. Raises `NotFound` where it isn't within the actor's reach."""
    found = db.scalars(
        select(AttendanceImport)
        .join(WorkshopSession, col(WorkshopSession.id) == col(AttendanceImport.workshop_session_id))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .where(col(AttendanceImport.id) == import_id, workshops_within(actor, Permission.ATTENDANCE_WRITE))
    ).first()
    if found is None:
        raise NotFound(N_("There is no import %(attendance_import)s."), attendance_import=import_id)
    return found


def attendance_import(db: Db, actor: Actor, import_id: int) -> AttendanceImportView:
    """One import. Raises `NotFound` where it isn't within the actor's reach."""
    found = attendance_imports(db, actor, import_id=import_id)
    if not found:
        raise NotFound(N_("There is no import %(attendance_import)s."), attendance_import=import_id)
    return found[0]


def attendance_imports(
    db: Db,
    actor: Actor,
    *,
    import_id: int | None = None,
    session_code: str | None = None,
    status: ImportStatus | None = None,
    before: int | None = None,
    limit: int | None = None,
) -> list[AttendanceImportView]:
    """Imports within the actor's reach, the newest first; `before` an id for paging."""
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
        )
        .join(WorkshopSession, col(WorkshopSession.id) == col(AttendanceImport.workshop_session_id))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .join(UploadedFile, col(UploadedFile.id) == col(AttendanceImport.uploaded_file_id))
        .outerjoin(User, col(User.id) == col(AttendanceImport.uploaded_by))
        .outerjoin(Committer, col(Committer.id) == col(AttendanceImport.committed_by))
        .outerjoin(Undoer, col(Undoer.id) == col(AttendanceImport.undone_by))
        .where(workshops_within(actor, Permission.ATTENDANCE_WRITE))
        .order_by(col(AttendanceImport.id).desc())
        .limit(limit)
    )
    if import_id is not None:
        statement = statement.where(col(AttendanceImport.id) == import_id)
    if session_code is not None:
        statement = statement.where(col(WorkshopSession.code) == session_code)
    if status is not None:
        statement = statement.where(col(AttendanceImport.status) == status)
    if before is not None:
        statement = statement.where(col(AttendanceImport.id) < before)
    return [_view(*found) for found in db.execute(statement)]


def import_rows(
    db: Db,
    import_id: int,
    *,
    kinds: Sequence[RowKind] = (),
    after: int = 0,
    limit: int | None = None,
    numbers: Collection[int] | None = None,
) -> Sequence[AttendanceImportRow]:
    """An import's rows in the sheet's order, those after row `after`. The import was found within reach before."""
    statement = (
        select(AttendanceImportRow)
        .where(
            col(AttendanceImportRow.attendance_import_id) == import_id,
            col(AttendanceImportRow.number) > after,
        )
        .order_by(col(AttendanceImportRow.number))
        .limit(limit)
    )
    if kinds:
        statement = statement.where(col(AttendanceImportRow.kind).in_(kinds))
    if numbers is not None:
        statement = statement.where(in_values(db, col(AttendanceImportRow.number), numbers))
    return db.scalars(statement).all()


def row_corrections(db: Db, import_id: int) -> dict[int, Correction]:
    """What people changed in the rows of an import, by row number."""
    return {
        row.number: Correction({field: row.cells[field] for field in row.corrected}, row.decision)
        for row in import_rows(db, import_id)
        if row.corrected or row.decision
    }


def _view(
    found: AttendanceImport,
    workshop_session: WorkshopSession,
    workshop: Workshop,
    file_name: str,
    sha256: str,
    size: int,
    uploaded_by: str | None,
    committed_by: str | None,
    undone_by: str | None,
) -> AttendanceImportView:
    return AttendanceImportView(
        id=found.id,
        purpose=found.purpose,
        status=found.status,
        session_code=workshop_session.code,
        session_starts_at=workshop_session.starts_at,
        workshop_id=workshop.id,
        workshop_code=workshop.code,
        workshop_title=workshop.title,
        file_name=file_name,
        file_sha256=sha256,
        file_bytes=size,
        file_format=found.file_format,
        sheet=found.sheet,
        sheets=tuple(found.sheets),
        header_row=found.header_row,
        columns=tuple(found.columns),
        blank_means=found.blank_means.value if found.blank_means else None,
        stated_total=found.stated_total,
        stated_total_of=found.stated_total_of,
        stated_date=found.stated_date,
        stated_until=stated_until(found),
        counts=found.counts,
        warnings=tuple(found.warnings),
        failure=found.failure,
        choices=found.choices,
        basis=found.basis,
        uploaded_by=uploaded_by,
        uploaded_at=found.uploaded_at,
        committed_by=committed_by,
        committed_at=found.committed_at,
        undone_by=undone_by,
        undone_at=found.undone_at,
    )
