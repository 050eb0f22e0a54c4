"""Regular work is done once when it is due, also after a time in which no process ran."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, update
from sqlmodel import select

from app.database import reading, writing
from app.jobs.tasks import TaskRunner
from app.jobs.timetable import DELETE_EXPIRED_LOGINS, NIGHTLY_CHECK, SEND_REMINDERS, Entry, begin_run
from app.models import LoginFailure, OutboxKind, OutboxTask, ScheduledRun
from app.models.base import now
from app.nik_vault import NikVault
from app.settings import Settings


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("entry", "moment", "due"),
    [
        (SEND_REMINDERS, utc(2026, 3, 1, 9, 59, 59), utc(2026, 3, 1, 9, 50)),
        (SEND_REMINDERS, utc(2026, 3, 1, 10), utc(2026, 3, 1, 10)),
        (DELETE_EXPIRED_LOGINS, utc(2026, 3, 1, 0, 6), utc(2026, 2, 28, 23, 7)),
        (NIGHTLY_CHECK, utc(2026, 3, 1, 18, 36), utc(2026, 2, 28, 18, 37)),
        (NIGHTLY_CHECK, utc(2026, 3, 1, 18, 37), utc(2026, 3, 1, 18, 37)),  # 2 March, 02.37 WITA
    ],
)
def test_latest_due_time(entry: Entry, moment: datetime, due: datetime) -> None:
    assert entry.latest_due(moment) == due


def test_work_is_begun_once_for_each_due_time(engine: Engine) -> None:
    """A clock that is a little behind repeats nothing; after one that was a year ahead the work goes on."""
    due = utc(2026, 3, 1)
    behind, long_before = due - SEND_REMINDERS.period, due - timedelta(days=365)
    for is_begun, moment in (
        (True, due),
        (False, due),
        (False, behind),
        (True, long_before),
        (False, long_before),
        (True, due),
    ):
        with writing(engine) as db:
            assert begin_run(db, SEND_REMINDERS, moment) is is_begun


def test_missed_work_is_done_once_at_the_next_start(engine: Engine, settings: Settings) -> None:
    run_due_after_start(engine, settings)
    with writing(engine) as db:
        db.add(LoginFailure(email="sari@contoh.id", address="127.0.0.1", at=now() - timedelta(days=9)))
        db.exec(update(ScheduledRun).values(due_at=now() - timedelta(days=9)))
        for task in db.exec(select(OutboxTask)):
            db.delete(task)

    for _ in range(2):
        run_due_after_start(engine, settings)

    with reading(engine) as db:
        assert db.exec(select(LoginFailure)).all() == []
        assert [task.kind for task in db.exec(select(OutboxTask))] == [OutboxKind.FIND_DUPLICATES]


def run_due_after_start(engine: Engine, settings: Settings) -> None:
    TaskRunner(settings, engine, NikVault(settings.secret)).run_due()
