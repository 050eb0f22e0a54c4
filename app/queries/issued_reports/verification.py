"""Verification: whether a file, a checksum or a number is that of an issued report."""

import re
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.models import IssuedReport, IssuedReportFile, SignedScan
from app.permissions import OPERATOR
from app.queries.issued_reports.reports import IssuedReportView, get_issued_report, number_of

SCAN = "scan"
CHECKSUM = "checksum"
NUMBER = "number"

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Verdict(StrEnum):
    """What a verification found: an issued report, one that a revision has replaced, or nothing."""

    GENUINE = "genuine"
    REVISED = "revised"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Verification:
    """The report that was found, and by what: a kind of file such as "pdf", or `SCAN`, `CHECKSUM` or `NUMBER`.

    `report` is None and `found_by` "" for what is unknown. `newest` is the last of its revisions, the report itself if
    there is none.
    """

    report: IssuedReportView | None = None
    newest: IssuedReportView | None = None
    found_by: str = ""

    @property
    def verdict(self) -> Verdict:
        if self.report is None:
            return Verdict.UNKNOWN
        return Verdict.REVISED if self.report.revised_by else Verdict.GENUINE


UNKNOWN = Verification()


def verify_text(db: Db, text: str) -> Verification:
    """Return what is found by a typed number, as printed or as in addresses, or by a SHA-256 in hexadecimal."""
    compact = "".join(text.split())
    if _SHA256.fullmatch(compact.lower()):
        return verify_sha256(db, compact.lower())
    return _verification(db, number_of(compact), NUMBER)


def verify_sha256(db: Db, sha256: str) -> Verification:
    """Return what is found by the SHA-256 of a file of a report, of a scan, or of its figures."""
    of_file = (
        select(col(IssuedReport.number), col(IssuedReportFile.kind))
        .join(IssuedReportFile, col(IssuedReportFile.issued_report_id) == col(IssuedReport.id))
        .where(col(IssuedReportFile.sha256) == sha256)
    )
    if row := db.execute(of_file).first():
        return _verification(db, row.number, row.kind)
    of_scan = (
        select(col(IssuedReport.number))
        .join(SignedScan, col(SignedScan.issued_report_id) == col(IssuedReport.id))
        .where(col(SignedScan.sha256) == sha256)
    )
    if number := db.scalar(of_scan):
        return _verification(db, number, SCAN)
    of_figures = (
        select(col(IssuedReport.number))
        .where(col(IssuedReport.checksum) == sha256)
        .order_by(col(IssuedReport.id).desc())
    )
    if number := db.scalar(of_figures):
        return _verification(db, number, CHECKSUM)
    return UNKNOWN


def _verification(db: Db, number: str, found_by: str) -> Verification:
    """Return the report with this number and the last of its revisions; `UNKNOWN` without such a report."""
    if not db.scalar(select(col(IssuedReport.id)).where(col(IssuedReport.number) == number)):
        return UNKNOWN
    report = newest = get_issued_report(db, OPERATOR, number)
    while newest.revised_by:
        newest = get_issued_report(db, OPERATOR, newest.revised_by)
    return Verification(report=report, newest=newest, found_by=found_by)
