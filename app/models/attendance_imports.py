"""Unggahan: an uploaded attendance sheet, its judged rows, and what was there before it was committed."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, LargeBinary
from sqlmodel import Field, SQLModel

from app.models.base import Instant, JsonDocument, choice, index_where_present, now
from app.models.registrations import Basis


class ImportPurpose(StrEnum):
    """A list of who was there, or of who is to be registered; the second says nothing of attendance."""

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
    """The bytes as they were uploaded, encrypted, for they hold NIKs. Servers keep no files of their own."""

    __tablename__ = "uploaded_file"

    id: int = Field(default=None, primary_key=True)
    name: str
    sha256: str = Field(max_length=64, index=True)
    size: int
    content: bytes = Field(sa_type=LargeBinary)


class AttendanceImport(SQLModel, table=True):
    """`columns` and `reading` are as the reader gave them, `preview` too, encrypted; `choices` is what a person set.

    `judged_at` is the number of recorded changes that the judgement knew of (`services.imports.judging.count_changes`): while
    it stays the same, the judgement holds. `others` are the registrations that a commit marked absent as unlisted.
    `failure` is why the file couldn't be read, or why reading or committing it broke off; judging it clears that.
    """

    __tablename__ = "attendance_import"
    __table_args__ = (
        CheckConstraint("status <> 'committed' OR committed_at IS NOT NULL", name="committed"),
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


class AttendanceImportRow(SQLModel, table=True):
    """One participant's row of the sheet.

    `cells` is what the sheet (or a correction) says, typed, with a NIK encrypted; `decision` what a person
    chose; `result` the judged values; `participant_id` whom it was found to name, or whom the commit made of it: what
    it wrote is that person's registration for the import's session. `before` and `after` are what the commit found
    and left of the person, registration and attendance, by which it is undone.
    """

    __tablename__ = "attendance_import_row"
    # Rows that name nobody yet stay out of the index: a long sheet is kept, and later linked, sooner.
    __table_args__ = (index_where_present("attendance_import_row", "participant_id"),)

    attendance_import_id: int = Field(foreign_key="attendance_import.id", primary_key=True)
    number: int = Field(primary_key=True)
    kind: RowKind = Field(sa_type=choice(RowKind, "kind"))
    cells: dict[str, Any] = Field(sa_type=JsonDocument)
    corrected: list[str] = Field(default_factory=list, sa_type=JsonDocument)
    decision: dict[str, Any] | None = Field(default=None, sa_type=JsonDocument)
    result: dict[str, Any] = Field(sa_type=JsonDocument)
    messages: list[dict[str, Any]] = Field(default_factory=list, sa_type=JsonDocument)
    of_number: int | None = None
    participant_id: int | None = Field(default=None, foreign_key="participant.id", ondelete="SET NULL")
    before: dict[str, Any] | None = Field(default=None, sa_type=JsonDocument)
    after: dict[str, Any] | None = Field(default=None, sa_type=JsonDocument)
