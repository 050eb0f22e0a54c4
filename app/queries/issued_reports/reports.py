"""Issued reports as lists and pages show them, with their files, revisions, and the uploads that came in later."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import (
    AttendanceImport,
    ClosedPeriod,
    ImportStatus,
    IssuedReport,
    IssuedReportFile,
    User,
    Workshop,
    WorkshopSession,
)
from app.permissions import Actor, Permission
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.registrations import session_conditions
from app.queries.issued_reports.closed_periods import OPEN_STATES, is_late
from app.queries.scope import sessions_within
from app.reports.coverage.report import CoverageReport
from app.reports.coverage.stored import revive_report
from app.reports.formats.download import Download
from app.reports.official import Classification, Signatory
from app.reports.periods import Period

NO_SUCH_REPORT = N_("There is no issued report with this number.")

# The order in which a report's files are listed.
SIGNED_PDF = "signed-pdf"
FILE_KINDS = ("pdf", SIGNED_PDF, "xlsx", "csv", "json")

_Revision = aliased(IssuedReport)
_Revised = aliased(IssuedReport)


@dataclass(frozen=True, kw_only=True)
class IssuedReportView:
    """An issued report without its figures.

    `revises` and `revised_by` are the numbers of the reports that it replaces and that replaces it, "" without one.
    `closes` says whether the official figures of its period are its own.
    """

    id: int
    number: str
    title: str
    classification: Classification
    period: Period
    filters: CoverageFilters
    checksum: str
    issued_at: datetime
    issued_by: str
    revises: str
    revised_by: str
    what_changed: str
    closes: bool

    @property
    def slug(self) -> str:
        """The number as addresses have it: "001-JGK-XI-2026"."""
        return slug_of(self.number)

    @property
    def is_filtered(self) -> bool:
        """Whether it reports on less than all workshops and the whole city."""
        return self.filters != CoverageFilters(self.period.from_, self.period.to)


@dataclass(frozen=True, kw_only=True)
class IssuedFile:
    """A stored file of an issued report, without its content."""

    kind: str
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class PeriodUpload:
    """An upload for a session of a report's period; `import_id` is None if it is out of the actor's scope."""

    import_id: int | None
    status: ImportStatus
    workshop_title: str
    session_code: str
    starts_at: datetime
    uploaded_at: datetime
    committed_at: datetime | None


def slug_of(number: str) -> str:
    """Return a number as addresses have it: "001-JGK-XI-2026" for "001/JGK/XI/2026"."""
    return number.replace("/", "-")


def number_of(slug: str) -> str:
    """Return the number that an address or a user means: "001/JGK/XI/2026" for "001-jgk-xi-2026"."""
    return slug.strip().upper().replace("-", "/")


def list_issued_reports(
    db: Db, actor: Actor, *, before: int | None = None, limit: int
) -> list[IssuedReportView]:
    """Return issued reports, the newest first; with `before` only those with a lower id.

    Raises `Forbidden` without `COVERAGE_READ`.
    """
    actor.require(Permission.COVERAGE_READ)
    statement = _views().order_by(col(IssuedReport.id).desc()).limit(limit)
    if before is not None:
        statement = statement.where(col(IssuedReport.id) < before)
    return [_view(row) for row in db.execute(statement)]


def list_reports_in_force(db: Db, period: Period, filters: CoverageFilters) -> list[IssuedReportView]:
    """Return the reports with this period and these filters that no revision has replaced, the newest first."""
    statement = _views().where(
        col(IssuedReport.period_from) == period.from_,
        col(IssuedReport.period_to) == period.to,
        col(_Revision.id).is_(None),
    )
    views = [_view(row) for row in db.execute(statement.order_by(col(IssuedReport.id).desc()))]
    wanted = replace(filters, from_=period.from_, to=period.to)
    return [view for view in views if view.filters == wanted]


def get_issued_report(db: Db, actor: Actor, slug: str) -> IssuedReportView:
    """Return the report with this number, as an address has it. Raises `Forbidden` and `NotFound`."""
    actor.require(Permission.COVERAGE_READ)
    row = db.execute(_views().where(col(IssuedReport.number) == number_of(slug))).first()
    if row is None:
        raise NotFound(NO_SUCH_REPORT)
    return _view(row)


def load_issued_figures(db: Db, report_id: int) -> CoverageReport:
    """Return the whole report as it was issued."""
    return revive_report(
        db.scalars(select(col(IssuedReport.report)).where(col(IssuedReport.id) == report_id)).one()
    )


def list_revisions(db: Db, report: IssuedReportView) -> list[IssuedReportView]:
    """Return the first report of a chain of revisions and all that replaced it, the newest first."""
    first_id = report.id
    while earlier := db.scalar(select(col(IssuedReport.revises_id)).where(col(IssuedReport.id) == first_id)):
        first_id = earlier
    chain = (
        select(col(IssuedReport.id).label("id"))
        .where(col(IssuedReport.id) == first_id)
        .cte("chain", recursive=True)
    )
    later = select(col(_Revision.id)).join(chain, col(_Revision.revises_id) == chain.c.id)
    chain = chain.union_all(later)
    statement = (
        _views().where(col(IssuedReport.id).in_(select(chain.c.id))).order_by(col(IssuedReport.id).desc())
    )
    return [_view(row) for row in db.execute(statement)]


def list_issued_files(db: Db, report_id: int) -> list[IssuedFile]:
    """Return the files of a report in the order of `FILE_KINDS`, those with several signatures after the first."""
    names = ("kind", "name", "media_type", "size", "sha256", "created_at")
    statement = select(*(getattr(IssuedReportFile, name) for name in names)).where(
        col(IssuedReportFile.issued_report_id) == report_id
    )
    files = [IssuedFile(**dict(zip(names, row, strict=True))) for row in db.execute(statement)]
    return sorted(files, key=lambda file: (_order_of(file.kind), file.created_at))


def _order_of(kind: str) -> int:
    """Return the position of a kind in `FILE_KINDS`; "signed-pdf-2" has that of "signed-pdf"."""
    return FILE_KINDS.index(SIGNED_PDF if kind.startswith(SIGNED_PDF) else kind)


def get_issued_file(db: Db, actor: Actor, slug: str, kind: str) -> Download:
    """Return a stored file as it was made. Raises `Forbidden`, and `NotFound` for an unknown number or kind."""
    actor.require(Permission.COVERAGE_READ)
    statement = (
        select(col(IssuedReportFile.name), col(IssuedReportFile.media_type), col(IssuedReportFile.content))
        .join(IssuedReport, col(IssuedReport.id) == col(IssuedReportFile.issued_report_id))
        .where(col(IssuedReport.number) == number_of(slug), col(IssuedReportFile.kind) == kind)
    )
    row = db.execute(statement).first()
    if row is None:
        raise NotFound(NO_SUCH_REPORT)
    return Download(row.name, row.media_type, row.content)


def list_late_uploads(db: Db, actor: Actor, report: IssuedReportView) -> list[PeriodUpload]:
    """Return the uploads that came in after the report was issued, the earliest first.

    For a report that was revised, only those that its revision counts.
    """
    until = db.scalar(select(col(IssuedReport.issued_at)).where(col(IssuedReport.revises_id) == report.id))
    statement = _uploads(actor, report.period, report.filters).where(
        is_late(report.period, report.issued_at, until)
    )
    return _list_uploads(db, statement.order_by(col(AttendanceImport.committed_at), col(AttendanceImport.id)))


def list_open_uploads(db: Db, actor: Actor, period: Period, filters: CoverageFilters) -> list[PeriodUpload]:
    """Return the uploads for sessions of a report that are read, reviewed or saved now, the earliest first."""
    statement = _uploads(actor, period, filters).where(col(AttendanceImport.status).in_(OPEN_STATES))
    return _list_uploads(db, statement.order_by(col(AttendanceImport.uploaded_at), col(AttendanceImport.id)))


def get_last_signatories(db: Db) -> tuple[Signatory, ...]:
    """Return the signatories of the newest report, from which the form of the next one is filled in."""
    signatories = db.scalar(
        select(col(IssuedReport.signatories)).order_by(col(IssuedReport.id).desc()).limit(1)
    )
    return tuple(Signatory(**signatory) for signatory in signatories or ())


def _views() -> Select[Any]:
    """Return the statement for `_view`."""
    return (
        select(
            col(IssuedReport.id),
            col(IssuedReport.number),
            col(IssuedReport.title),
            col(IssuedReport.classification),
            col(IssuedReport.period_from),
            col(IssuedReport.period_to),
            col(IssuedReport.filters),
            col(IssuedReport.checksum),
            col(IssuedReport.issued_at),
            col(IssuedReport.what_changed),
            col(User.name).label("issued_by"),
            col(_Revised.number).label("revises"),
            col(_Revision.number).label("revised_by"),
            col(ClosedPeriod.id).label("closed_period_id"),
        )
        .outerjoin(User, col(User.id) == col(IssuedReport.issued_by))
        .outerjoin(_Revised, col(_Revised.id) == col(IssuedReport.revises_id))
        .outerjoin(_Revision, col(_Revision.revises_id) == col(IssuedReport.id))
        .outerjoin(ClosedPeriod, col(ClosedPeriod.issued_report_id) == col(IssuedReport.id))
    )


def _view(row: Any) -> IssuedReportView:
    """Return the view of a row of `_views`."""
    return IssuedReportView(
        id=row.id,
        number=row.number,
        title=row.title,
        classification=Classification(row.classification),
        period=Period(from_=row.period_from, to=row.period_to),
        filters=CoverageFilters(row.period_from, row.period_to, **row.filters),
        checksum=row.checksum,
        issued_at=row.issued_at,
        issued_by=row.issued_by or "",
        revises=row.revises or "",
        revised_by=row.revised_by or "",
        what_changed=row.what_changed,
        closes=row.closed_period_id is not None,
    )


def _uploads(actor: Actor, period: Period, filters: CoverageFilters) -> Select[*tuple[Any, ...]]:
    """Return the statement for the uploads of the sessions that a report selects, for `_list_uploads`."""
    return (
        select(
            col(AttendanceImport.id),
            sessions_within(actor, Permission.IMPORT_READ).label("within"),
            col(AttendanceImport.status),
            col(Workshop.title),
            col(WorkshopSession.code),
            col(WorkshopSession.starts_at),
            col(AttendanceImport.uploaded_at),
            col(AttendanceImport.committed_at),
        )
        .join(WorkshopSession, col(WorkshopSession.id) == col(AttendanceImport.workshop_session_id))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .where(*session_conditions(period, filters))
    )


def _list_uploads(db: Db, statement: Select[*tuple[Any, ...]]) -> list[PeriodUpload]:
    rows: Iterable[Any] = db.execute(statement)
    return [
        PeriodUpload(
            import_id=row.id if row.within else None,
            status=row.status,
            workshop_title=row.title,
            session_code=row.code,
            starts_at=row.starts_at,
            uploaded_at=row.uploaded_at,
            committed_at=row.committed_at,
        )
        for row in rows
    ]
