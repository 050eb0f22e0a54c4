"""The lease of the background work, with a monotonic clock that the test sets. Real processes are in tests/cli."""

import time
from datetime import timedelta
from threading import Event, Thread

import psycopg
import pytest
from sqlalchemy import Connection, Engine, event, update
from sqlmodel import select

from app.database import Db, reading, writing
from app.jobs import lease as lease_module
from app.jobs.lease import LEASE_SECONDS, SECONDS_BETWEEN_BEATS, Lease, LeaseLost
from app.jobs.tasks import TaskRunner
from app.jobs.worker import Worker
from app.models import OutboxKind, OutboxTask, WorkerLease
from app.models.base import now
from app.nik_vault import NikVault
from app.services.outbox import claim_task, queue_task
from app.settings import Settings
from tests.database import on_postgresql

SECONDS = 20


class Clock:
    """Stands in for the module `time`."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(lease_module, "time", clock)
    return clock


@pytest.fixture
def first(engine: Engine) -> Lease:
    """A process that has the lease."""
    lease = Lease(engine)
    assert lease.try_take()
    return lease


def renew(lease: Lease) -> None:
    with lease.writing():
        pass


def queue_search(engine: Engine) -> None:
    with writing(engine) as db:
        queue_task(db, OutboxKind.FIND_DUPLICATES, attendance_import=None)


def count_tasks(engine: Engine) -> int:
    with reading(engine) as db:
        return len(db.exec(select(OutboxTask)).all())


def test_others_wait_while_the_holder_renews_it(engine: Engine, first: Lease, clock: Clock) -> None:
    second = Lease(engine)
    for _ in range(10):
        assert not second.try_take()
        clock.seconds += LEASE_SECONDS - 1
        renew(first)


def test_another_takes_over_in_time_after_a_kill(engine: Engine, first: Lease, clock: Clock) -> None:
    second, third = Lease(engine), Lease(engine)
    killed_at = clock.seconds
    while not second.try_take():
        third.try_take()
        clock.seconds += 1

    assert clock.seconds - killed_at < 10
    assert not third.try_take()


def test_it_is_free_at_once_after_a_clean_end(engine: Engine, first: Lease) -> None:
    second = Lease(engine)
    assert not second.try_take()
    with first.renewing():
        pass

    assert second.try_take()


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(hours=1), timedelta(days=400)])
def test_a_clock_that_is_set_changes_nothing(
    engine: Engine, first: Lease, clock: Clock, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    second = Lease(engine)
    assert not second.try_take()
    monkeypatch.setattr("app.services.operation.worker_lease.now", lambda: now() + jump)
    renew(first)
    clock.seconds += LEASE_SECONDS - 1
    assert not second.try_take()
    clock.seconds += LEASE_SECONDS - 1
    assert not second.try_take()
    clock.seconds += 1
    assert second.try_take()


def test_a_process_that_was_frozen_keeps_none_of_its_changes(
    engine: Engine, first: Lease, clock: Clock
) -> None:
    """It wakes up while another works. Its task is that one's now, and it claims no other."""
    queue_search(engine)
    with first.writing() as db:
        assert claim_task(db) is not None
    second = Lease(engine)
    assert not second.try_take()
    clock.seconds += LEASE_SECONDS
    assert second.try_take()

    with pytest.raises(LeaseLost), first.writing() as db:
        queue_task(db, OutboxKind.FIND_DUPLICATES, attendance_import=None)

    assert first.is_lost
    assert not first.try_take()
    renew(second)
    assert count_tasks(engine) == 1


def test_one_of_many_that_take_at_the_same_moment_gets_it(engine: Engine) -> None:
    """First where no process has it, then where its holder is gone."""
    leases = [Lease(engine) for _ in range(8)]
    for _ in range(2):
        for lease in leases:
            lease._seen_since -= LEASE_SECONDS
        begin, taken = Event(), list[Lease]()

        def take(lease: Lease, begin: Event = begin, taken: list[Lease] = taken) -> None:
            begin.wait()
            if lease.try_take():
                taken.append(lease)

        threads = [Thread(target=take, args=(lease,)) for lease in leases]
        for thread in threads:
            thread.start()
        begin.set()
        for thread in threads:
            thread.join()
        assert len(taken) == 1
        leases.remove(taken[0])
        for lease in leases:
            assert not lease.try_take()


@on_postgresql
def test_it_is_renewed_further_after_a_commit_without_an_answer(
    engine: Engine, first: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease_module, "SECONDS_BETWEEN_BEATS", 0.05)
    lost = list[int]()

    def lose(connection: Connection) -> None:
        if not lost:
            driver: psycopg.Connection[object] = connection.connection.driver_connection  # type: ignore[assignment]
            lost.append(driver.info.backend_pid)
            with psycopg.connect(
                engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
            ) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", lost)

    event.listen(engine, "commit", lose)
    with first.renewing():
        deadline = time.monotonic() + SECONDS
        while not lost:
            assert time.monotonic() < deadline
        seen = first.read()
        while first.read() == seen:
            assert time.monotonic() < deadline


def test_a_holder_that_could_not_write_to_sqlite_is_not_gone(
    engine: Engine, first: Lease, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long import of its own kept it from renewing the lease, and kept the other one waiting, too."""
    second = Lease(engine)
    assert not second.try_take()
    clock.seconds += LEASE_SECONDS
    get_connection = Db.connection

    def get_late(db: Db) -> object:
        clock.seconds += SECONDS_BETWEEN_BEATS + 1
        return get_connection(db)

    monkeypatch.setattr(Db, "connection", get_late)
    assert not second.try_take()
    monkeypatch.undo()
    renew(first)


def test_it_is_renewed_during_a_long_task(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease_module, "SECONDS_BETWEEN_BEATS", 0.02)
    runner = TaskRunner(settings, engine, NikVault(settings.secret))
    beats = list[int]()
    ended = Event()

    def work_long(_task: object) -> None:
        while len(set(beats)) < 3:
            with reading(engine) as db:
                beats.append(db.get_one(WorkerLease, 1).beats)
        ended.set()

    monkeypatch.setattr(runner, "_perform", work_long)
    queue_search(engine)
    with Worker(runner).running():
        assert ended.wait(SECONDS)


def test_a_worker_that_lost_its_lease_waits_and_goes_on(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process has taken the lease and ends. What was to be done meanwhile is done then."""
    monkeypatch.setattr("app.jobs.worker.SECONDS_BETWEEN_LOOKS", 0.02)
    monkeypatch.setattr(lease_module, "SECONDS_BETWEEN_BEATS", 0.02)
    worker = Worker(TaskRunner(settings, engine, NikVault(settings.secret)))
    other = Lease(engine)
    with worker.running():
        wait_until_held(engine, worker.tasks.lease)
        with writing(engine) as db:
            db.exec(update(WorkerLease).values(holder=other.holder))
        queue_search(engine)
        deadline = time.monotonic() + SECONDS
        while not worker.tasks.lease.is_lost:
            assert time.monotonic() < deadline
        assert count_tasks(engine) > 0
        other._give_up()
        worker.wake()
        while count_tasks(engine):
            assert time.monotonic() < deadline


def wait_until_held(engine: Engine, lease: Lease) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        with reading(engine) as db:
            row = db.get(WorkerLease, 1)
        if row is not None and row.holder == lease.holder:
            return
        assert time.monotonic() < deadline
