"""Closed periods, and the uploads that came in after the report was issued that closed them."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlmodel import col

from app.database import Db
from app.i18n import wita
from app.models import AttendanceImport, ClosedPeriod, ImportStatus, IssuedReport, WorkshopSession
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.registrations import session_conditions
from app.reports.official import ClosedPeriodNote
from app.reports.periods import Period

# An upload in one of these states may still bring figures.
OPEN_STATES = (ImportStatus.READING, ImportStatus.REVIEW, ImportStatus.COMMITTING)


def get_closing_report(db: Db, period: Period) -> IssuedReport | None:
    """Return the newest report of the closed period with exactly these days; None if there is no such period."""
    statement = (
        select(IssuedReport)
        .join(ClosedPeriod, col(ClosedPeriod.issued_report_id) == col(IssuedReport.id))
        .where(col(ClosedPeriod.period_from) == period.from_, col(ClosedPeriod.period_to) == period.to)
    )
    return db.scalars(statement).first()


def list_closed_periods(db: Db, period: Period) -> tuple[ClosedPeriodNote, ...]:
    """Return the closed periods that have a day in common with `period`, the earliest first. Takes two queries."""
    closed = db.execute(
        select(
            col(ClosedPeriod.period_from),
            col(ClosedPeriod.period_to),
            col(IssuedReport.number),
            col(IssuedReport.issued_at),
        )
        .join(IssuedReport, col(IssuedReport.id) == col(ClosedPeriod.issued_report_id))
        .where(col(ClosedPeriod.period_from) <= period.to, col(ClosedPeriod.period_to) >= period.from_)
        .order_by(col(ClosedPeriod.period_from))
    ).all()
    if not closed:
        return ()
    all_days = Period(from_=closed[0].period_from, to=closed[-1].period_to)
    uploads = db.execute(
        select(col(WorkshopSession.starts_at), col(AttendanceImport.committed_at))
        .join(WorkshopSession, col(WorkshopSession.id) == col(AttendanceImport.workshop_session_id))
        .where(is_late(all_days, min(row.issued_at for row in closed)))
    ).all()
    return tuple(
        ClosedPeriodNote(
            period=Period(from_=row.period_from, to=row.period_to),
            number=row.number,
            late_uploads=sum(
                committed_at > row.issued_at and row.period_from <= wita(starts_at).date() <= row.period_to
                for starts_at, committed_at in uploads
            ),
        )
        for row in closed
    )


def find_closed_period_of(db: Db, moment: datetime) -> IssuedReport | None:
    """Return the newest report of the closed period in which the WITA day of `moment` lies, None if there is none."""
    day = wita(moment).date()
    statement = (
        select(IssuedReport)
        .join(ClosedPeriod, col(ClosedPeriod.issued_report_id) == col(IssuedReport.id))
        .where(col(ClosedPeriod.period_from) <= day, col(ClosedPeriod.period_to) >= day)
    )
    return db.scalars(statement).first()


def is_late(period: Period, issued_at: datetime, until: datetime | None = None) -> ColumnElement[bool]:
    """Return the condition on `AttendanceImport` and `WorkshopSession` for uploads that a report doesn't count.

    They were committed after it was issued, for sessions of its period; with `until`, only those committed until then.
    """
    committed_at = col(AttendanceImport.committed_at)
    conditions = [
        col(AttendanceImport.status) == ImportStatus.COMMITTED,
        committed_at > issued_at,
        *session_conditions(period, CoverageFilters()),
    ]
    return and_(*conditions, *([committed_at <= until] if until else []))
