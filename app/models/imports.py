"""Attendance imports (unggahan): the uploaded file, its judged rows, and remembered column mappings."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, LargeBinary
from sqlmodel import Field, SQLModel

from app.models.base import Instant, JsonDocument, choice, index_where_present, now
from app.models.registrations import Basis


class ImportPurpose(StrEnum):
    """What a list is for: recording attendance, or registering its people, which says nothing about attendance."""

    ATTENDANCE = "attendance"
    REGISTRATION = "registration"


class ImportStatus(StrEnum):
    READING = "reading"
    REVIEW = "review"
    COMMITTING = "committing"
    COMMITTED = "committed"
    UNDONE = "undone"
    FAILED = "failed"


class RowKind(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    SKIP = "skip"
    REVIEW = "review"
    ERROR = "error"


class BlankMeans(StrEnum):
    PRESENT = "present"
    ABSENT = "absent"


class UploadedFile(SQLModel, table=True):
    """The uploaded bytes, encrypted because they contain NIKs. Servers are stateless, so the database has them.

    `content` is empty once it was erased because of a person in it (`erased_at`), or was kept long enough
    (`expired_at`).
    """

    __tablename__ = "uploaded_file"

    id: int = Field(default=None, primary_key=True)
    name: str
    sha256: str = Field(max_length=64, index=True)
    size: int
    content: bytes = Field(sa_type=LargeBinary)
    erased_at: datetime | None = Field(default=None, sa_type=Instant)
    expired_at: datetime | None = Field(default=None, sa_type=Instant)


class AttendanceImport(SQLModel, table=True):
    """One uploaded list: how its file was read, what was set for it, and what became of its rows.

    `columns`, `reading` and `preview` (encrypted) are the output of reading; `choices` is what a person set.
    `judged_at` is the number of recorded changes that the judgement took into account
    (`services.imports.judging.count_changes`); the judgement is valid while it stays the same. `others` are the ids of
    the registrations that the commit marked absent because the sheet doesn't list them. `removed` are the attendances
    that it removed because an earlier list named the people and this one doesn't: "registration" and the attendance's
    columns, from which the undo restores them. `failure` says why reading or
    committing failed; judging the import again clears it. `erased_at` is when rows of it were emptied because a person
    was erased, `expired_at` when all were because they had been kept long enough; both rule out an undo.
    """

    __tablename__ = "attendance_import"
    __table_args__ = (
        CheckConstraint("status <> 'committed' OR committed_at IS NOT NULL", name="committed"),
        CheckConstraint("basis <> 'consent'", name="basis_of_list"),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    workshop_session_id: int = Field(foreign_key="workshop_session.id", index=True)
    uploaded_file_id: int = Field(foreign_key="uploaded_file.id", index=True)
    status: ImportStatus = Field(sa_type=choice(ImportStatus, "status"))
    file_format: str | None = Field(default=None, max_length=5)
    sheet: str | None = None
    sheets: list[str] = Field(default_factory=list, sa_type=JsonDocument)
    header_row: int | None = None
    columns: list[dict[str, Any]] = Field(default_factory=list, sa_type=JsonDocument)
    preview: str = ""
    reading: dict[str, Any] = Field(default_factory=dict, sa_type=JsonDocument)
    choices: dict[str, Any] = Field(default_factory=dict, sa_type=JsonDocument)
    blank_means: BlankMeans | None = Field(default=None, sa_type=choice(BlankMeans, "blank_means"))
    stated_total: int | None = None
    stated_total_of: str | None = Field(default=None, max_length=10)
    stated_date: date | None = None
    warnings: list[dict[str, Any]] = Field(default_factory=list, sa_type=JsonDocument)
    counts: dict[str, int] = Field(default_factory=dict, sa_type=JsonDocument)
    others: list[int] = Field(default_factory=list, sa_type=JsonDocument)
    removed: list[dict[str, Any]] = Field(
        default_factory=list, sa_type=JsonDocument, sa_column_kwargs={"server_default": "[]"}
    )
    failure: dict[str, Any] | None = Field(default=None, sa_type=JsonDocument)
    judged_at: int = 0
    basis: Basis = Field(default=Basis.PUBLIC_TASK, sa_type=choice(Basis, "basis"))
    purpose: ImportPurpose = Field(
        default=ImportPurpose.ATTENDANCE,
        sa_type=choice(ImportPurpose, "purpose"),
        sa_column_kwargs={"server_default": "attendance"},
    )
    uploaded_by: int | None = Field(default=None, foreign_key="app_user.id", index=True)
    uploaded_at: datetime = Field(default_factory=now, sa_type=Instant)
    committed_at: datetime | None = Field(default=None, sa_type=Instant)
    committed_by: int | None = Field(default=None, foreign_key="app_user.id")
    undone_at: datetime | None = Field(default=None, sa_type=Instant)
    undone_by: int | None = Field(default=None, foreign_key="app_user.id")
    erased_at: datetime | None = Field(default=None, sa_type=Instant)
    expired_at: datetime | None = Field(default=None, sa_type=Instant)


class AttendanceImportRow(SQLModel, table=True):
    """One participant's row of the sheet.

    `cells` are the typed cells as read or corrected, except those that hold a NIK: these are one encrypted JSON
    document, `cells_encrypted`. `decision` is what a person chose; `result` the judged values, except the NIK, which
    is `nik_encrypted`. `participant_id` is the person that the row was found to name, or that the commit created from
    it; what the commit wrote is that person's registration for the import's session. `before` and `after` are the
    states of person, registration and attendance before and after the commit, from which it is undone.
    """

    __tablename__ = "attendance_import_row"
    # Rows without a person are not in the index, which makes storing a long sheet faster.
    __table_args__ = (index_where_present("attendance_import_row", "participant_id"),)

    attendance_import_id: int = Field(foreign_key="attendance_import.id", primary_key=True)
    number: int = Field(primary_key=True)
    kind: RowKind = Field(sa_type=choice(RowKind, "kind"))
    cells: dict[str, Any] = Field(sa_type=JsonDocument)
    cells_encrypted: str | None = None
    corrected: list[str] = Field(default_factory=list, sa_type=JsonDocument)
    decision: dict[str, Any] | None = Field(default=None, sa_type=JsonDocument)
    result: dict[str, Any] = Field(sa_type=JsonDocument)
    nik_encrypted: str | None = None
    messages: list[dict[str, Any]] = Field(default_factory=list, sa_type=JsonDocument)
    of_number: int | None = None
    participant_id: int | None = Field(default=None, foreign_key="participant.id", ondelete="SET NULL")
    before: dict[str, Any] | None = Field(default=None, sa_type=JsonDocument)
    after: dict[str, Any] | None = Field(default=None, sa_type=JsonDocument)


class ColumnMapping(SQLModel, table=True):
    """The columns that a person set for a list, reused for the organization's next list with the same headings.

    `headings` is the SHA-256 of the normalised headings; `columns` maps a column's index to its field, or to None where
    the column is ignored.
    """

    __tablename__ = "column_mapping"

    organization_id: int = Field(foreign_key="organization.id", primary_key=True)
    headings: str = Field(max_length=64, primary_key=True)
    columns: dict[str, str | None] = Field(sa_type=JsonDocument)
    remembered_by: int | None = Field(default=None, foreign_key="app_user.id")
    remembered_at: datetime = Field(default_factory=now, sa_type=Instant)
