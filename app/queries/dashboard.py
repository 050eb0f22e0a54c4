"""What waits for whoever is logged in, each role for its own. A constant number of queries."""

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
from app.queries.coverage.counts import CoverageFilters
from app.queries.coverage.report import coverage
from app.queries.imports.attendance_imports import AttendanceImportView, attendance_imports
from app.queries.scope import registrations_within
from app.queries.workshops.workshop_sessions import (
    WorkshopSessionView,
    coming_workshop_sessions,
    workshop_sessions_with_waiting_list,
    workshop_sessions_without_attendance,
)
from app.reports.coverage.report import CoverageReport, CoverageRow, group_standings

SHOWN = 10

# What waits for less is on its way.
SENT_WITHIN = timedelta(hours=1)


@dataclass(frozen=True)
class Dashboard:
    """Of each kind the first ten. `unsent` counts mails about sessions that aren't over yet.

    `today` and `coming` are sessions that aren't over, those that have begun among today's; for those who record
    no attendance all are `coming`. `report` is None for those who neither plan workshops nor set targets;
    `without_anyone` are its kelurahan from which nobody registered.
    """

    in_review: tuple[AttendanceImportView, ...]
    without_attendance: tuple[WorkshopSessionView, ...]
    with_waiting_list: tuple[WorkshopSessionView, ...]
    unsent: Mapping[MessageStatus, int]
    today: tuple[WorkshopSessionView, ...]
    coming: tuple[WorkshopSessionView, ...]
    report: CoverageReport | None

    @property
    def without_anyone(self) -> tuple[CoverageRow, ...]:
        rows = self.report.short_rows if self.report else ()
        return tuple(row for row in rows if row.state == "none")

    @property
    def is_short(self) -> bool:
        """Whether a kelurahan, or a group there, hasn't reached its target."""
        if self.report is None:
            return False
        groups = group_standings(self.report)
        return self.report.totals.gap > 0 or any(one.reached < one.kelurahan for one in groups)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not any(
            (
                self.in_review,
                self.without_attendance,
                self.with_waiting_list,
                self.unsent,
                self.today,
                self.is_short,
            )
        )


def dashboard(look: Db, reports: Db, actor: Actor, language: Language) -> Dashboard:
    """`reports` is the handle for what takes longer to count."""
    coming = coming_workshop_sessions(look, actor, SHOWN)
    records = actor.can(Permission.ATTENDANCE_WRITE)
    begins_today = [records and wita(held.starts_at).date() <= wita_today() for held in coming]
    plans = actor.can(Permission.WORKSHOP_WRITE) or actor.can(Permission.TARGET_WRITE)
    return Dashboard(
        in_review=tuple(attendance_imports(look, actor, status=ImportStatus.REVIEW, limit=SHOWN)),
        without_attendance=tuple(workshop_sessions_without_attendance(look, actor, SHOWN)),
        with_waiting_list=tuple(workshop_sessions_with_waiting_list(look, actor, SHOWN)),
        unsent=_unsent(look, actor),
        today=tuple(held for held, today in zip(coming, begins_today, strict=True) if today),
        coming=tuple(held for held, today in zip(coming, begins_today, strict=True) if not today),
        report=coverage(reports, actor, CoverageFilters(), language) if plans else None,
    )


def _unsent(db: Db, actor: Actor) -> dict[MessageStatus, int]:
    """Mails that failed, may not have arrived, or have waited for long, by their status."""
    status = col(Message.status)
    waits_for_long = (status == MessageStatus.WAITING) & (col(Message.created_at) < now() - SENT_WITHIN)
    lines = db.execute(
        select(status, func.count())
        .join(Registration, col(Registration.id) == col(Message.registration_id))
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .where(
            registrations_within(actor, Permission.ATTENDANCE_WRITE),
            status.in_((MessageStatus.FAILED, MessageStatus.UNKNOWN)) | waits_for_long,
            col(WorkshopSession.ends_at) > now(),
        )
        .group_by(status)
        .order_by(status)
    )
    return {line[0]: line[1] for line in lines}
