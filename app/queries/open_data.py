"""The issued reports whose figures everyone may see, and how the data portal got them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.models import IssuedReport, OpenDataPush, OutboxKind, OutboxTask
from app.permissions import Actor, Permission
from app.queries.installation.letterhead import get_letterhead
from app.reports.coverage.stored import revive_report
from app.reports.official import Classification
from app.reports.open_data.published import OpenData, PublishedReport


class _Report(Protocol):
    """A row of `IssuedReport`, or some of its columns."""

    period_from: date
    period_to: date
    filters: dict[str, Any]


@dataclass(frozen=True)
class PortalStatus:
    """How the pushes to the data portal went.

    `pushed_at` is None before the first success. `failure` is the code of the failure since then with the portal's
    `answer`, "" without one. `is_waiting`: a push is queued, or will be tried again. `is_current`: the portal has what
    is published now.
    """

    pushed_at: datetime | None
    url: str
    failure: str
    answer: str
    is_waiting: bool
    is_current: bool


def load_open_data(db: Db, site: str) -> OpenData:
    """Return the published reports: of each year the newest that was issued for the whole year, without filters.

    A year whose newest report is not for everyone (`Classification`) has none. The publisher is named by the letterhead
    of the newest report. `site` is the URL of the service.
    """
    ids = [row.id for row in _choose_reports(db)]
    reports = db.scalars(
        select(IssuedReport)
        .where(col(IssuedReport.id).in_(ids))
        .order_by(col(IssuedReport.period_from).desc())
    )
    published = tuple(
        PublishedReport(report.number, report.checksum, report.issued_at, revive_report(report.report))
        for report in reports
    )
    newest = max(published, key=lambda report: report.issued_at, default=None)
    return OpenData(published, site, newest.report.letterhead if newest else get_letterhead(db))


def list_published_reports(db: Db) -> list[str]:
    """Return numbers and checksums of the reports of `load_open_data`, which change whenever what is published does."""
    return [f"{row.number} {row.checksum}" for row in _choose_reports(db)]


def is_of_whole_year(report: _Report) -> bool:
    """Return whether a report is about a whole year and has no filter."""
    first, last = report.period_from, report.period_to
    return first == date(last.year, 1, 1) and last == date(last.year, 12, 31) and not report.filters


def get_portal_status(db: Db, actor: Actor) -> PortalStatus:
    """Return how the pushes went. Raises `Forbidden` without `REPORT_ISSUE`."""
    actor.require(Permission.REPORT_ISSUE)
    push = db.get(OpenDataPush, 1) or OpenDataPush()
    waiting = select(col(OutboxTask.id)).where(col(OutboxTask.kind) == OutboxKind.PUSH_OPEN_DATA).limit(1)
    return PortalStatus(
        pushed_at=push.pushed_at,
        url=push.portal_url,
        failure=push.failure,
        answer=push.answer,
        is_waiting=db.scalar(waiting) is not None,
        is_current=push.pushed_at is not None and push.pushed_reports == list_published_reports(db),
    )


def _choose_reports(db: Db) -> list[Any]:
    """Return id, number and checksum of the newest report of each whole year, if it is for everyone."""
    statement = select(
        col(IssuedReport.id),
        col(IssuedReport.number),
        col(IssuedReport.checksum),
        col(IssuedReport.classification),
        col(IssuedReport.period_from),
        col(IssuedReport.period_to),
        col(IssuedReport.filters),
    ).order_by(col(IssuedReport.id))
    newest = {row.period_from.year: row for row in db.execute(statement) if is_of_whole_year(row)}
    return [row for row in newest.values() if row.classification == Classification.ORDINARY]
