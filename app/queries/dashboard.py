"""What the home page shows: what the user, by their role, has to do. A constant number of queries."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal, TypeAlias

from sqlalchemy import func, select
from sqlmodel import col

from app.database import Db
from app.i18n import Language, wita, wita_today
from app.models import ImportStatus, Message, MessageStatus, Registration, WorkshopSession
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.report import build_coverage_report
from app.queries.coverage.targets import target_exists
from app.queries.imports.attendance_imports import AttendanceImportView, list_attendance_imports
from app.queries.imports.batches.batches import BatchSummary, list_batches
from app.queries.installation.setup import SetupStepView
from app.queries.issued_reports.figures import find_official_report
from app.queries.scope import registrations_within
from app.queries.workshops.workshop_sessions import (
    WorkshopSessionView,
    list_coming_workshop_sessions,
    list_workshop_sessions_with_waiting_list,
    list_workshop_sessions_without_attendance,
)
from app.reports.coverage.report import CoverageReport, CoverageRow, group_progress

LIMIT = 10
MAX_CARDS = 3

# A mail that has waited for less is still on its way.
MAX_SENDING_TIME = timedelta(hours=1)

CardKind: TypeAlias = Literal[
    "setup",
    "approvals",
    "check-in",
    "review",
    "upload",
    "data-requests",
    "unsent",
    "proposals",
    "next-session",
    "coverage",
    "targets",
    "areas",
    "create",
]


@dataclass(frozen=True)
class Card:
    """What to do now: `count` things of a kind, the first of them a `workshop_session` where it is about sessions."""

    kind: CardKind
    count: int = 0
    workshop_session: WorkshopSessionView | None = None


@dataclass(frozen=True)
class Dashboard:
    """What the home page shows; the first ten of each list.

    `cards` are at most three, the most urgent first. `batches` have lists that are still to be saved; those are not
    `in_review`, where uploads of single lists are. `unsent` counts unsent mails by status, about sessions that are
    not over. `today` has, for users who may record attendance, the sessions that began or begin today or earlier and
    are not over; `coming` has the other sessions that are not over. The two together have at most ten. `report` is the
    coverage of the default period, the issued one if that is closed, for users who plan workshops or set targets, else
    None.
    """

    cards: tuple[Card, ...]
    batches: tuple[BatchSummary, ...]
    in_review: tuple[AttendanceImportView, ...]
    without_attendance: tuple[WorkshopSessionView, ...]
    with_waiting_list: tuple[WorkshopSessionView, ...]
    unsent: Mapping[MessageStatus, int]
    today: tuple[WorkshopSessionView, ...]
    coming: tuple[WorkshopSessionView, ...]
    report: CoverageReport | None

    @property
    def without_registrations(self) -> tuple[CoverageRow, ...]:
        """The rows of the kelurahan to be reached from which nobody is registered, by code.

        Empty without a report.
        """
        return _rows_without_registrations(self.report)

    @property
    def has_gap(self) -> bool:
        """Whether a kelurahan, or a target group of one, is not reached yet. False without a report."""
        if self.report is None:
            return False
        groups = group_progress(self.report)
        return bool(self.report.short_rows) or any(group.reached < group.kelurahan for group in groups)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do: neither a card nor a mail that was not sent."""
        return not (self.cards or self.unsent)


def get_dashboard(
    db: Db,
    report_db: Db,
    actor: Actor,
    language: Language,
    *,
    setup_steps: Iterable[SetupStepView] = (),
    waiting: Mapping[str, int],
) -> Dashboard:
    """Return what the home page shows the actor; what is out of their scope or role is empty or None.

    The coverage report is read from `report_db`, everything else from `db`. `setup_steps` are those of a new
    installation. `waiting` is how many things wait for the actor, by the address of their list.
    """
    coming = list_coming_workshop_sessions(db, actor, LIMIT)
    today = []
    if actor.can(Permission.ATTENDANCE_WRITE):
        today = [view for view in coming if wita(view.starts_at).date() <= wita_today()]
    plans = actor.can(Permission.WORKSHOP_WRITE) or actor.can(Permission.TARGET_WRITE)
    may_import = actor.can(Permission.IMPORT_READ)
    dashboard = Dashboard(
        cards=(),
        batches=tuple(list_batches(db, actor, only_open=True, limit=LIMIT) if may_import else ()),
        in_review=tuple(
            list_attendance_imports(db, actor, status=ImportStatus.REVIEW, with_batches=False, limit=LIMIT)
        ),
        without_attendance=tuple(list_workshop_sessions_without_attendance(db, actor, LIMIT)),
        with_waiting_list=tuple(list_workshop_sessions_with_waiting_list(db, actor, LIMIT)),
        unsent=_count_unsent(db, actor),
        today=tuple(today),
        coming=tuple(view for view in coming if view not in today),
        report=_load_report(report_db, actor, language) if plans else None,
    )
    open_steps = sum(view.state == "open" for view in setup_steps)
    cards = [Card("setup", open_steps)] if open_steps else []
    if actor.can(Permission.ATTENDANCE_WRITE):
        cards += _cards_of_work(dashboard, waiting)
    else:
        cards += [*_cards_of_targets(db, actor), *_cards_of_coverage(dashboard.report)]
    last = [Card("create")] if actor.can(Permission.WORKSHOP_WRITE) else []
    return replace(dashboard, cards=(*cards[: MAX_CARDS - len(last)], *last))


def _load_report(db: Db, actor: Actor, language: Language) -> CoverageReport:
    """Return the figures that the coverage page shows, without breakdowns and trend, which take most of the time."""
    filters = CoverageFilters()
    return find_official_report(db, actor, filters) or build_coverage_report(db, actor, filters, language)


def _cards_of_work(dashboard: Dashboard, waiting: Mapping[str, int]) -> Iterator[Card]:
    """Yield the cards of a user who records attendance, the most urgent first; the next session if none is today."""
    counts: dict[CardKind, int] = {
        "approvals": waiting.get("/administrasi/persetujuan", 0),
        "check-in": len(dashboard.today),
        "review": len(dashboard.batches) + len(dashboard.in_review),
        "upload": len(dashboard.without_attendance),
        "data-requests": waiting.get("/permintaan-data", 0),
        "unsent": sum(dashboard.unsent.values()),
        "proposals": waiting.get("/usulan", 0),
        "next-session": 0 if dashboard.today else len(dashboard.coming),
    }
    sessions: dict[CardKind, tuple[WorkshopSessionView, ...]] = {
        "check-in": dashboard.today,
        "upload": dashboard.without_attendance,
        "next-session": dashboard.coming,
    }
    for kind, count in counts.items():
        if count:
            yield Card(kind, count, next(iter(sessions.get(kind, ())), None))


def _cards_of_coverage(report: CoverageReport | None) -> Iterator[Card]:
    """Yield the cards of a user who only reads: how far the city is, and from where nobody is registered."""
    if report is None:
        return
    yield Card("coverage")
    if areas := _rows_without_registrations(report):
        yield Card("areas", len(areas))


def _cards_of_targets(db: Db, actor: Actor) -> list[Card]:
    """Return the card that no target of this year is set, whose count is the year, if the actor may set them."""
    year = wita_today().year
    is_set = db.scalar(select(target_exists(year))) if actor.can(Permission.TARGET_WRITE) else True
    return [] if is_set else [Card("targets", year)]


def _rows_without_registrations(report: CoverageReport | None) -> tuple[CoverageRow, ...]:
    return tuple(row for row in report.short_rows if row.state == "none") if report else ()


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
