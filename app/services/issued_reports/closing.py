"""Closes a period: its official figures are from then on those of an issued report."""

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.errors import Conflict
from app.i18n import N_, date_text, wita, wita_today
from app.models import AttendanceImport, ClosedPeriod, IssuedReport, WorkshopSession
from app.permissions import Actor, Permission
from app.queries.issued_reports.closed_periods import find_closed_period_of, list_closed_periods
from app.queries.issued_reports.reports import (
    IssuedReportView,
    get_issued_report,
    list_open_uploads,
    list_reports_in_force,
)
from app.services.activities import log_activity
from app.services.locks import lock_issued_reports

PERIOD_CLOSED = N_(
    "This upload can't be undone: its period is closed by report %(number)s, which counts it. Correct the attendance "
    "of single people instead; the next revision of the report counts that."
)


def close_period(db: Db, actor: Actor, slug: str, *, despite_open_uploads: bool = False) -> ClosedPeriod:
    """Close the period of an issued report, and log it. Does nothing if the report has closed it already.

    Raises `Forbidden` without `REPORT_ISSUE`, `NotFound`, and `Conflict` if the report can't close its period (see
    `require_closable`), or with the code "open-uploads" if uploads of the period are still read or reviewed, unless
    `despite_open_uploads`: what they bring is then listed as having come in after the closing.
    """
    actor.require(Permission.REPORT_ISSUE)
    lock_issued_reports(db)
    report = get_issued_report(db, actor, slug)
    closed = db.scalars(select(ClosedPeriod).where(col(ClosedPeriod.issued_report_id) == report.id)).first()
    if closed:
        return closed
    require_closable(db, report)
    open_uploads = list_open_uploads(db, actor, report.period, report.filters)
    if open_uploads and not despite_open_uploads:
        raise Conflict(
            N_("Uploads of this period are still in review. Confirm that the period is closed without them."),
            code="open-uploads",
        )
    closed = ClosedPeriod(
        period_from=report.period.from_,
        period_to=report.period.to,
        issued_report_id=report.id,
        closed_by=actor.user_id,
    )
    db.add(closed)
    db.flush()
    log_activity(
        db,
        actor,
        "close-period",
        "issued-report",
        report.slug,
        after={
            "period_from": report.period.from_.isoformat(),
            "period_to": report.period.to.isoformat(),
            "open_uploads": len(open_uploads),
        },
    )
    return closed


def require_closable(db: Db, report: IssuedReportView) -> None:
    """Raise `Conflict` unless the report can close its period.

    The codes are "already-revised", "report-filtered", "newer-report" if a later one has the same period,
    "period-not-over", "issued-too-early" if it was issued before the period was over, and "period-overlaps" if another
    closed period has a day in common with it.
    """
    last_day = date_text(report.period.to)
    if report.revised_by:
        raise Conflict(
            N_("This report was revised already, by %(number)s."),
            code="already-revised",
            number=report.revised_by,
        )
    if report.is_filtered:
        raise Conflict(
            N_("Only a report on all workshops and the whole city can close a period; this one is filtered."),
            code="report-filtered",
        )
    newest = list_reports_in_force(db, report.period, report.filters)[0]
    if newest.id != report.id:
        raise Conflict(
            N_("There is a newer report on this period, %(number)s: close the period with that one."),
            code="newer-report",
            number=newest.number,
        )
    if report.period.to >= wita_today():
        raise Conflict(
            N_("The period isn't over yet: its last day is %(day)s."), code="period-not-over", day=last_day
        )
    if wita(report.issued_at).date() <= report.period.to:
        raise Conflict(
            N_("The report was issued before the period was over (%(day)s). Revise it first."),
            code="issued-too-early",
            day=last_day,
        )
    for closed in list_closed_periods(db, report.period):
        raise Conflict(
            N_("Report %(number)s has closed a period with some of the same days: %(first)s to %(last)s."),
            code="period-overlaps",
            number=closed.number,
            first=date_text(closed.period.from_),
            last=date_text(closed.period.to),
        )


def find_closing_report(db: Db, attendance_import: AttendanceImport) -> IssuedReport | None:
    """Return the report of a closed period that counts what this import has committed, None if there is none."""
    workshop_session = db.get_one(WorkshopSession, attendance_import.workshop_session_id)
    report = find_closed_period_of(db, workshop_session.starts_at)
    committed_at = attendance_import.committed_at
    is_counted = report is not None and committed_at is not None and committed_at <= report.issued_at
    return report if is_counted else None


def require_not_closed(db: Db, attendance_import: AttendanceImport) -> None:
    """Raise `Conflict` with the code "period-closed" if the report of a closed period counts the import."""
    if report := find_closing_report(db, attendance_import):
        raise Conflict(PERIOD_CLOSED, code="period-closed", number=report.number)
