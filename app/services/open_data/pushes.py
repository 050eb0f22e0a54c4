"""When open data is pushed to the data portal, and how the pushes went."""

from datetime import timedelta

from app.database import Db
from app.models import IssuedReport, OpenDataPush, OutboxKind
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.open_data import is_of_whole_year
from app.services.activities import log_activity
from app.services.open_data.ckan import PushFailed
from app.services.outbox import queue_once

# How long a push waits after each attempt at which the portal was not reached; after the last one it has failed.
RETRY_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (5, 30, 120, 240))


def request_push(db: Db, actor: Actor) -> None:
    """Queue a push of all open data and log it. Raises `Forbidden` for all who may not issue reports."""
    actor.require(Permission.REPORT_ISSUE)
    if push := db.get(OpenDataPush, 1):
        push.attempts = 0
    queue_once(db, OutboxKind.PUSH_OPEN_DATA)
    log_activity(db, actor, "push", "open-data", 1)


def queue_push_of(db: Db, report: IssuedReport) -> None:
    """Queue a push if issuing this report has changed the open data. Without a portal the task does nothing."""
    if is_of_whole_year(report):
        queue_once(db, OutboxKind.PUSH_OPEN_DATA)


def record_push(db: Db, reports: list[str], portal_url: str) -> None:
    """Store that the portal has these reports now, by their numbers and checksums."""
    db.merge(OpenDataPush(pushed_at=now(), pushed_reports=reports, portal_url=portal_url))


def record_failure(db: Db, failure: PushFailed) -> timedelta | None:
    """Store that a push failed, and return after what time it is tried again; None if it isn't."""
    push = db.get(OpenDataPush, 1) or OpenDataPush()
    push.failed_at, push.failure, push.answer = now(), failure.code, failure.answer
    push.attempts += 1
    db.add(push)
    if not failure.is_temporary or push.attempts > len(RETRY_DELAYS):
        return None
    return RETRY_DELAYS[push.attempts - 1]
