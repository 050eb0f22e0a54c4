"""On PostgreSQL a long list is written before the people table is locked, while others go on: nothing is lost by it."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.database import reading, writing
from app.jobs import tasks
from app.jobs.tasks import TaskRunner
from app.models import (
    Attendance,
    AttendanceImport,
    AttendanceStatus,
    ImportStatus,
    IssuedReport,
    Participant,
    Registration,
)
from app.services.imports import commit as import_commit
from app.services.imports.background_tasks import judge_queued_import
from app.services.imports.commit import CommitChoices, queue_commit
from app.services.locks import try_lock_people_table
from app.services.registrations.attendance_marks import MarkInput, mark_attendance
from app.settings import Settings
from tests.city import City, crowd, sheet
from tests.issued_reports import issue
from tests.services.imports.test_concurrency import on_postgresql

pytestmark = on_postgresql

MAX_SECONDS = 20


@pytest.fixture
def runner(settings: Settings, engine: Engine, city: City) -> TaskRunner:
    return TaskRunner(settings, engine, city.vault)


def commit_while(
    city: City,
    runner: TaskRunner,
    monkeypatch: pytest.MonkeyPatch,
    import_id: int,
    deed: Callable[[], object],
) -> int:
    """Commit the import; do the deed when the list is written for the first time. Return how often it was written."""
    written = 0

    def do_then_lock(db: Any) -> bool:
        nonlocal written
        written += 1
        if written == 1:
            deed()
        return try_lock_people_table(db)

    monkeypatch.setattr(import_commit, "try_lock_people_table", do_then_lock)
    with writing(city.engine) as db:
        queue_commit(db, city.actor("sari"), import_id, CommitChoices())
    runner.drain()
    (status,) = [found.status for found in city.all(AttendanceImport) if found.id == import_id]
    assert status is ImportStatus.COMMITTED
    return written


def test_others_create_people_while_a_list_is_written(
    city: City, runner: TaskRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    attendance_import, other = city.upload(city.session("A-1"), crowd(3)), city.session("B-1")

    def import_another_person() -> None:
        city.import_sheet(other, sheet("Nama;Kelurahan", "Orang Lain;Manggar"))
        assert len(city.all(Participant)) == 1  # Nobody sees half of the list.

    commit_while(city, runner, monkeypatch, attendance_import.id, import_another_person)

    assert len(city.all(Participant)) == 4


@pytest.mark.parametrize(("is_compared", "people"), [(True, 4), (False, 7)], ids=["compared", "control"])
def test_people_whom_others_create_meanwhile_are_not_created_twice(
    city: City, runner: TaskRunner, monkeypatch: pytest.MonkeyPatch, is_compared: bool, people: int
) -> None:
    attendance_import = city.upload(city.session("A-1"), crowd(3))
    city.import_sheet(city.session("B-1"), sheet("Nama;Kelurahan", "Orang Lain;Manggar"))
    other = city.session("C-1")
    if not is_compared:
        monkeypatch.setattr(import_commit, "holds_still", lambda *given: True)

    written = commit_while(
        city, runner, monkeypatch, attendance_import.id, lambda: city.import_sheet(other, crowd(3))
    )

    assert len(city.all(Participant)) == people
    assert written == (2 if is_compared else 1)


def test_a_list_lets_a_mark_go_first_that_waits_for_its_session(
    city: City, runner: TaskRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mark has locked the people table: both would wait for each other, and PostgreSQL end one of them."""
    code = city.session()
    city.register(code, "Budi Contoh")
    (registration,) = city.all(Registration)
    attendance_import = city.upload(code, crowd(3))
    marks: list[Future[None]] = []

    def mark() -> None:
        with writing(city.engine) as db:
            mark_attendance(db, city.actor("sari"), registration, MarkInput(status=AttendanceStatus.PRESENT))

    with ThreadPoolExecutor(1) as thread:

        def mark_and_wait() -> None:
            marks.append(thread.submit(mark))
            wait_for_waiting(city.engine)

        written = commit_while(city, runner, monkeypatch, attendance_import.id, mark_and_wait)
        marks[0].result()

    assert written == 2
    assert len(city.all(Attendance)) == 4


def wait_for_waiting(engine: Engine) -> None:
    """Wait until somebody waits for a row in this database."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + MAX_SECONDS
    while True:
        with reading(engine) as read_db:
            if read_db.scalar(waiting):
                return
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_people_who_were_deleted_since_a_list_was_judged_are_created_again(
    city: City, runner: TaskRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = city.import_sheet(city.session("A-1"), crowd(3))
    attendance_import = city.upload(city.session("B-1"), crowd(3))
    judged = []

    def judge_then_undo(*given: Any) -> Any:
        judged.append(judge_queued_import(*given))
        if len(judged) == 1:
            city.undo(earlier.id)
        return judged[-1]

    monkeypatch.setattr(tasks, "judge_queued_import", judge_then_undo)
    commit_while(city, runner, monkeypatch, attendance_import.id, lambda: None)

    assert len(judged) == 2
    assert len(city.all(Participant)) == len(city.all(Registration)) == 3


def test_a_report_that_is_issued_while_a_list_is_written_is_older_than_the_list(
    city: City, runner: TaskRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It doesn't count the list, which must be among what came in later."""
    attendance_import = city.upload(city.session(), crowd(3))

    commit_while(city, runner, monkeypatch, attendance_import.id, lambda: issue(city))

    (report,), (committed,) = city.all(IssuedReport), city.all(AttendanceImport)
    assert committed.committed_at is not None
    assert committed.committed_at > report.issued_at


def test_a_list_is_saved_in_the_end_although_others_are_always_in_the_way(
    city: City, runner: TaskRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    attendance_import = city.upload(city.session(), crowd(3))
    monkeypatch.setattr(import_commit, "try_lock_people_table", lambda db: False)
    with writing(city.engine) as db:
        queue_commit(db, city.actor("sari"), attendance_import.id, CommitChoices())

    runner.drain()

    assert len(city.all(Attendance)) == 3
