"""What has been signed of an issued report: electronic signatures on its PDF, and scans of paper copies."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import defer
from sqlmodel import col, select

from app.database import Db
from app.errors import NotFound
from app.models import ElectronicSignature, IssuedReport, IssuedReportFile, SignedScan, User
from app.permissions import Actor, Permission
from app.queries.issued_reports.reports import NO_SUCH_REPORT, SIGNED_PDF, number_of


@dataclass(frozen=True)
class SignatureView:
    """An electronic signature. `name` and `role` are the signatory's as the report prints them, "" for a seal."""

    signatory: int | None
    name: str
    role: str
    file_kind: str
    certificate_names: tuple[str, ...]
    checked_at: datetime | None
    signed_at: datetime

    @property
    def is_seal(self) -> bool:
        return self.signatory is None


@dataclass(frozen=True)
class ScanView:
    """A scan of a paper copy, without its content."""

    id: int
    name: str
    size: int
    uploaded_at: datetime
    uploaded_by: str


def get_report_to_sign(db: Db, actor: Actor, slug: str) -> IssuedReport:
    """Return the report with this number, as an address has it. Raises `Forbidden` and `NotFound`."""
    actor.require(Permission.COVERAGE_READ)
    report = db.exec(select(IssuedReport).where(IssuedReport.number == number_of(slug))).first()
    if report is None:
        raise NotFound(NO_SUCH_REPORT)
    return report


def list_signatures(db: Db, report: IssuedReport) -> list[SignatureView]:
    """Return the electronic signatures on the report's PDF, in their order."""
    statement = (
        select(ElectronicSignature, IssuedReportFile.kind)
        .join(IssuedReportFile, col(IssuedReportFile.id) == col(ElectronicSignature.issued_report_file_id))
        .where(ElectronicSignature.issued_report_id == report.id)
        .order_by(col(ElectronicSignature.id))
    )
    return [_signature_view(signature, kind, report) for signature, kind in db.exec(statement)]


def _signature_view(signature: ElectronicSignature, kind: str, report: IssuedReport) -> SignatureView:
    position = signature.signatory
    signatory = report.signatories[position] if position is not None else {}
    return SignatureView(
        signatory=position,
        name=signatory.get("name", ""),
        role=signatory.get("role", ""),
        file_kind=kind,
        certificate_names=tuple(signature.certificate_names),
        checked_at=signature.checked_at,
        signed_at=signature.signed_at,
    )


def list_scans(db: Db, report: IssuedReport) -> list[ScanView]:
    """Return the scans of paper copies of the report, in the order in which they were uploaded."""
    statement = (
        select(SignedScan, col(User.name))
        .options(defer(SignedScan.content_encrypted))  # type: ignore[arg-type]
        .outerjoin(User, col(User.id) == col(SignedScan.uploaded_by))
        .where(SignedScan.issued_report_id == report.id)
        .order_by(col(SignedScan.id))
    )
    return [
        ScanView(scan.id, scan.name, scan.size, scan.uploaded_at, name or "")
        for scan, name in db.exec(statement)
    ]


def get_pdf_to_sign(db: Db, report: IssuedReport) -> IssuedReportFile:
    """Return the PDF that the next signature is added to: the one signed last, else the one that was issued.

    Raises `NotFound` if the report has no PDF.
    """
    statement = (
        select(IssuedReportFile)
        .where(
            IssuedReportFile.issued_report_id == report.id,
            col(IssuedReportFile.media_type) == "application/pdf",
        )
        .order_by(col(IssuedReportFile.id).desc())
        .limit(1)
    )
    newest = db.exec(statement).first()
    if newest is None:
        raise NotFound(NO_SUCH_REPORT)
    return newest


def signed_kind(count: int) -> str:
    """Return the kind of the file with `count` signatures: "signed-pdf", "signed-pdf-2" and so on."""
    return SIGNED_PDF if count == 1 else f"{SIGNED_PDF}-{count}"


def unsigned_signatories(report: IssuedReport, signatures: Collection[SignatureView]) -> list[int]:
    """Return the positions of the signatories who have not signed electronically."""
    signed = {signature.signatory for signature in signatures}
    return [position for position in range(len(report.signatories)) if position not in signed]


def is_replaced(db: Db, report: IssuedReport) -> bool:
    """Return whether a revision has replaced the report."""
    return db.exec(select(IssuedReport.id).where(IssuedReport.revises_id == report.id)).first() is not None
