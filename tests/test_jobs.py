"""The job queue, where several processes of one installation start at the same moment or take over from each other."""

from functools import partial
from queue import SimpleQueue
from threading import Event

import pytest
from sqlalchemy import Engine, text

from app import jobs
from app.database import AdvisoryLock
from app.jobs import Jobs
from app.nik_vault import NikVault
from app.settings import Settings
from tests.services.imports.test_concurrency import at_once, on_postgresql

SECONDS = 20

Told = SimpleQueue[str]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """What consumers tell in its order: that one works, or works no more."""
    told = Told()

    class Telling(jobs._QuietConsumer):
        def start(self) -> None:
            super().start()
            told.put("works")

        def stop(self, graceful: bool = False) -> None:
            super().stop(graceful=graceful)
            told.put("rests")

    monkeypatch.setattr(jobs, "SECONDS_BETWEEN_TRIES", 0.05)
    monkeypatch.setattr(jobs, "_QuietConsumer", Telling)
    return told


@on_postgresql
def test_processes_that_start_together_make_one_queue(engine: Engine, settings: Settings) -> None:
    made = at_once(*[partial(Jobs, settings, engine, NikVault(settings.secret))] * 8)

    assert all(isinstance(one, Jobs) for one in made), made
    for one in made:
        one.close()


def test_one_process_consumes_and_the_next_takes_over(engine: Engine, settings: Settings, told: Told) -> None:
    first, second = (Jobs(settings, engine, NikVault(settings.secret)) for _ in range(2))
    at_its_end = Event()
    at_its_end.set()
    with first.consuming():
        assert told.get(timeout=SECONDS) == "works"
        second._consume_if_alone(at_its_end)
        assert told.empty()
    assert told.get(timeout=SECONDS) == "rests"

    with second.consuming():
        assert told.get(timeout=SECONDS) == "works"
    for one in (first, second):
        one.close()


@on_postgresql
def test_whoever_loses_the_connection_with_the_lock_consumes_no_more_until_it_has_it_again(
    engine: Engine, postgresql: Engine, settings: Settings, told: Told
) -> None:
    alone = Jobs(settings, engine, NikVault(settings.secret))
    end = text(
        "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
        " WHERE locktype = 'advisory' AND objid = :key AND granted AND datname = :database"
    )
    given = {"key": AdvisoryLock.CONSUMER, "database": engine.url.database}
    with alone.consuming():
        assert told.get(timeout=SECONDS) == "works"
        with postgresql.connect() as operator:
            assert operator.execute(end, given).all() == [(True,)]

        assert [told.get(timeout=SECONDS) for _ in range(2)] == ["rests", "works"]
    alone.close()
