"""What the home page shows: what the user, by their role, has to do. A constant number of queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlmodel import col

from app.database import Db
from app.i18n import Language, wita, wita_today
from app.models import ImportStatus, Message, MessageStatus, Registration, WorkshopSession
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.report import build_coverage_report
from app.queries.imports.attendance_imports import AttendanceImportView, list_attendance_imports
from app.queries.scope import registrations_within
from app.queries.workshops.workshop_sessions import (
    WorkshopSessionView,
    list_coming_workshop_sessions,
    list_workshop_sessions_with_waiting_list,
    list_workshop_sessions_without_attendance,
)
from app.reports.coverage.report import CoverageReport, CoverageRow, group_progress

LIMIT = 10

# A mail that has waited for less is still on its way.
MAX_SENDING_TIME = timedelta(hours=1)


@dataclass(frozen=True)
class Dashboard:
    """What the home page shows; the first ten of each list.

    `unsent` counts unsent mails by status, about sessions that are not over. `today` has, for users who may record
    attendance, the sessions that began or begin today or earlier and are not over; `coming` has the other sessions that
    are not over. The two together have at most ten. `report` is the coverage of the default period, for users who plan
    workshops or set targets, else None.
    """

    in_review: tuple[AttendanceImportView, ...]
    without_attendance: tuple[WorkshopSessionView, ...]
    with_waiting_list: tuple[WorkshopSessionView, ...]
    unsent: Mapping[MessageStatus, int]
    today: tuple[WorkshopSessionView, ...]
    coming: tuple[WorkshopSessionView, ...]
    report: CoverageReport | None

    @property
    def without_registrations(self) -> tuple[CoverageRow, ...]:
        """The rows of the kelurahan below their target from which nobody is registered, by code.

        Empty without a report.
        """
        rows = self.report.short_rows if self.report else ()
        return tuple(row for row in rows if row.state == "none")

    @property
    def has_gap(self) -> bool:
        """Whether a kelurahan, or a target group of one, has not reached its target. False without a report."""
        if self.report is None:
            return False
        groups = group_progress(self.report)
        return self.report.totals.gap > 0 or any(group.reached < group.kelurahan for group in groups)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do: every list but `coming` is empty, and there is no gap."""
        return not any(
            (
                self.in_review,
                self.without_attendance,
                self.with_waiting_list,
                self.unsent,
                self.today,
                self.has_gap,
            )
        )


def get_dashboard(db: Db, report_db: Db, actor: Actor, language: Language) -> Dashboard:
    """Return what the home page shows the actor; what is out of their scope or role is empty or None.

    The coverage report is read from `report_db`, everything else from `db`.
    """
    coming = list_coming_workshop_sessions(db, actor, LIMIT)
    today = []
    if actor.can(Permission.ATTENDANCE_WRITE):
        today = [view for view in coming if wita(view.starts_at).date() <= wita_today()]
    plans = actor.can(Permission.WORKSHOP_WRITE) or actor.can(Permission.TARGET_WRITE)
    return Dashboard(
        in_review=tuple(list_attendance_imports(db, actor, status=ImportStatus.REVIEW, limit=LIMIT)),
        without_attendance=tuple(list_workshop_sessions_without_attendance(db, actor, LIMIT)),
        with_waiting_list=tuple(list_workshop_sessions_with_waiting_list(db, actor, LIMIT)),
        unsent=_count_unsent(db, actor),
        today=tuple(today),
        coming=tuple(view for view in coming if view not in today),
        report=build_coverage_report(report_db, actor, CoverageFilters(), language) if plans else None,
    )


def _count_unsent(db: Db, actor: Actor) -> dict[MessageStatus, int]:
    """Return, by status, the number of mails that failed, may not have arrived, or have waited more than an hour.

    Only mails about sessions that are not over, within the actor's scope for recording attendance. A status without
    such mails is no key.
    """
    status = col(Message.status)
    waits_too_long = (status == MessageStatus.WAITING) & (col(Message.created_at) < now() - MAX_SENDING_TIME)
    rows = db.execute(
        select(status, func.count())
        .join(Registration, col(Registration.id) == col(Message.registration_id))
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .where(
            registrations_within(actor, Permission.ATTENDANCE_WRITE),
            status.in_((MessageStatus.FAILED, MessageStatus.UNKNOWN)) | waits_too_long,
            col(WorkshopSession.ends_at) > now(),
        )
        .group_by(status)
        .order_by(status)
    )
    return {row[0]: row[1] for row in rows}
