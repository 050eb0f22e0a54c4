"""What everyone may know of an issued report that they have a number, a checksum or a file of."""

import re
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import func
from sqlmodel import select

from app.database import Db
from app.models import IssuedReport, SignedScan
from app.queries.issued_reports.reports import IssuedReportView, list_revisions
from app.queries.issued_reports.signatures import SignatureView, list_signatures
from app.queries.issued_reports.verification import Verification, verify_text
from app.queries.open_data import is_of_whole_year
from app.reports.coverage.report import Filters
from app.reports.coverage.stored import revive_report
from app.reports.official import Classification
from app.reports.open_data.figures import public_figures

_NUMBER = re.compile(r"([0-9]{1,6})[/\s-]*([A-Z]{2,10})[/\s-]*([IVX]{1,4})[/\s-]*([0-9]{4})")


@dataclass(frozen=True, kw_only=True)
class StatedFigures:
    """Totals of the city in a year; None is a total that open data hide, too.

    `with_target` of the `kelurahan` have a target, and are `reached` by as many participants; others by one.
    """

    participants: int | None
    reached: int | None
    kelurahan: int
    with_target: int
    sessions: int


@dataclass(frozen=True, kw_only=True)
class PublicReport:
    """What is public of an issued report, beside its number, period and date.

    `title`, `figures`, `filters` and what its revisions changed are public if its class is "biasa" (`is_ordinary`),
    `figures` only of a whole year without filters, as in open data. `filters` is None without any. `revisions` have
    replaced it, the earliest first. `scans` counts the scans of copies signed on paper.
    """

    report: IssuedReportView
    is_ordinary: bool
    figures: StatedFigures | None
    filters: Filters | None
    revisions: tuple[IssuedReportView, ...]
    signatures: tuple[SignatureView, ...]
    scans: int


def verify_typed(db: Db, text: str) -> Verification:
    """Return what `verify_text` finds; of a number also with spaces, words before it, and without leading zeros."""
    return verify_text(db, find_number(text) or text)


def find_number(text: str) -> str:
    """Return the number of a report in what was typed, as it is printed; "" if there is none."""
    found = _NUMBER.search(text.upper())
    if found is None or len("".join(text.split())) >= 64:
        return ""
    return f"{int(found[1]):03}/{found[2]}/{found[3]}/{found[4]}"


def load_public_report(db: Db, report: IssuedReportView) -> PublicReport:
    """Return what is public of the report."""
    row = db.get_one(IssuedReport, report.id)
    is_ordinary = report.classification is Classification.ORDINARY
    scans = select(func.count()).select_from(SignedScan).where(SignedScan.issued_report_id == report.id)
    later = [other for other in list_revisions(db, report) if other.id > report.id]
    # Totals of a part of the city or of the year are not public: subtracted from others they could tell a hidden one.
    has_public_totals = is_ordinary and is_of_whole_year(row)
    return PublicReport(
        report=report,
        is_ordinary=is_ordinary,
        figures=_read_figures(row.report) if has_public_totals else None,
        filters=revive_report(row.report).filters if is_ordinary and report.is_filtered else None,
        revisions=tuple(sorted(later, key=lambda other: other.id)),
        signatures=tuple(list_signatures(db, row)),
        scans=db.exec(scans).one(),
    )


@lru_cache(maxsize=32)
def _read_figures(stored: str) -> StatedFigures:
    """Return the totals of a stored report. Kept, since finding what is hidden takes a tenth of a second."""
    figures = revive_report(stored)
    totals = public_figures(figures).totals
    return StatedFigures(
        participants=totals.participants,
        reached=totals.covered,
        kelurahan=totals.kelurahan,
        with_target=figures.totals.with_target,
        sessions=len(figures.sessions),
    )
