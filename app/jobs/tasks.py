"""Do the background work: the tasks of the outbox, and the regular work of the timetable.

Each transaction is one of the lease (`jobs.lease`): it is kept only if no other process has taken the work over.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, SQLAlchemyError
from structlog.contextvars import bind_contextvars, clear_contextvars

from app.database import Db, create_report_engine, reading, reclaim_space, violated_constraint
from app.faults import describe_fault, record_fault
from app.jobs.backups import BackupProcess
from app.jobs.batches import read_batch
from app.jobs.clock_watch import ClockWatch
from app.jobs.deliveries import Deliveries
from app.jobs.dossiers import make_dossier
from app.jobs.lease import Lease, LeaseLost
from app.jobs.timetable import (
    CHECK_HEALTH,
    DELETE_EXPIRED_DATA,
    DELETE_EXPIRED_DOSSIERS,
    DELETE_EXPIRED_LOGINS,
    NIGHTLY_BACKUP,
    NIGHTLY_CHECK,
    SEAL_LOG,
    SEND_REMINDERS,
    SEND_REPORTS,
    STORE_FACTS,
    begin_run,
)
from app.models import OutboxKind, RetentionKind
from app.models.base import now
from app.nik_vault import NikVault
from app.permissions import OPERATOR
from app.queries.coverage.facts import has_changed_sessions
from app.queries.log_verification import MAX_DELAY, has_unsealed
from app.queries.messages.messages import list_sessions_to_remind
from app.queries.people.similar_people import list_places, list_similar_pairs
from app.services.accounts.logins import delete_expired_logins
from app.services.coverage.session_facts import store_facts
from app.services.evidence.dossiers import delete_expired_dossiers, give_up_dossier
from app.services.imports.background_tasks import (
    commit_queued_import,
    commit_queued_import_before_locking,
    give_up_commit,
    give_up_reading,
    judge_queued_import,
    mark_interrupted,
    notify_committed_list,
    read_queued_file,
)
from app.services.imports.batches.reading import give_up_file
from app.services.imports.commit import OutdatedJudgement
from app.services.imports.progress import import_progress
from app.services.limits import delete_ended_limits
from app.services.locks import lock_people_table
from app.services.log_sealing import BATCH, seal_lines
from app.services.messages.notifications import remind_session
from app.services.messages.sending import give_up_message
from app.services.open_data.ckan import UNREACHABLE, PushFailed
from app.services.open_data.pushes import record_failure
from app.services.operation.health import check_installation
from app.services.operation.health_reports import save_health_report
from app.services.outbox import (
    ClaimedTask,
    TryLater,
    claim_task,
    finish_task,
    has_task,
    postpone_task,
    queue_task,
    take_waiting_tasks,
)
from app.services.people.duplicates import save_pairs
from app.services.people.merge_undo import clear_old_merges
from app.services.personal_data import retention
from app.services.personal_data.access_codes import delete_expired_accesses
from app.services.report_mails import sending as report_mails
from app.settings import Settings
from app.spreadsheets.progress import Progress

log = logging.getLogger(__name__)

# How often an import is judged ahead of its commit, before it is judged while others wait.
MAX_JUDGEMENTS = 4
# In how many of these it is written before the people table is locked. Who registers for the same session, or one of
# its people, is then in the way.
MAX_LOCKED_LAST = 2
DELAY_OF_RECLAIMING = timedelta(minutes=5)
MAX_BATCHES_OF_FACTS = 20


class TaskRunner:
    """Does the background work of one installation, one task at a time; called by `jobs.worker`."""

    def __init__(self, settings: Settings, engine: Engine, vault: NikVault) -> None:
        self.settings = settings
        self.engine = engine
        self.vault = vault
        self.lease = Lease(engine)
        self.deliveries = Deliveries(settings, engine, self.lease)
        self.progress = import_progress(engine)
        self.backup = BackupProcess(settings)
        self._timetable = {
            SEAL_LOG: self.seal_log,
            STORE_FACTS: self.store_facts,
            DELETE_EXPIRED_LOGINS: self.delete_expired_logins,
            DELETE_EXPIRED_DOSSIERS: self.delete_expired_dossiers,
            SEND_REMINDERS: self.send_reminders,
            SEND_REPORTS: self.send_reports,
            CHECK_HEALTH: self.check_health,
            NIGHTLY_BACKUP: self.backup.start,
            NIGHTLY_CHECK: self.check_nightly,
            DELETE_EXPIRED_DATA: self.delete_expired_data,
        }
        self._begun: dict[str, datetime] = {}
        self._log_sealed_at: datetime | None = None
        self._clock_watch = ClockWatch()

    def run_due(self) -> None:
        """Do the work of the timetable that is due and was not begun for its due time, by any process.

        Work that fails is logged, and done again when it is due again.
        """
        moment = now()
        for entry, work in self._timetable.items():
            due = entry.latest_due(moment)
            if self._begun.get(entry.name) == due:
                continue
            with self.lease.writing() as db:
                is_due = begin_run(db, entry, due)
            self._begun[entry.name] = due
            if is_due:
                self._run(entry.name, work)

    def drain(self) -> None:
        """Do tasks until none can be claimed. Postponed and failed tasks stay queued."""
        while self.perform_next():
            pass

    def perform_next(self) -> bool:
        """Claim and do the next task of the outbox, in transactions of its own; return False if there is none.

        A task that is done is deleted. One that raises `TryLater` is postponed. Any other exception is logged; the task
        is done again once its claim has expired, or after its last attempt given up and deleted.
        """
        clear_contextvars()
        task = self._claim()
        if task is None:
            return False
        bind_contextvars(task=task.kind.value, task_id=task.id)  # for the lines of the log
        try:
            if task.is_exhausted:  # The process was killed at each attempt.
                self._give_up(task)
            else:
                self._perform(task)
        except TryLater as later:
            with self.lease.writing() as db:
                postpone_task(db, task, later.delay)
            return True
        except LeaseLost:
            raise
        except Exception as failure:
            _log_failure(f"outbox task {task.id} ({task.kind})", failure)
            if not task.is_last_attempt:
                return True
            self._give_up(task)
        with self.lease.writing() as db:
            finish_task(db, task.id)
        return True

    def delete_expired_logins(self) -> None:
        """Delete expired logins, links, codes to see one's data and counts of limits, in a transaction of its own."""
        with self.lease.writing() as db:
            delete_expired_logins(db)
            delete_expired_accesses(db)
            delete_ended_limits(db)

    def delete_expired_dossiers(self) -> None:
        """Delete dossiers that were kept long enough, in a transaction of its own."""
        with self.lease.writing() as db:
            delete_expired_dossiers(db)

    def seal_log(self) -> None:
        """Add the lines of the activity log that are not sealed yet to its chain, some in each transaction.

        After the first time only lines are looked for that could not be seen the time before.
        """
        begun, since = now(), self._log_sealed_at and self._log_sealed_at - MAX_DELAY
        if self._log_sealed_at and begun < self._log_sealed_at:  # The clock was set back.
            since = None
        with reading(self.engine) as read_db:
            sealed = BATCH if has_unsealed(read_db, since) else 0
        while sealed == BATCH:
            with self.lease.writing() as db:
                sealed = seal_lines(db, self.vault, since=since, sealed_at=begun)
        self._log_sealed_at = begun

    def store_facts(self) -> None:
        """Store the facts of sessions that were changed, some in each transaction. Those left over go the next time."""
        for _ in range(MAX_BATCHES_OF_FACTS):
            with reading(self.engine) as read_db:
                if not has_changed_sessions(read_db):
                    return
            with self.lease.writing() as db:
                store_facts(db)

    def send_reminders(self) -> None:
        """Queue the reminders of sessions that begin within a day, in a transaction for each session.

        Nobody gets two of them if this runs twice.
        """
        with reading(self.engine) as read_db:
            session_ids = [workshop_session.id for workshop_session in list_sessions_to_remind(read_db)]
        for session_id in session_ids:
            with self.lease.writing() as db:
                remind_session(db, session_id)

    def send_reports(self) -> None:
        """Queue the coverage reports by mail that are due. Without a mail server they wait until there is one."""
        if self.deliveries.mail_server is None:
            return
        with self.lease.writing() as db:
            report_mails.queue_due_mails(db, now())

    def check_health(self) -> None:
        """Check the installation, store what is not in order, and queue the mails to administrators that are due."""
        report_engine = create_report_engine(self.settings, self.engine)
        try:
            lines = check_installation(
                self.settings,
                self.engine,
                report_engine,
                self.vault,
                OPERATOR,
                clock_jump=self._clock_watch.read_jump(),
            )
        finally:
            if report_engine is not self.engine:
                report_engine.dispose()
        with self.lease.writing() as db:
            save_health_report(db, lines)

    def check_nightly(self) -> None:
        """Queue the search for possible duplicates among all people, and delete the undo data of old merges."""
        with self.lease.writing() as db:
            clear_old_merges(db)
            queue_task(db, OutboxKind.FIND_DUPLICATES, attendance_import=None)

    def delete_expired_data(self) -> None:
        """Delete what has been kept long enough, by the rules that are switched on, in a transaction for each batch.

        What is left after `MAX_BATCHES` of a kind goes the next night.
        """
        for kind in RetentionKind:
            deleted = kept = 0
            for _ in range(retention.MAX_BATCHES):
                with reading(self.engine) as read_db, self.lease.writing() as db:
                    batch = retention.delete_expired(read_db, db, self.vault, kind, kept_before=kept)
                deleted, kept = deleted + batch.deleted, kept + batch.kept
                if not (batch.deleted or batch.kept):
                    break
            with self.lease.writing() as db:
                retention.record_run(db, kind, deleted)

    def _claim(self) -> ClaimedTask | None:
        """Claim the next task in a transaction of its own and return it, or None without locking SQLite for writing."""
        with reading(self.engine) as read_db:
            if not has_task(read_db):
                return None
        with self.lease.writing() as db:
            return claim_task(db)

    def _perform(self, task: ClaimedTask) -> None:
        """Do a task in transactions of its own. Raises `TryLater`, or what the work raises."""
        match task.kind:
            case OutboxKind.FIND_DUPLICATES:
                self._find_duplicates(task.payload["attendance_import"])
            case OutboxKind.MAKE_DOSSIER:
                make_dossier(self.lease, self.vault, task.payload["dossier"])
            case OutboxKind.READ_BATCH:
                read_batch(self.lease, self.vault, task.payload["batch"])
            case OutboxKind.READ_IMPORT:
                with (
                    self._reporting(task) as report,
                    reading(self.engine) as read_db,
                    self.lease.writing() as db,
                ):
                    read_queued_file(read_db, db, self.vault, task.payload, report)
            case OutboxKind.COMMIT_IMPORT:
                self._commit_import(task)
            case OutboxKind.RECLAIM_SPACE:
                self._reclaim_space()
            case _:
                self.deliveries.perform(task)

    def _give_up(self, task: ClaimedTask) -> None:
        """Store with what a task is about that it has failed for good."""
        match task.kind:
            case OutboxKind.FIND_DUPLICATES:
                pass  # The next night finds them.
            case OutboxKind.RECLAIM_SPACE:
                log.error("the bytes of erased data are still in the database's files")
            case OutboxKind.SEND_CODE:
                pass  # The person asks for another code.
            case OutboxKind.SEND_MESSAGE if "account_mail" in task.payload:
                pass  # Links can be asked for again.
            case _:
                with self.lease.writing() as db:
                    _record_failure(db, self.vault, task)

    def _commit_import(self, task: ClaimedTask) -> None:
        """Commit an import, then tell the people whom a list has registered, in short transactions."""
        with self._reporting(task) as report:
            for attempt in range(MAX_JUDGEMENTS):
                with reading(self.engine) as read_db, self.lease.writing() as db:
                    ahead = judge_queued_import(read_db, db, self.vault, task.payload, report)
                # SQLite has no locks to take last.
                locks_last = attempt < MAX_LOCKED_LAST and self.engine.dialect.name != "sqlite"
                with (
                    suppress(OutdatedJudgement),
                    reading(self.engine) as read_db,
                    self.lease.writing() as db,
                ):
                    if ahead and locks_last:
                        commit_queued_import_before_locking(
                            read_db, db, self.vault, task.payload, report, ahead
                        )
                    else:
                        commit_queued_import(db, self.vault, task.payload, report, ahead)
                    break
            else:
                with self.lease.writing() as db:
                    commit_queued_import(db, self.vault, task.payload, report)
        told: int | None = 0
        while told is not None:
            with self.lease.writing() as db:
                told = notify_committed_list(db, task.payload, after=told)

    def _find_duplicates(self, import_id: int | None) -> None:
        """Save pairs of similar people in a short transaction for each kelurahan.

        They are searched for among all people, or with an `import_id` for the people of that import. Searches for other
        imports that wait are done with it: after many lists are saved, they would all look at the same people. If that
        is interrupted, the nightly search finds them.
        """
        with self.lease.writing() as db:
            waiting = take_waiting_tasks(db, OutboxKind.FIND_DUPLICATES)
        found = {import_id, *(payload.get("attendance_import") for payload in waiting)}
        ids = {id_ for id_ in found if id_ is not None}
        with reading(self.engine) as read_db:
            for place in list_places(read_db, import_ids=None if None in found else ids):
                if pairs := list_similar_pairs(read_db, place):
                    with self.lease.writing() as db:
                        lock_people_table(db)
                        save_pairs(db, pairs)

    def _reclaim_space(self) -> None:
        """Remove the bytes of erased data from the database's files. Raises `TryLater` while others are in the way."""
        try:
            reclaim_space(self.engine)
        except OperationalError as error:
            log.warning("the space of erased data could not be reclaimed yet: %s", type(error.orig).__name__)
            raise TryLater(DELAY_OF_RECLAIMING) from error

    @contextmanager
    def _reporting(self, task: ClaimedTask) -> Iterator[Progress]:
        """Yield the function that stores an import's progress, which is deleted before and after the block.

        If an earlier attempt was interrupted, that is first stored with the import. Progress that can't be stored is
        ignored.
        """
        import_id = task.payload["import"]
        if task.is_retry:
            with self.lease.writing() as db:
                mark_interrupted(db, import_id)

        def report(done: int, total: int) -> None:
            with suppress(SQLAlchemyError, OSError):  # The import goes on without progress.
                self.progress.write(import_id, done, total)

        with suppress(SQLAlchemyError, OSError):
            self.progress.clear(import_id)
        try:
            yield report
        finally:
            with suppress(SQLAlchemyError, OSError):
                self.progress.clear(import_id)

    def _run(self, name: str, work: Callable[[], None]) -> None:
        """Do regular work; an exception is logged and not raised, except `LeaseLost`."""
        try:
            work()
        except LeaseLost:
            raise
        except Exception as failure:
            _log_failure(f"regular work {name}", failure)


def _record_failure(db: Db, vault: NikVault, task: ClaimedTask) -> None:
    """Store with the import, dossier, message or push of a task that it has failed for good."""
    match task.kind:
        case OutboxKind.READ_BATCH:
            give_up_file(db, task.payload["batch"])
        case OutboxKind.READ_IMPORT:
            give_up_reading(db, vault, task.payload)
        case OutboxKind.COMMIT_IMPORT:
            give_up_commit(db, task.payload)
        case OutboxKind.MAKE_DOSSIER:
            give_up_dossier(db, task.payload["dossier"])
        case OutboxKind.PUSH_OPEN_DATA:
            record_failure(db, PushFailed(UNREACHABLE))
        case OutboxKind.SEND_MESSAGE:
            give_up_message(db, task.payload["message"])
        case OutboxKind.SEND_REPORT:
            report_mails.give_up_mail(db, task.payload["report_mail"])


def _log_failure(work: str, failure: Exception) -> None:
    """Log a failure with its traceback; in one line if a constraint refused a row, or the database or a disk failed."""
    if isinstance(failure, IntegrityError | DataError):
        log.error("%s failed: refused by %s", work, violated_constraint(failure))
    elif record_fault(failure):
        log.error("%s failed: %s", work, describe_fault(failure))
    else:
        log.error("%s failed", work, exc_info=failure)
