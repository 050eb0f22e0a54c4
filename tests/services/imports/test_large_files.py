"""A large file is read in the background: queued with the upload, claimed by one worker, lost by none."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from app.database import reading, writing
from app.errors import Conflict
from app.jobs import tasks
from app.jobs.tasks import TaskRunner
from app.models import Activity, AttendanceImport, AttendanceImportRow, ImportStatus, OutboxTask
from app.models.base import now
from app.services.imports import background_tasks
from app.services.imports.background_tasks import give_up_reading, read_queued_file
from app.services.imports.mapping import ChangedSheet, change_mapping, read_with_changes
from app.services.imports.upload import MAX_BYTES_READ_AT_ONCE, read_stored_file
from app.services.outbox import MAX_ATTEMPTS, claim_task
from app.settings import Settings
from tests.city import City, crowd

LARGE = crowd(3) + b";" * MAX_BYTES_READ_AT_ONCE


@pytest.fixture
def runner(settings: Settings, engine: Engine, city: City) -> TaskRunner:
    return TaskRunner(settings, engine, city.vault)


def status(city: City) -> ImportStatus:
    (attendance_import,) = city.all(AttendanceImport)
    return attendance_import.status


def let_the_claim_run_out(city: City) -> None:
    with writing(city.engine) as db:
        for task in city.all(OutboxTask):
            db.get_one(OutboxTask, task.id).claimed_until = now() - timedelta(seconds=1)


def test_a_large_file_is_read_in_the_background(city: City, runner: TaskRunner) -> None:
    attendance_import = city.upload(city.session(), LARGE)
    assert (attendance_import.status, attendance_import.counts, city.rows(attendance_import.id)) == (
        ImportStatus.READING,
        {},
        {},
    )

    runner.drain()

    assert status(city) is ImportStatus.REVIEW
    assert len(city.rows(attendance_import.id)) == 3
    assert city.all(OutboxTask) == []


def mapped(city: City, import_id: int, **changes: object) -> ImportStatus:
    with reading(city.engine) as read_db, writing(city.engine) as db:
        return change_mapping(read_db, db, city.vault, city.actor("budi"), import_id, changes).status


def test_a_large_file_is_read_again_in_the_background_with_the_chosen_columns(
    city: City, runner: TaskRunner
) -> None:
    attendance_import = city.upload(city.session(), LARGE)
    runner.drain()
    city.correct(attendance_import.id, 2, cells={"name": "Siti Aminah"})

    assert (
        mapped(city, attendance_import.id, columns={0: "name", 1: "kelurahan", 2: None})
        is ImportStatus.READING
    )
    assert len(city.rows(attendance_import.id)) == 3
    with pytest.raises(Conflict):
        city.correct(attendance_import.id, 2, cells={"name": "Nur Aini"})
    runner.drain()

    rows = city.rows(attendance_import.id)
    assert status(city) is ImportStatus.REVIEW
    assert rows[2].cells["name"] == "Siti Aminah"
    assert {tuple(row.cells) for row in rows.values()} == {("name", "kelurahan", "attendance")}
    (line,) = [activity for activity in city.all(Activity) if activity.action == "map"]
    assert line.actor == "Budi Petugas"
    assert city.all(OutboxTask) == []


def test_an_import_stays_as_it_was_if_it_cannot_be_read_with_the_new_choices(
    city: City, runner: TaskRunner
) -> None:
    attendance_import = city.upload(city.session(), LARGE)
    runner.drain()

    mapped(city, attendance_import.id, sheet="Lembar lain")
    runner.drain()

    (attendance_import,) = city.all(AttendanceImport)
    assert attendance_import.status is ImportStatus.REVIEW
    assert (attendance_import.failure or {})["code"] == "no-such-sheet"
    assert len(city.rows(attendance_import.id)) == 3


def test_corrections_made_while_a_file_is_read_again_are_kept(
    city: City, runner: TaskRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a colleague merges two people, of whom one was chosen for a row."""

    def read_meanwhile(*asked: Any) -> ChangedSheet:
        read = read_with_changes(*asked)
        with writing(city.engine) as db:
            db.get_one(AttendanceImportRow, (attendance_import.id, 2)).decision = {"person": "new"}
        return read

    attendance_import = city.upload(city.session(), LARGE)
    runner.drain()
    mapped(city, attendance_import.id, target_group="umkm")
    monkeypatch.setattr(background_tasks, "read_with_changes", read_meanwhile)
    runner.drain()

    (attendance_import,) = city.all(AttendanceImport)
    assert (attendance_import.status, (attendance_import.failure or {})["code"]) == (
        ImportStatus.REVIEW,
        "corrected-meanwhile",
    )
    assert city.rows(attendance_import.id)[2].decision == {"person": "new"}
    assert city.all(OutboxTask) == []


def test_another_worker_reads_the_file_if_a_worker_died(city: City, runner: TaskRunner) -> None:
    city.upload(city.session(), LARGE)
    with writing(city.engine) as db:
        assert claim_task(db) is not None

    runner.drain()
    assert status(city) is ImportStatus.READING

    let_the_claim_run_out(city)
    runner.drain()
    assert status(city) is ImportStatus.REVIEW


def test_two_workers_never_claim_the_same_task(city: City) -> None:
    for code in ("A-1", "B-1"):
        city.upload(city.session(code), LARGE)

    with writing(city.engine) as db:
        first = claim_task(db)
    with writing(city.engine) as db:
        second = claim_task(db)
        nothing = claim_task(db)

    assert first is not None
    assert second is not None
    assert first.payload != second.payload
    assert nothing is None


def test_an_unreadable_file_fails_with_a_reason(city: City, runner: TaskRunner) -> None:
    city.upload(city.session(), b"not a list\n" + b"\n" * MAX_BYTES_READ_AT_ONCE)

    runner.drain()

    (failed,) = city.all(AttendanceImport)
    assert failed.status is ImportStatus.FAILED
    assert failed.failure is not None
    assert failed.failure["code"] == "no-header"
    assert city.all(OutboxTask) == []


def test_reading_is_given_up_after_several_attempts(
    city: City, runner: TaskRunner, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fault(*_: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(tasks, "read_queued_file", fault)
    city.upload(city.session(), LARGE)

    for _ in range(MAX_ATTEMPTS):
        assert status(city) is ImportStatus.READING
        runner.drain()
        let_the_claim_run_out(city)

    (failed,) = city.all(AttendanceImport)
    assert failed.status is ImportStatus.FAILED
    assert failed.failure is not None
    assert failed.failure["code"] == "unreadable-file"
    assert city.all(OutboxTask) == []
    assert caplog.text.count("the disk is full") >= MAX_ATTEMPTS


def test_a_late_worker_does_not_overwrite_later_corrections(
    city: City, runner: TaskRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    attendance_import = city.upload(city.session(), LARGE)

    def read_late(*asked: Any, **how: Any) -> object:
        monkeypatch.undo()
        read = read_stored_file(*asked, **how)
        with reading(city.engine) as read_db, writing(city.engine) as db:
            read_queued_file(read_db, db, city.vault, {"import": attendance_import.id})
        city.correct(attendance_import.id, 2, cells={"name": "Siti Aminah"})
        return read

    monkeypatch.setattr(background_tasks, "read_stored_file", read_late)
    runner.drain()

    assert status(city) is ImportStatus.REVIEW
    assert city.rows(attendance_import.id)[2].cells["name"] == "Siti Aminah"


def test_a_late_failure_does_not_affect_an_import_that_another_worker_has_read(
    city: City, runner: TaskRunner
) -> None:
    attendance_import = city.upload(city.session(), LARGE)
    runner.drain()

    with writing(city.engine) as db:
        give_up_reading(db, city.vault, {"import": attendance_import.id})

    assert status(city) is ImportStatus.REVIEW
    assert len(city.rows(attendance_import.id)) == 3


def test_a_file_that_kills_every_worker_is_given_up(city: City, runner: TaskRunner) -> None:
    city.upload(city.session(), LARGE)
    for _ in range(MAX_ATTEMPTS):
        with writing(city.engine) as db:
            assert claim_task(db) is not None
        let_the_claim_run_out(city)

    runner.drain()

    assert status(city) is ImportStatus.FAILED
    assert city.all(OutboxTask) == []
