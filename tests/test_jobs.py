"""The job queue, where several processes of one installation start at the same moment or take over from each other."""

from collections.abc import Callable
from functools import partial
from time import monotonic, sleep

import pytest
from sqlalchemy import Engine, text

from app import jobs
from app.database import AdvisoryLock
from app.jobs import Jobs
from app.nik_vault import NikVault
from app.settings import Settings
from tests.services.test_import_concurrency import at_once, on_postgresql

SECONDS = 20


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list["Consumer"]:
    """Every consumer that was begun, in place of Huey's."""
    begun = list[Consumer]()
    monkeypatch.setattr(jobs, "SECONDS_BETWEEN_TRIES", 0.05)
    monkeypatch.setattr(jobs, "_QuietConsumer", lambda *_, **__: Consumer(begun))
    return begun


class Consumer:
    def __init__(self, begun: list["Consumer"]) -> None:
        self.begun = begun
        self.runs = False

    def start(self) -> None:
        self.runs = True
        self.begun.append(self)

    def stop(self, *, graceful: bool) -> None:
        self.runs = False


def is_so(condition: Callable[[], bool]) -> bool:
    """Whether it comes to be."""
    end = monotonic() + SECONDS
    while not condition() and monotonic() < end:
        sleep(0.01)
    return condition()


@on_postgresql
def test_processes_that_start_together_make_one_queue(engine: Engine, settings: Settings) -> None:
    made = at_once(*[partial(Jobs, settings, engine, NikVault(settings.secret))] * 8)

    assert all(isinstance(one, Jobs) for one in made), made
    for one in made:
        one.close()


def test_one_process_consumes_and_the_next_takes_over(
    engine: Engine, settings: Settings, begun: list[Consumer]
) -> None:
    first, second = (Jobs(settings, engine, NikVault(settings.secret)) for _ in range(2))
    with first.consuming():
        assert is_so(lambda: len(begun) == 1)
        with second.consuming():
            sleep(0.2)
            assert [one.runs for one in begun] == [True]
            with first.consuming():  # a third
                pass
            assert [one.runs for one in begun] == [True]
    assert [one.runs for one in begun] == [False]

    with second.consuming():
        assert is_so(lambda: len(begun) == 2)
    assert not any(one.runs for one in begun)
    for one in (first, second):
        one.close()


@on_postgresql
def test_whoever_loses_the_connection_with_the_lock_consumes_no_more(
    engine: Engine, postgresql: Engine, settings: Settings, begun: list[Consumer]
) -> None:
    first, second = (Jobs(settings, engine, NikVault(settings.secret)) for _ in range(2))
    with first.consuming(), second.consuming():
        assert is_so(lambda: len(begun) == 1)
        with postgresql.connect() as operator:
            end = text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
                " WHERE locktype = 'advisory' AND objid = :key AND granted AND datname = :database"
            )
            given = {"key": AdvisoryLock.CONSUMER, "database": engine.url.database}
            assert operator.execute(end, given).all() == [(True,)]

        assert is_so(lambda: len(begun) == 2 and [one.runs for one in begun] == [False, True])
        sleep(0.2)
        assert [one.runs for one in begun] == [False, True]
    assert not any(one.runs for one in begun)
    for one in (first, second):
        one.close()
