"""The thread that does background work. Tests with real processes are in tests/cli."""

import time

import pytest
from sqlalchemy import Engine

from app.database import reading, writing
from app.jobs import worker as worker_module
from app.jobs.tasks import TaskRunner
from app.jobs.worker import Worker
from app.models import OutboxKind
from app.nik_vault import NikVault
from app.services.outbox import has_task, queue_task
from app.settings import Settings

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
