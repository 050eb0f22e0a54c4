"""What the home page of administrators says about the installation's health."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.database import Db
from app.models import HealthReport
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.operation.health_lines import HealthState

# The background work checks every ten minutes.
MAX_AGE = timedelta(minutes=30)


@dataclass(frozen=True)
class HealthNotice:
    """What was not in order at the last check: the names of its lines, as msgids.

    `is_outdated`: the last check is so long ago that nobody does the background work.
    """

    checked_at: datetime
    failed: tuple[str, ...]
    warnings: tuple[str, ...]
    is_outdated: bool


def find_health_notice(db: Db, actor: Actor) -> HealthNotice | None:
    """Return what is to be said; None if all was in order, before the first check, and for all but administrators."""
    if not actor.can(Permission.USER_WRITE):
        return None
    report = db.get(HealthReport, 1)
    if report is None or report.checked_at is None:
        return None
    notice = HealthNotice(
        report.checked_at,
        tuple(name for name, state in report.states.items() if state == HealthState.FAILED),
        tuple(name for name, state in report.states.items() if state == HealthState.WARNING),
        is_outdated=now() - report.checked_at > MAX_AGE,
    )
    return notice if notice.failed or notice.warnings or notice.is_outdated else None
