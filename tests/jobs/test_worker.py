"""The thread that does background work, and its lock. Tests with real processes are in tests/cli."""

import time

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from app.database import AdvisoryLock, reading, writing
from app.jobs import worker as worker_module
from app.jobs.tasks import TaskRunner
from app.jobs.worker import Worker, worker_lock
from app.models import OutboxKind
from app.nik_vault import NikVault
from app.services.outbox import has_task, queue_task
from app.settings import Settings
from tests.services.imports.test_concurrency import on_postgresql

SECONDS = 20
NEVER = 1_000_000.0


@pytest.fixture
def worker(engine: Engine, settings: Settings) -> Worker:
    return Worker(TaskRunner(settings, engine, NikVault(settings.secret)))


def queue_search(engine: Engine) -> None:
    with writing(engine) as db:
        queue_task(db, OutboxKind.FIND_DUPLICATES, attendance_import=None)


def wait_until_done(engine: Engine) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        with reading(engine) as db:
            if not has_task(db):
                return
        assert time.monotonic() < deadline, "the task was not done"


def test_queued_tasks_are_done(engine: Engine, worker: Worker) -> None:
    queue_search(engine)
    with worker.running():
        wait_until_done(engine)
        queue_search(engine)
        wait_until_done(engine)


def test_a_woken_worker_does_a_task_at_once(
    engine: Engine, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "SECONDS_BETWEEN_POLLS", NEVER)
    with worker.running():
        for _ in range(20):
            queue_search(engine)
            worker.wake()
            wait_until_done(engine)


def test_one_process_has_the_lock_and_the_next_gets_it(engine: Engine) -> None:
    with worker_lock(engine) as second_has_lock:
        with worker_lock(engine) as first_has_lock:
            assert [first_has_lock(), second_has_lock(), first_has_lock()] == [True, False, True]
        # PostgreSQL releases the lock a moment after the connection is closed.
        deadline = time.monotonic() + SECONDS
        while not second_has_lock():
            assert time.monotonic() < deadline, "the lock was not released"


def end_connection_with_lock(engine: Engine, postgresql: Engine) -> None:
    end = text(
        "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
        " WHERE locktype = 'advisory' AND objid = :key AND granted AND datname = :database"
    )
    with postgresql.connect() as operator:
        ended = operator.execute(end, {"key": AdvisoryLock.WORKER, "database": engine.url.database}).all()
    assert ended == [(True,)]


@on_postgresql
def test_a_process_that_loses_the_connection_of_its_lock_notices(engine: Engine, postgresql: Engine) -> None:
    with worker_lock(engine) as has_lock:
        assert has_lock()
        end_connection_with_lock(engine, postgresql)
        with worker_lock(engine) as other_has_lock:
            assert other_has_lock()
            with pytest.raises(DBAPIError):
                has_lock()


@on_postgresql
def test_a_worker_goes_on_after_losing_its_lock(
    engine: Engine, postgresql: Engine, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "SECONDS_BETWEEN_TAKE_OVERS", 0.05)
    queue_search(engine)
    with worker.running():
        wait_until_done(engine)
        end_connection_with_lock(engine, postgresql)
        queue_search(engine)
        wait_until_done(engine)
