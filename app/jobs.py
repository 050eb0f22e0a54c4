"""What runs in the background: the outbox is drained when something was queued, and once a minute.

Huey keeps the wake-up calls: in a second SQLite file beside the embedded database, or in PostgreSQL. The
consumer runs in a thread of the serving process; of several processes one consumes at a time.
"""

import fcntl
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from threading import Event, Lock, Thread
from typing import TextIO

from huey import Huey, PostgresHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from sqlalchemy import Engine
from sqlalchemy.exc import DataError, IntegrityError

from app.database import AdvisoryLock, one_at_a_time, reading, take_lock, writing
from app.models import OutboxKind
from app.nik_vault import NikVault
from app.queries.messages.messages import sessions_to_remind_of
from app.queries.people.similar_people import places, similar_pairs
from app.services.accounts.logins import forget_expired_logins
from app.services.imports.queued import (
    commit_queued,
    give_up_commit,
    give_up_reading,
    note_interruption,
    read_queued,
)
from app.services.locks import lock_people_table
from app.services.messages.mail_server import deliver, mail_server_of
from app.services.messages.notifications import remind
from app.services.messages.sending import give_up_message, note_delivery, take_letter
from app.services.outbox import ClaimedTask, TryLater, claim, finish, postpone, release_claims
from app.services.people.duplicates import keep_pairs
from app.services.people.merge_undo import forget_old_merges
from app.services.refusals import refused_by
from app.settings import Settings, make_folder
from app.spreadsheets.progress import Progress

TEN_MINUTELY = crontab(minute="*/10")
AT_NIGHT = crontab(hour="18", minute="37")  # in UTC: 02.37 WITA
SECONDS_TO_FINISH = 5
SECONDS_BETWEEN_TRIES = 30
log = logging.getLogger(__name__)


class Jobs:
    """The job queue of one installation and what its tasks do."""

    def __init__(self, settings: Settings, engine: Engine, vault: NikVault) -> None:
        self.engine = engine
        self.vault = vault
        self.settings = settings
        self.mail_server = mail_server_of(settings)
        self.huey = _huey(settings, engine)
        self._closing = Lock()
        self.huey.on_shutdown(name="close")(self.close)
        self._drain = self.huey.task(name="drain")(self.drain)
        self.huey.periodic_task(crontab(), name="drain-each-minute")(self.drain)
        self.huey.periodic_task(crontab(minute="7"), name="forget-expired-logins")(self.forget_expired_logins)
        self.huey.periodic_task(TEN_MINUTELY, name="remind")(self.remind)
        self.huey.periodic_task(AT_NIGHT, name="look-after-duplicates")(self.look_after_duplicates)

    def wake(self) -> None:
        """Something was queued. If this call is lost, the next minute finds the work all the same."""
        with suppress(Exception):
            self._drain()

    def rows_done(self, import_id: int) -> tuple[int, int] | None:
        """How many rows of an import that is being read or committed are done, and of how many; None where that
        isn't known.

        It stands beside the wake-up calls, for the transaction that it tells of isn't committed yet.
        """
        try:
            progress: tuple[int, int] | None = self.huey.get(_progress_key(import_id), peek=True)
        finally:
            self.close()
        return progress

    def close(self) -> None:
        """Lets go of the queue's connection; the next call opens another.

        Huey looks whether there is one before it takes its own lock: of two threads that close at once, both
        would find it and the second would have nothing to close.
        """
        with self._closing:
            self.huey.storage.close()

    def drain(self) -> None:
        """Does everything that is queued."""
        while (task := self._claim()) is not None:
            try:
                if task.exhausted:  # even the last try ended without a word, as when the process was killed
                    self._give_up(task)
                else:
                    self._perform(task)
            except TryLater as later:
                with writing(self.engine) as db:
                    postpone(db, task, later.delay)
                continue
            except Exception as failure:
                _log_failure(task, failure)
                if not task.last_try:
                    continue
                self._give_up(task)
            with writing(self.engine) as db:
                finish(db, task.id)

    def forget_expired_logins(self) -> None:
        with writing(self.engine) as db:
            forget_expired_logins(db)

    def remind(self) -> None:
        """Reminds people of sessions, a day before. Done again, or by two at once, it reminds nobody again."""
        with reading(self.engine) as look:
            soon = [held.id for held in sessions_to_remind_of(look)]
        for workshop_session_id in soon:
            with writing(self.engine) as db:
                remind(db, workshop_session_id)
        self.drain()

    def look_after_duplicates(self) -> None:
        """Looks for possible duplicates everywhere, and forgets what was kept of merges that stay for good."""
        self._find_duplicates()
        with writing(self.engine) as db:
            forget_old_merges(db)

    def _find_duplicates(self, import_id: int | None = None) -> None:
        """Place by place, each with a short transaction of its own; where an import is named, only its people's."""
        with reading(self.engine) as look:
            for place in places(look, import_id=import_id):
                if found := similar_pairs(look, place):
                    with writing(self.engine) as db:
                        lock_people_table(db)
                        keep_pairs(db, found)

    def _claim(self) -> ClaimedTask | None:
        with writing(self.engine) as db:
            return claim(db)

    def _perform(self, task: ClaimedTask) -> None:
        match task.kind:
            case OutboxKind.FIND_DUPLICATES:
                self._find_duplicates(task.payload["attendance_import"])
            case OutboxKind.READ_IMPORT:
                with self._telling(task) as tell, reading(self.engine) as look, writing(self.engine) as db:
                    read_queued(look, db, self.vault, task.payload, tell)
            case OutboxKind.COMMIT_IMPORT:
                with self._telling(task) as tell, writing(self.engine) as db:
                    commit_queued(db, self.vault, task.payload, tell)
            case OutboxKind.SEND_MESSAGE:
                self._send(task.payload["message"])

    def _send(self, message_id: int) -> None:
        """That it is being sent is known before the mail server hears of it; see `services.messages.sending`."""
        with writing(self.engine) as db:
            letter = take_letter(db, message_id, self.mail_server, self.settings.base_url)
        if letter is None or self.mail_server is None:
            return
        delivery = deliver(self.mail_server, letter)
        with writing(self.engine) as db:
            delay = note_delivery(db, message_id, delivery)
        if delay:
            raise TryLater(delay)

    @contextmanager
    def _telling(self, task: ClaimedTask) -> Iterator[Progress]:
        """Work on an import that tells how far it has come, and first of all if it had broken off."""
        import_id = task.payload["import"]
        if task.again:
            with writing(self.engine) as db:
                note_interruption(db, import_id)
        key = _progress_key(import_id)

        def tell(done: int, of: int) -> None:
            with suppress(Exception):  # the work goes on where it can't be told of
                self.huey.put(key, (done, of))

        try:
            yield tell
        finally:
            with suppress(Exception):
                self.huey.delete(key)
            self.close()

    def _give_up(self, task: ClaimedTask) -> None:
        match task.kind:
            case OutboxKind.FIND_DUPLICATES:
                pass  # the next night finds them
            case OutboxKind.READ_IMPORT:
                with writing(self.engine) as db:
                    give_up_reading(db, task.payload)
            case OutboxKind.COMMIT_IMPORT:
                with writing(self.engine) as db:
                    give_up_commit(db, task.payload["import"])
            case OutboxKind.SEND_MESSAGE:
                with writing(self.engine) as db:
                    give_up_message(db, task.payload["message"])

    @contextmanager
    def consuming(self) -> Iterator[None]:
        """Runs the consumer beside the caller, as soon as no other process of this installation does."""
        ended = Event()
        keeper = Thread(target=self._consume_when_alone, args=(ended,), name="consumer-keeper", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            ended.set()
            keeper.join(2 * SECONDS_TO_FINISH)

    def _consume_when_alone(self, ended: Event) -> None:
        while not ended.is_set():
            try:
                self._consume_if_alone(ended)
            except Exception:
                log.exception("the job consumer could not start or go on; it is tried again")
            ended.wait(SECONDS_BETWEEN_TRIES)

    def _consume_if_alone(self, ended: Event) -> None:
        with ExitStack() as stack:
            alone = _only_one(stack, self.settings, self.engine)
            if alone():
                self._take_over()
                consumer = _QuietConsumer(
                    self.huey, workers=1, periodic=True, shutdown_timeout=SECONDS_TO_FINISH
                )
                consumer.start()
                stack.callback(consumer.stop, graceful=True)
                while not ended.wait(SECONDS_BETWEEN_TRIES) and alone():
                    pass

    def _take_over(self) -> None:
        """Nobody else consumes: what is claimed was claimed by a process that ended, and is done again at once."""
        with writing(self.engine) as db:
            release_claims(db)
        self.wake()


class _QuietConsumer(Consumer):
    """Signals belong to the server that this consumer runs in."""

    def _set_signal_handlers(self) -> None:
        pass


def _log_failure(task: ClaimedTask, failure: Exception) -> None:
    """With the traceback, but for a change that the database refused, whose words quote what people said."""
    if isinstance(failure, IntegrityError | DataError):
        log.error("outbox task %s (%s) failed: refused by %s", task.id, task.kind, refused_by(failure))
    else:
        log.error("outbox task %s (%s) failed", task.id, task.kind, exc_info=failure)


def _progress_key(import_id: int) -> str:
    return f"rows-done-{import_id}"


def _huey(settings: Settings, engine: Engine) -> Huey:
    if settings.embedded:
        make_folder(settings.data_dir)
        return SqliteHuey("jangkau", filename=str(settings.data_dir / "jobs.sqlite3"), results=False)
    dsn = settings.database.replace("postgresql+psycopg://", "postgresql://", 1)
    # It makes its tables where they are missing; processes that start together would do so at the same moment.
    with one_at_a_time(engine, AdvisoryLock.JOBS_TABLES):
        return PostgresHuey("jangkau", dsn=dsn, results=False)


def _only_one(stack: ExitStack, settings: Settings, engine: Engine) -> Callable[[], bool]:
    """Tells whether this process is the one that consumes, whenever it is asked.

    It stays so until it ends, however it ends, or until PostgreSQL ends the connection that has the lock: then it
    raises, and another process may have become the one.
    """
    if not settings.embedded:
        # Without a transaction, which would stay open for as long as the process lives.
        connection = stack.enter_context(engine.connect().execution_options(isolation_level="AUTOCOMMIT"))
        connection.detach()  # the lock ends with it; the pool would keep both
        return partial(take_lock, connection, AdvisoryLock.CONSUMER)
    return partial(_take_file, stack.enter_context((settings.data_dir / "consumer.lock").open("w")))


def _take_file(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
