"""Several people at once: one result, nobody made twice, nothing half done."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from threading import Barrier, Event
from typing import Any

import pytest

from app.database import Db, reading, writing
from app.errors import Conflict
from app.models import Activity, AttendanceImport, ImportStatus, Participant, Registration
from app.services.imports import commit as import_commit
from app.services.imports.commit import commit_import
from app.services.imports.judging import count_changes
from app.services.imports.shared import commit as shared_commit
from app.services.imports.shared.commit import commit_together_or_queue
from app.services.imports.shared.people import lock_shared_imports
from app.services.imports.shared.sessions import SessionChoice, read_for_sessions
from app.services.locks import lock_people_table
from tests.city import City, crowd, sheet

# SQLite's writers wait for each other from their first statement on: there it can't happen.
on_postgresql = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)


def at_once(*deeds: Callable[[], object]) -> list[Any]:
    """Does all of it in threads that start together; what was raised stands in the place of a result."""
    start = Barrier(len(deeds))

    def begin(deed: Callable[[], object]) -> object:
        start.wait()
        try:
            return deed()
        except Conflict as conflict:
            return conflict

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(begin, deeds))


def test_two_concurrent_commits_give_one_result(city: City) -> None:
    attendance_import = city.upload(city.session(), crowd(50))

    first, second = at_once(
        lambda: city.commit(attendance_import.id), lambda: city.commit(attendance_import.id, by="budi")
    )

    assert first.committed_at == second.committed_at
    assert len(city.all(Participant)) == len(city.all(Registration)) == 50
    assert [activity.action for activity in city.all(Activity)].count("commit") == 1


def test_concurrent_commits_create_the_same_new_people_once(city: City) -> None:
    imports = [city.upload(city.session(code), crowd(50)).id for code in ("A-1", "B-1", "C-1")]

    at_once(*(partial(city.commit, import_id) for import_id in imports))

    assert len(city.all(Participant)) == 50
    assert len(city.all(Registration)) == 150


@on_postgresql
def test_without_the_lock_concurrent_commits_create_people_twice(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: both look before either has written."""
    both_have_looked = Barrier(2)

    def count_and_wait(db: Db, uploaded_at: datetime) -> int:
        changes = count_changes(db, uploaded_at)
        both_have_looked.wait()
        return changes

    monkeypatch.setattr(import_commit, "lock_people_table", lambda db: None)
    monkeypatch.setattr(import_commit, "count_changes", count_and_wait)
    imports = [city.upload(city.session(code), crowd(3)).id for code in ("A-1", "B-1")]

    at_once(*(partial(city.commit, import_id) for import_id in imports))

    assert len(city.all(Participant)) == 6


def test_an_import_is_undone_while_another_is_committed(city: City) -> None:
    undone = city.import_sheet(city.session("A-1"), crowd(30))
    committed = city.upload(city.session("B-1"), crowd(30))

    at_once(lambda: city.undo(undone.id), lambda: city.commit(committed.id))

    registered = city.all(Registration)
    assert len(city.all(Participant)) == len(registered) == 30
    assert {registration.workshop_session_id for registration in registered} == {
        committed.workshop_session_id
    }


def test_concurrent_undo_and_commit_of_an_import_end_in_one_of_the_two(city: City) -> None:
    attendance_import = city.import_sheet(city.session(), crowd(10))

    undone, committed = at_once(
        lambda: city.undo(attendance_import.id), lambda: city.commit(attendance_import.id)
    )

    assert undone.status is ImportStatus.UNDONE
    became_of_commit = committed.code if isinstance(committed, Conflict) else committed.status
    assert became_of_commit in {"not-in-review", ImportStatus.COMMITTED}
    assert [activity.action for activity in city.all(Activity)].count("commit") == 1
    assert city.all(Participant) == []


@on_postgresql
def test_saving_one_session_and_saving_all_never_wait_for_each_other(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One has locked the people, and would wait for the imports if the other locked them first."""
    first, second = city.workshop_of_days(count=2)
    content = sheet("Nama;Kelurahan;5/8/2025;6/8/2025", "Ani;Manggar;v;v", "Budi;Lamaru;v;v")
    uploaded = city.upload(first, content)
    actor = city.actor("sari")
    with reading(city.engine) as read_db, writing(city.engine) as db:
        choices = [SessionChoice(first), SessionChoice(second)]
        read_for_sessions(read_db, db, city.vault, actor, uploaded.id, choices)
    has_people, other_has_imports = Event(), Event()

    def lock_people_and_wait(db: Db) -> None:
        lock_people_table(db)
        has_people.set()
        other_has_imports.wait(0.5)

    def lock_imports(db: Db, attendance_import: AttendanceImport) -> list[AttendanceImport]:
        locked = lock_shared_imports(db, attendance_import)
        other_has_imports.set()
        return locked

    def save_all() -> None:
        has_people.wait()
        with writing(city.engine) as db:
            commit_together_or_queue(db, city.vault, actor, uploaded.id)

    monkeypatch.setattr(shared_commit, "lock_shared_imports", lock_imports)
    monkeypatch.setattr(import_commit, "lock_people_table", lock_people_and_wait)
    at_once(lambda: city.commit(uploaded.id), save_all)

    assert {shared.status for shared in city.all(AttendanceImport)} == {ImportStatus.COMMITTED}
    assert len(city.all(Participant)) == 2


@on_postgresql
def test_a_change_that_becomes_visible_late_is_not_overlooked(city: City) -> None:
    """Lines of the log are numbered before they can be seen: here a workshop overtakes the first commit."""
    people = sheet("Nama;Kelurahan", "Siti Aminah;Manggar")
    first, session_code = city.upload(city.session("A-1"), people), city.session("B-1")
    with writing(city.engine) as db:
        commit_import(db, city.vault, city.actor("sari"), first.id)
        db.flush()
        city.workshop("C-1")
        second = city.upload(session_code, people)

    city.commit(second.id)

    assert len(city.all(Participant)) == 1
