"""A long list is committed in the background: as it was asked, all or nothing, and if it can't be, it says why."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, update

from app.database import reading, writing
from app.errors import Conflict
from app.jobs import tasks
from app.jobs.tasks import TaskRunner
from app.models import (
    Activity,
    Attendance,
    Basis,
    ImportPurpose,
    ImportStatus,
    Message,
    OutboxKind,
    OutboxTask,
    Participant,
    Registration,
    WorkshopSession,
)
from app.models.base import now
from app.queries.imports.attendance_imports import get_attendance_import_view
from app.services.imports import background_tasks, commit
from app.services.imports.background_tasks import (
    commit_queued_import,
    give_up_commit,
    notify_committed_list,
)
from app.services.imports.commit import CommitChoices, commit_import, queue_commit
from app.services.imports.mapping import change_mapping
from app.services.imports.upload import discard_import, upload_sheet
from app.services.outbox import MAX_ATTEMPTS, claim_task
from app.services.registrations.lists import upload_registration_list
from app.services.registrations.writer import RegistrationWriter
from app.settings import Settings
from app.spreadsheets.attendance.rows import JudgedRow
from tests.city import City, crowd, sheet
from tests.services.imports.test_concurrency import at_once
from tests.upcoming_sessions import create_upcoming_session


@pytest.fixture
def runner(settings: Settings, engine: Engine, city: City) -> TaskRunner:
    return TaskRunner(settings, engine, city.vault)


def ask(
    city: City, import_id: int, *, by: str = "sari", choices: CommitChoices | None = None
) -> ImportStatus:
    with writing(city.engine) as db:
        return queue_commit(db, city.actor(by), import_id, choices).status


def standing(city: City, import_id: int) -> tuple[ImportStatus, str | None]:
    """How an import stands, and the code of what it says about that."""
    with reading(city.engine) as db:
        found = get_attendance_import_view(db, city.actor("sari"), import_id)
    problem = found.problem
    return found.status, problem.code if problem else None


def let_the_claim_run_out(city: City) -> None:
    with writing(city.engine) as db:
        db.exec(update(OutboxTask).values(claimed_until=now() - timedelta(seconds=1)))


def test_a_queued_commit_uses_the_choices_and_the_name_of_its_user(city: City, runner: TaskRunner) -> None:
    code = city.session()
    city.register(code, "Budi Contoh")
    attendance_import = city.upload(code, crowd(3))
    choices = CommitChoices(others="absent", basis=Basis.PAPER_CONSENT)

    assert ask(city, attendance_import.id, by="budi", choices=choices) is ImportStatus.COMMITTING
    assert city.all(Attendance) == []
    runner.drain()

    assert standing(city, attendance_import.id) == (ImportStatus.COMMITTED, None)
    assert sorted(city.outcomes().values(), key=str) == ["absent", "present", "present", "present"]
    assert {
        registration.basis
        for registration in city.all(Registration)
        if registration.basis is not Basis.PUBLIC_TASK
    } == {choices.basis}
    (line,) = [activity for activity in city.all(Activity) if activity.action == "commit"]
    assert (line.user_id, line.actor) == (city.users["budi"].id, "Budi Petugas")


def test_a_commit_queued_by_two_users_is_done_once(city: City, runner: TaskRunner) -> None:
    attendance_import = city.upload(city.session(), crowd(3))

    asked = at_once(
        lambda: ask(city, attendance_import.id), lambda: ask(city, attendance_import.id, by="budi")
    )
    runner.drain()

    assert asked == [ImportStatus.COMMITTING] * 2
    assert [activity.action for activity in city.all(Activity)].count("commit") == 1


@pytest.mark.parametrize(("is_compared", "people"), [(True, 4), (False, 7)], ids=["compared", "control"])
def test_people_who_were_registered_since_a_list_was_judged_are_not_created_twice(
    city: City, runner: TaskRunner, monkeypatch: pytest.MonkeyPatch, is_compared: bool, people: int
) -> None:
    """The list is judged before its commit takes the locks; without the comparison under them it would be wrong."""
    attendance_import = city.upload(city.session("A-1"), crowd(3))
    city.import_sheet(city.session("B-1"), sheet("Nama;Kelurahan", "Orang Lain;Manggar"))
    other_code = city.session("C-1")
    ask(city, attendance_import.id)
    commits = []

    def import_then_commit(*given: Any) -> None:
        commits.append(given)
        if len(commits) == 1:
            city.import_sheet(other_code, crowd(3))
        commit_queued_import(*given)

    monkeypatch.setattr(tasks, "MAX_LOCKED_LAST", 0)  # Otherwise: test_locks_last
    monkeypatch.setattr(tasks, "commit_queued_import", import_then_commit)
    if not is_compared:
        monkeypatch.setattr(commit, "holds_still", lambda *given: True)
    runner.drain()

    assert standing(city, attendance_import.id) == (ImportStatus.COMMITTED, None)
    assert len(city.all(Participant)) == people
    assert len(commits) == (2 if is_compared else 1)


def test_a_list_that_stays_outdated_is_judged_under_the_locks(
    city: City, runner: TaskRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    attendance_import = city.upload(city.session("A-1"), crowd(3))
    ask(city, attendance_import.id)
    city.import_sheet(city.session("B-1"), crowd(3))
    monkeypatch.setattr(commit, "holds_still", lambda *given: False)

    runner.drain()

    assert standing(city, attendance_import.id) == (ImportStatus.COMMITTED, None)
    assert len(city.all(Participant)) == 3


def test_a_list_that_is_killed_after_its_commit_tells_everybody_once(
    city: City, runner: TaskRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = create_upcoming_session(city, capacity=2)
    lines = (f"Ani {word};Manggar;ani-{word}@contoh.id" for word in ("Satu", "Dua", "Tiga"))
    with reading(city.engine) as read_db, writing(city.engine) as db:
        content = sheet("Nama;Kelurahan;Email", *lines)
        attendance_import = upload_registration_list(
            read_db, db, city.vault, city.actor("sari"), code, "a.csv", content
        )
    ask(city, attendance_import.id)
    monkeypatch.setattr(background_tasks, "MESSAGES_AT_ONCE", 1)
    told: list[int | None] = []

    def tell_one_then_break(*given: Any, **more: Any) -> int | None:
        if len(told) == 1:
            raise KeyboardInterrupt
        told.append(notify_committed_list(*given, **more))
        return told[-1]

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(tasks, "notify_committed_list", tell_one_then_break)
        with pytest.raises(KeyboardInterrupt):
            runner.drain()
    assert standing(city, attendance_import.id) == (ImportStatus.COMMITTED, None)
    assert len(city.all(Message)) == 1

    let_the_claim_run_out(city)
    runner.drain()
    assert [message.kind for message in city.all(Message)] == ["confirmed", "confirmed", "waitlisted"]


@pytest.mark.parametrize("registers", [False, True], ids=["attendance", "registration"])
def test_a_longer_list_needs_no_more_statements_while_others_wait(
    city: City, runner: TaskRunner, registers: bool
) -> None:
    """Neither for people who are new nor for those who are known: everybody waits while a list is written."""
    create_upcoming_session(city, capacity=10)
    counts = []
    for number, size in enumerate((4, 40, 4, 40)):
        is_known = number > 1
        content = crowd(size) if is_known else sheet("Nama;Kelurahan", *new_people(number, size))
        if is_known:
            city.import_sheet(city.session(f"LAMA-{number}"), content)
        code = (
            create_upcoming_session(city, f"JUALAN-{number + 2}", capacity=3, public=False)
            if registers
            else city.session(f"SINI-{number}")
        )
        purpose = ImportPurpose.REGISTRATION if registers else ImportPurpose.ATTENDANCE
        with reading(city.engine) as read_db, writing(city.engine) as db:
            to = (read_db, db, city.vault, city.actor("sari"), code, "a.csv", content)
            attendance_import = upload_sheet(*to, purpose=purpose)
        ask(city, attendance_import.id)
        task = next(task for task in city.all(OutboxTask) if task.kind is OutboxKind.COMMIT_IMPORT)
        with counting(city.engine) as statements, writing(city.engine) as db:
            commit_queued_import(db, city.vault, task.payload)
        counts.append(len(statements))
        assert standing(city, attendance_import.id) == (ImportStatus.COMMITTED, None)
        runner.drain()

    # Rows of which other columns change are updated by a statement of their own.
    assert counts[1] <= counts[0] + 2
    assert counts[3] <= counts[2] + 2


def new_people(number: int, size: int) -> Iterator[str]:
    return (f"Orang {'abcd'[number]}{index};Manggar" for index in range(size))


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    """Yield a list of the statements that SQLAlchemy has executed in the block."""
    statements: list[str] = []

    def note(*given: Any) -> None:
        statements.append(given[2])

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_late_worker_changes_nothing(city: City, runner: TaskRunner) -> None:
    attendance_import = city.upload(city.session(), crowd(3))
    ask(city, attendance_import.id)
    (task,) = city.all(OutboxTask)
    runner.drain()

    with writing(city.engine) as db:
        commit_queued_import(db, city.vault, task.payload)
        give_up_commit(db, {"import": attendance_import.id})

    assert standing(city, attendance_import.id) == (ImportStatus.COMMITTED, None)
    assert [activity.action for activity in city.all(Activity)].count("commit") == 1


def test_an_import_cannot_be_changed_while_its_commit_is_queued(city: City, runner: TaskRunner) -> None:
    attendance_import = city.upload(city.session(), crowd(3))
    ask(city, attendance_import.id)
    sari = city.actor("sari")

    def map_again() -> None:
        with reading(city.engine) as read_db, writing(city.engine) as db:
            change_mapping(read_db, db, city.vault, sari, attendance_import.id, {"target_group": "umkm"})

    def throw_away() -> None:
        with writing(city.engine) as db:
            discard_import(db, sari, attendance_import.id)

    changes: list[Callable[[], object]] = [
        lambda: city.correct(attendance_import.id, 2, cells={"name": "Siti Aminah"}),
        map_again,
        throw_away,
        lambda: city.undo(attendance_import.id),
    ]
    for change in changes:
        with pytest.raises(Conflict) as refused:
            change()
        assert refused.value.code == "being-committed"
    assert city.commit(attendance_import.id).status is ImportStatus.COMMITTING
    assert city.all(Participant) == []


def test_an_import_returns_to_review_if_rows_need_attention_when_committed(
    city: City, runner: TaskRunner
) -> None:
    attendance_import = city.upload(
        city.session(), sheet("Nama;Kelurahan", "Siti Aminah;Manggar", "Nur Aini;Manggar")
    )
    ask(city, attendance_import.id)
    other = city.session("B-1")
    city.import_sheet(other, sheet("Nama;Kelurahan", "Siti Aminah;Manggar"))
    city.register(other, "Siti Aminah")

    runner.drain()

    assert standing(city, attendance_import.id) == (ImportStatus.REVIEW, "rows-need-attention")
    assert city.rows(attendance_import.id)[2].kind == "review"
    assert len(city.all(Participant)) == 2

    city.correct(attendance_import.id, 2, decision={"person": "new"})
    assert standing(city, attendance_import.id) == (ImportStatus.REVIEW, None)
    ask(city, attendance_import.id)
    runner.drain()
    assert len(city.all(Participant)) == 4


def test_an_import_returns_to_review_if_its_session_was_moved(city: City, runner: TaskRunner) -> None:
    attendance_import = city.upload(city.session(), crowd(3))
    ask(city, attendance_import.id)
    with writing(city.engine) as db:
        later = {"starts_at": now() + timedelta(days=1), "ends_at": now() + timedelta(days=2)}
        db.exec(update(WorkshopSession).values(**later))

    runner.drain()

    assert standing(city, attendance_import.id) == (ImportStatus.REVIEW, "session-not-started")
    assert city.all(Attendance) == []


def test_a_list_that_fails_halfway_registers_nobody(
    city: City, runner: TaskRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = create_upcoming_session(city)
    with reading(city.engine) as read_db, writing(city.engine) as db:
        content = sheet("Nama;Kelurahan;HP", "Ani Aster;Manggar;081200000001", "Budi Bakung;Manggar;")
        attendance_import = upload_registration_list(
            read_db, db, city.vault, city.actor("sari"), code, "a.csv", content
        )
    ask(city, attendance_import.id)
    get_columns = RegistrationWriter.get_columns

    def refuse_budi(writer: RegistrationWriter, judged: JudgedRow, *given: Any) -> dict[str, Any]:
        if judged.values.name == "Budi Bakung":
            raise Conflict("Budi Bakung is registered already.", code="already-registered")
        return get_columns(writer, judged, *given)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(RegistrationWriter, "get_columns", refuse_budi)
        runner.drain()

    assert standing(city, attendance_import.id) == (ImportStatus.REVIEW, "already-registered")
    assert (city.all(Participant), city.all(Registration), city.all(OutboxTask)) == ([], [], [])
    assert not [activity for activity in city.all(Activity) if activity.action == "register"]

    ask(city, attendance_import.id)
    runner.drain()
    assert standing(city, attendance_import.id) == (ImportStatus.COMMITTED, None)
    assert len(city.all(Registration)) == 2


def test_another_worker_commits_if_a_worker_died(
    city: City, runner: TaskRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    attendance_import = city.upload(city.session(), crowd(3))
    ask(city, attendance_import.id)
    with writing(city.engine) as db:
        assert claim_task(db) is not None
    let_the_claim_run_out(city)
    seen = []

    def look_then_commit(*given: Any) -> None:
        seen.append(standing(city, attendance_import.id))
        commit_queued_import(*given)

    monkeypatch.setattr(tasks, "MAX_LOCKED_LAST", 0)
    monkeypatch.setattr(tasks, "commit_queued_import", look_then_commit)
    runner.drain()

    assert seen == [(ImportStatus.COMMITTING, "interrupted")]
    assert standing(city, attendance_import.id) == (ImportStatus.COMMITTED, None)
    assert len(city.all(Attendance)) == 3


def test_a_commit_that_kills_every_worker_can_be_queued_again(city: City, runner: TaskRunner) -> None:
    attendance_import = city.upload(city.session(), crowd(3))
    ask(city, attendance_import.id)
    for _ in range(MAX_ATTEMPTS):
        with writing(city.engine) as db:
            assert claim_task(db) is not None
        let_the_claim_run_out(city)

    runner.drain()
    assert standing(city, attendance_import.id) == (ImportStatus.REVIEW, "interrupted")
    assert city.all(Attendance) == []

    ask(city, attendance_import.id)
    runner.drain()
    assert standing(city, attendance_import.id) == (ImportStatus.COMMITTED, None)


@pytest.mark.parametrize("kind", [OutboxKind.READ_IMPORT, OutboxKind.COMMIT_IMPORT])
def test_a_deleted_import_does_not_delay_other_tasks(
    city: City, runner: TaskRunner, kind: OutboxKind
) -> None:
    """Whether its work was never begin_session, broke off, or is to be given up."""
    with writing(city.engine) as db:
        payload = {"import": 4711, "user": None}
        db.add_all(
            OutboxTask(kind=kind, payload=payload, attempts=tries) for tries in range(MAX_ATTEMPTS + 1)
        )
    attendance_import = city.upload(city.session(), crowd(3))
    ask(city, attendance_import.id)

    runner.drain()

    assert city.all(OutboxTask) == []
    assert standing(city, attendance_import.id) == (ImportStatus.COMMITTED, None)


@pytest.mark.slow
def test_commit_progress_grows_from_none_to_all_rows(city: City) -> None:
    """Also where the list has to be judged again, and not all of its rows are written."""
    attendance_import = city.upload(city.session("A-1"), crowd(2500))
    city.import_sheet(city.session("B-1"), crowd(1200))
    told: list[tuple[int, int]] = []

    with writing(city.engine) as db:
        to = (db, city.vault, city.actor("sari"), attendance_import.id)
        commit_import(*to, progress=lambda done, of: told.append((done, of)))

    done = [rows for rows, _ in told]
    assert (done[0], done[-1], done == sorted(done)) == (0, 2500, True)
    assert {of for _, of in told} == {2500}
