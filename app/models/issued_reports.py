"""Reports that were issued: their figures and files as they were then, signatures and scans, and closed periods."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Instant, JsonDocument, now


class IssuedReport(SQLModel, table=True):
    """A report with a number ("001/JGK/XI/2026"), whose figures and files never change.

    `year` and `sequence` count the numbers of each WITA year. `filters` are the codes and ids of `CoverageFilters`
    without the period. `figures` is the canonical JSON of figures, filters and rule, `checksum` its SHA-256; `report`
    is the whole `CoverageReport`, from which pages show it again. A revision refers to the report that it replaces, and
    says what it changes and why; a report is replaced at most once.
    """

    __tablename__ = "issued_report"
    __table_args__ = (
        UniqueConstraint("year", "sequence"),
        CheckConstraint("sequence > 0", name="sequence"),
        CheckConstraint("period_to >= period_from", name="period"),
        CheckConstraint("(revises_id IS NULL) = (what_changed = '')", name="revision"),
        CheckConstraint("classification IN ('biasa', 'terbatas', 'rahasia')", name="classification"),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    number: str = Field(unique=True, max_length=40)
    year: int
    sequence: int
    title: str
    classification: str = Field(max_length=20)
    narrative: str
    signatories: list[dict[str, Any]] = Field(sa_type=JsonDocument)
    period_from: date = Field(index=True)
    period_to: date
    filters: dict[str, Any] = Field(sa_type=JsonDocument)
    figures: str
    report: str
    checksum: str = Field(max_length=64, index=True)
    revises_id: int | None = Field(default=None, foreign_key="issued_report.id", unique=True)
    what_changed: str = ""
    request_key: str = Field(unique=True, max_length=64)
    issued_at: datetime = Field(default_factory=now, sa_type=Instant)
    issued_by: int | None = Field(default=None, foreign_key="app_user.id")


class IssuedReportFile(SQLModel, table=True):
    """A file of an issued report, made once: "json", "csv", "xlsx", "pdf", or the PDF with electronic signatures.

    The PDF with one signature is "signed-pdf", with two "signed-pdf-2" and so on (`ElectronicSignature`).
    """

    __tablename__ = "issued_report_file"
    __table_args__ = (UniqueConstraint("issued_report_id", "kind"),)

    id: int = Field(default=None, primary_key=True)
    issued_report_id: int = Field(foreign_key="issued_report.id", index=True)
    kind: str = Field(max_length=20)
    name: str
    media_type: str
    size: int
    sha256: str = Field(max_length=64, index=True)
    content: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(default_factory=now, sa_type=Instant)


class ElectronicSignature(SQLModel, table=True):
    """An electronic signature on the PDF of an issued report, that BSrE's service made for a signatory.

    `issued_report_file_id` is the PDF with this signature and those before it. `signatory` is the position in the
    report's `signatories`, from 0, or NULL for the seal of the organization. `document_id` is the service's id of the
    file, "" without one. `certificate_names` are the names in the certificates of all signatures of the file, which
    the service read when it confirmed them (`checked_at`, NULL until then). Who signed is named by these alone: NIK,
    passphrase and TOTP are passed on and never stored.
    """

    __tablename__ = "electronic_signature"
    __table_args__ = (
        UniqueConstraint("issued_report_id", "signatory"),
        CheckConstraint("signatory >= 0", name="signatory"),
    )

    id: int = Field(default=None, primary_key=True)
    issued_report_id: int = Field(foreign_key="issued_report.id")
    issued_report_file_id: int = Field(foreign_key="issued_report_file.id", unique=True)
    signatory: int | None = None
    document_id: str = ""
    certificate_names: list[str] = Field(sa_type=JsonDocument)
    checked_at: datetime | None = Field(default=None, sa_type=Instant)
    signed_at: datetime = Field(default_factory=now, sa_type=Instant)
    signed_by: int | None = Field(default=None, foreign_key="app_user.id")


class SignedScan(SQLModel, table=True):
    """A scan of an issued report that was signed on paper. It may show handwriting, so it is kept encrypted."""

    __tablename__ = "signed_scan"
    __table_args__ = (UniqueConstraint("issued_report_id", "sha256"),)

    id: int = Field(default=None, primary_key=True)
    issued_report_id: int = Field(foreign_key="issued_report.id", index=True)
    name: str
    media_type: str
    size: int
    sha256: str = Field(max_length=64, index=True)
    content_encrypted: bytes = Field(sa_type=LargeBinary)
    uploaded_at: datetime = Field(default_factory=now, sa_type=Instant)
    uploaded_by: int | None = Field(default=None, foreign_key="app_user.id")


class ClosedPeriod(SQLModel, table=True):
    """A period whose official figures are those of an issued report, until a revision replaces it.

    Closed periods don't overlap.
    """

    __tablename__ = "closed_period"
    __table_args__ = (CheckConstraint("period_to >= period_from", name="period"),)

    id: int = Field(default=None, primary_key=True)
    period_from: date = Field(unique=True)
    period_to: date = Field(unique=True)
    issued_report_id: int = Field(foreign_key="issued_report.id", unique=True)
    closed_at: datetime = Field(default_factory=now, sa_type=Instant)
    closed_by: int | None = Field(default=None, foreign_key="app_user.id")
