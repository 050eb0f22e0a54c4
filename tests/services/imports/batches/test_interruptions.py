"""A process that is killed while it reads a batch, files that make it die, and several people who save at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Barrier

import pytest
from sqlalchemy import event

from app.database import Db, writing
from app.jobs.batches import read_next_lists
from app.jobs.lease import Lease
from app.jobs.tasks import TaskRunner
from app.models import (
    Activity,
    AttendanceImport,
    OutboxKind,
    OutboxTask,
    Registration,
)
from app.permissions import Actor
from app.queries.imports.batches.batch_lists import ListStatus
from app.services.imports import commit as import_commit
from app.services.imports.batches import choices, saving
from app.services.imports.commit import CommitChoices, queue_commit
from app.services.outbox import release_claims
from app.services.workshops.workshop_sessions import cancel_session
from app.settings import Settings
from tests.batches import Batch
from tests.city import City
from tests.lists import folder_of_lists, listed_sessions, made_up_people, xlsx_list
from tests.services.imports.test_concurrency import at_once, on_postgresql


class Killed(BaseException):
    """Ends a process in the place where it is raised, as far as its transactions can tell."""


@contextmanager
def killed_at(city: City, statement: str, count: int) -> Iterator[None]:
    """Raise `Killed` at the statement that begins so, when it is executed for the `count`th time."""
    seen = 0

    def execute(_connection: object, _cursor: object, text: str, *_: object) -> None:
        nonlocal seen
        seen += text.startswith(statement)
        if seen == count:
            seen += 1
            raise Killed

    event.listen(city.engine, "before_cursor_execute", execute)
    try:
        with pytest.raises(Killed):
            yield
    finally:
        event.remove(city.engine, "before_cursor_execute", execute)


def test_a_killed_process_loses_and_doubles_nothing(city: City, settings: Settings) -> None:
    files = folder_of_lists(6, people=2)
    batch = Batch(city, settings, files)
    with killed_at(city, "UPDATE batch_list", 5):
        batch.runner.drain()
    assert batch.view().counts == {ListStatus.WAITING: 4, ListStatus.NEW_SESSION: 2}
    start_again(batch, settings)
    assert batch.read().counts == {ListStatus.NEW_SESSION: 6}

    batch.create_sessions()
    with killed_at(city, "INSERT INTO attendance_import ", 4):
        batch.runner.drain()
    assert batch.view().counts == {ListStatus.READY: 3, ListStatus.JUDGING: 3}
    start_again(batch, settings)
    assert batch.read().counts == {ListStatus.READY: 6}
    assert len(city.all(AttendanceImport)) == 6

    batch.save()
    with killed_at(city, "UPDATE attendance_import SET", 8):
        batch.runner.drain()
    assert 0 < batch.view().counts[ListStatus.SAVED] < 6
    start_again(batch, settings)
    assert batch.read().counts == {ListStatus.SAVED: 6}
    assert len(city.all(Registration)) == 12
    assert [one.path for one in batch.view().lists] == list(files)


def start_again(batch: Batch, settings: Settings) -> None:
    """Let another process go on with the background work."""
    batch.runner = TaskRunner(settings, batch.city.engine, batch.city.vault)
    with writing(batch.city.engine) as db:
        release_claims(db)


def test_a_file_at_which_processes_die_is_given_up_and_the_others_are_read(
    city: City, settings: Settings
) -> None:
    batch = Batch(city, settings, folder_of_lists(3, people=2))
    for _ in range(3):
        with killed_at(city, "UPDATE batch_list", 1):
            batch.runner.drain()
        start_again(batch, settings)
    view = batch.read()
    assert view.counts == {ListStatus.FAILED: 1, ListStatus.NEW_SESSION: 2}
    assert view.lists[0].problem is not None
    assert view.lists[0].problem.code == "interrupted"

    batch.leave_out(view.lists[0].path)
    batch.take_in(view.lists[0].path)
    assert batch.read().counts == {ListStatus.NEW_SESSION: 3}


def test_two_processes_that_read_a_batch_at_once_store_each_list_once(city: City, settings: Settings) -> None:
    """As `jangkau import` does beside a server, whose worker takes up the queued task."""
    batch = Batch(city, settings, folder_of_lists(4, people=2))

    def read() -> None:
        while read_next_lists(Lease(city.engine), city.vault, batch.id):
            pass

    at_once(read, read)
    assert batch.view().counts == {ListStatus.NEW_SESSION: 4}
    batch.create_sessions()
    at_once(read, read)
    assert batch.view().counts == {ListStatus.READY: 4}
    assert len(city.all(AttendanceImport)) == 4


def ready_batch(city: City, settings: Settings, count: int) -> Batch:
    batch = Batch(city, settings, folder_of_lists(count, people=2))
    batch.read()
    batch.create_sessions()
    assert batch.read().counts == {ListStatus.READY: count}
    return batch


def queued_commits(city: City) -> int:
    return sum(task.kind is OutboxKind.COMMIT_IMPORT for task in city.all(OutboxTask))


def test_two_presses_at_once_save_once(city: City, settings: Settings) -> None:
    batch = ready_batch(city, settings, 3)

    first, second = at_once(batch.save, batch.save)

    assert sorted(map(len, (first, second))) == [0, 3]
    assert queued_commits(city) == 3
    assert batch.read().counts == {ListStatus.SAVED: 3}
    assert [line.action for line in city.all(Activity)].count("commit") == 3
    assert len(city.all(Registration)) == 6


@on_postgresql
def test_without_the_locks_two_presses_at_once_save_twice(
    city: City, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: both look before either has written."""
    batch = ready_batch(city, settings, 1)
    both_have_looked = Barrier(2, timeout=20)

    def get_and_wait(db: Db, model: type[AttendanceImport], import_id: int) -> AttendanceImport:
        attendance_import = db.get_one(model, import_id)
        both_have_looked.wait()
        return attendance_import

    monkeypatch.setattr(choices, "lock_row", lambda db, model, id_: db.get_one(model, id_))
    monkeypatch.setattr(saving, "lock_imports_of_files", lambda db, ids: None)
    monkeypatch.setattr(saving, "lock_sessions", lambda db, ids: None)
    monkeypatch.setattr(import_commit, "lock_row", get_and_wait)

    first, second = at_once(batch.save, batch.save)

    assert len(first) == len(second) == 1
    assert queued_commits(city) == 2


def two_batches_for_a_session(city: City, settings: Settings) -> tuple[Batch, Batch]:
    """Return two batches that are ready, each with a list of other people for the same session."""
    session, people = next(listed_sessions(1)), made_up_people(4, seed=5)
    batches = [
        Batch(city, settings, {f"{at}.xlsx": xlsx_list(session, people[at : at + 2])}) for at in (0, 2)
    ]
    for batch in batches:
        batch.read()
    batches[0].create_sessions()
    batches[1].create_sessions()
    for batch in batches:
        assert batch.read().counts == {ListStatus.READY: 1}
    return batches[0], batches[1]


def test_of_two_batches_for_a_session_saved_at_once_one_is_asked(city: City, settings: Settings) -> None:
    first, second = two_batches_for_a_session(city, settings)

    saved = at_once(first.save, second.save)

    assert sorted(map(len, saved)) == [0, 1]
    asked = second if saved[0] else first
    (one,) = asked.read().lists
    assert [question.code for question in one.questions] == ["has-attendance"]
    assert len(city.all(Registration)) == 2


@on_postgresql
def test_without_the_lock_both_batches_for_a_session_are_saved_unasked(
    city: City, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: both look before either has written."""
    first, second = two_batches_for_a_session(city, settings)
    both_have_looked = Barrier(2, timeout=20)

    def wait_and_queue(db: Db, actor: Actor, import_id: int, choices: CommitChoices) -> AttendanceImport:
        both_have_looked.wait()
        return queue_commit(db, actor, import_id, choices)

    monkeypatch.setattr(saving, "lock_sessions", lambda db, ids: None)
    monkeypatch.setattr(saving, "queue_commit", wait_and_queue)

    assert list(map(len, at_once(first.save, second.save))) == [1, 1]


def test_sessions_are_created_once_by_two_presses_at_once(city: City, settings: Settings) -> None:
    batch = Batch(city, settings, folder_of_lists(4, people=1))
    batch.read()

    created = at_once(batch.create_sessions, batch.create_sessions)

    assert sorted(map(len, created)) == [0, 4]
    assert batch.read().counts == {ListStatus.READY: 4}


def test_a_list_that_can_not_be_saved_any_more_does_not_stop_the_others(
    city: City, settings: Settings
) -> None:
    batch = ready_batch(city, settings, 3)
    first = batch.view().lists[0]
    assert first.session is not None
    batch.save()
    with writing(city.engine) as db:
        cancel_session(db, city.actor("sari"), first.session.code, "Hujan deras")

    assert batch.read().counts == {ListStatus.OPEN: 1, ListStatus.SAVED: 2}
    cancelled = batch.view().lists[0]
    assert [one.code for one in cancelled.questions] == ["session-cancelled"]
    assert cancelled.problem is not None
    assert cancelled.problem.code == "session-cancelled"


def test_after_many_lists_are_saved_duplicates_are_searched_for_once(city: City, settings: Settings) -> None:
    batch = ready_batch(city, settings, 3)
    batch.save()
    for _ in range(3):
        batch.runner.perform_next()
    assert [task.kind for task in city.all(OutboxTask)] == [OutboxKind.FIND_DUPLICATES] * 3

    batch.runner.perform_next()
    assert city.all(OutboxTask) == []
