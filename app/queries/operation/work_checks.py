"""Checks of what is done in the background: the queue, its consumer, messages, backups and restore drills."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import col

from app.database import Db
from app.i18n import N_
from app.models import BackupKind, BackupRun, Message, MessageStatus, ReportMail
from app.models.base import now
from app.queries.messages.messages import HELD_BACK
from app.queries.operation.background import BackgroundState
from app.queries.operation.health_lines import HealthLine, failed, ok, size_text, warning

QUEUE = N_("Queue of background work")
WORKER = N_("Background work")
MESSAGES = N_("Messages")
BACKUP = N_("Last backup")
DRILL = N_("Last restore drill")

# The longest task, the commit of a very long list, takes minutes.
MAX_QUEUED = timedelta(minutes=15)
# Another process takes over within ten seconds.
MAX_SILENCE = timedelta(minutes=1)
# What has waited for less is still on its way.
MAX_SENDING_TIME = timedelta(hours=1)
COUNTED = timedelta(days=1)
# A wrong address now and then is no fault of the installation.
MIN_FAILED = 3
MAX_FAILED_SHARE = 0.1
MAX_BACKUP_AGE = timedelta(hours=36)


def check_queue(state: BackgroundState) -> HealthLine:
    """Return how many tasks wait, and for how long the oldest of them. Postponed tasks are not counted."""
    if state.oldest_task_at is None:
        return ok("queue", QUEUE, N_("Nothing waits."))
    if now() - state.oldest_task_at > MAX_QUEUED:
        return warning(
            "queue",
            QUEUE,
            N_("%(count)s tasks wait, the oldest since %(at)s."),
            N_("Look whether the background work runs, and into the log for what it fails at."),
            count=state.tasks,
            at=state.oldest_task_at,
        )
    return ok(
        "queue",
        QUEUE,
        N_("%(count)s tasks wait or are being done, for less than a quarter of an hour."),
        count=state.tasks,
    )


def check_worker(state: BackgroundState) -> HealthLine:
    """Return whether a process does the background work."""
    if state.renewed_at is not None and now() - state.renewed_at < MAX_SILENCE:
        return ok("worker", WORKER, N_("A process does it; it last said so at %(at)s."), at=state.renewed_at)
    advice = N_(
        "Start 'jangkau serve' or 'jangkau worker'. Until then no mail is sent and no long list is saved."
    )
    if state.renewed_at is None:
        return warning("worker", WORKER, N_("No process does it."), advice)
    return warning("worker", WORKER, N_("No process has done it since %(at)s."), advice, at=state.renewed_at)


def check_messages(db: Db, *, has_mail_server: bool) -> HealthLine:
    """Return how many messages wait, and how many of the last day failed or may not have arrived.

    Without a mail server they are expected to wait.
    """
    counts = _count_messages(db)
    waiting, sent = counts[MessageStatus.WAITING], counts[MessageStatus.SENT]
    lost = counts[MessageStatus.FAILED] + counts[MessageStatus.UNKNOWN]
    params = {
        "waiting": waiting,
        "failed": counts[MessageStatus.FAILED],
        "unknown": counts[MessageStatus.UNKNOWN],
    }
    text = N_(
        "%(waiting)s have waited for more than an hour. Of the last day %(failed)s failed, and %(unknown)s may not "
        "have arrived."
    )
    if waiting and has_mail_server:
        return warning(
            "messages", MESSAGES, text, N_("See Messages for what the mail server answers."), **params
        )
    if lost >= MIN_FAILED and lost > MAX_FAILED_SHARE * (lost + sent):
        return warning(
            "messages",
            MESSAGES,
            text,
            N_("See Messages for the reasons; there they can be sent again."),
            **params,
        )
    return ok("messages", MESSAGES, text, **params)


def _count_messages(db: Db) -> dict[MessageStatus, int]:
    """Return the number of messages and report mails of the last day by status, and of all that have waited too long.

    Without messages that were held back on purpose.
    """
    messages = select(col(Message.status), col(Message.created_at)).where(
        func.coalesce(col(Message.error), "") != HELD_BACK
    )
    sent = messages.union_all(select(col(ReportMail.status), col(ReportMail.created_at))).subquery()
    is_waiting = sent.c.status == MessageStatus.WAITING
    waits_too_long = is_waiting & (sent.c.created_at < now() - MAX_SENDING_TIME)
    rows = db.execute(
        select(sent.c.status, func.count())
        .where(waits_too_long | (~is_waiting & (sent.c.created_at > now() - COUNTED)))
        .group_by(sent.c.status)
    )
    return {**dict.fromkeys(MessageStatus, 0), **{row[0]: row[1] for row in rows}}


def check_backup(db: Db, *, is_set_up: bool) -> HealthLine:
    """Return when the last backup was made, and whether it is missing, failed or too old."""
    if not is_set_up:
        return warning(
            "backup",
            BACKUP,
            N_("No nightly backups are set up."),
            N_(
                "Set JANGKAU_BACKUP_DIR to a folder on another disk, or see that the database is copied in another way."
            ),
        )
    latest = _find_latest_run(db, BackupKind.BACKUP)
    advice = N_(
        "Look at the folder of JANGKAU_BACKUP_DIR and its free space, and run 'jangkau backup' by hand."
    )
    if latest is None:
        return warning("backup", BACKUP, N_("None was made yet."), advice)
    if latest.failure is not None:
        return warning(
            "backup",
            BACKUP,
            N_("It failed at %(at)s: %(failure)s"),
            advice,
            at=_end_of(latest),
            failure=latest.failure,
        )
    if now() - latest.began_at > MAX_BACKUP_AGE:
        return warning(
            "backup", BACKUP, N_("It is from %(at)s, more than 36 hours ago."), advice, at=_end_of(latest)
        )
    return ok(
        "backup",
        BACKUP,
        N_("%(name)s (%(size)s) of %(at)s."),
        name=latest.file_name,
        size=size_text(latest.size or 0),
        at=_end_of(latest),
    )


def check_drill(db: Db, *, is_set_up: bool) -> HealthLine | None:
    """Return whether the last backup could be restored when that was tried; None if no backups are set up."""
    if not is_set_up:
        return None
    latest = _find_latest_run(db, BackupKind.DRILL)
    advice = N_("Run 'jangkau backup': it makes a backup and tries to restore it, and says what is wrong.")
    if latest is None:
        return warning("drill", DRILL, N_("No backup was tried yet."), advice)
    if latest.failure is not None:
        return failed(
            "drill",
            DRILL,
            N_("A backup could not be restored at %(at)s: %(failure)s"),
            advice,
            at=_end_of(latest),
            failure=latest.failure,
        )
    if now() - latest.began_at > MAX_BACKUP_AGE:
        return warning(
            "drill", DRILL, N_("It is from %(at)s, more than 36 hours ago."), advice, at=_end_of(latest)
        )
    return ok("drill", DRILL, N_("The backup was restored and compared at %(at)s."), at=_end_of(latest))


def find_size_of_last_backup(db: Db) -> int:
    """Return the size in bytes of the last backup that succeeded, 0 if there is none."""
    latest = _find_latest_run(db, BackupKind.BACKUP, only_successful=True)
    return latest.size or 0 if latest else 0


def _find_latest_run(db: Db, kind: BackupKind, *, only_successful: bool = False) -> BackupRun | None:
    """Return the latest backup or drill that has ended."""
    statement = select(BackupRun).where(col(BackupRun.kind) == kind, col(BackupRun.ended_at).is_not(None))
    if only_successful:
        statement = statement.where(col(BackupRun.failure).is_(None))
    return db.scalars(statement.order_by(col(BackupRun.id).desc()).limit(1)).first()


def _end_of(run: BackupRun) -> datetime:
    return run.ended_at or run.began_at
