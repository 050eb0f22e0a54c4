"""`jangkau worker` as a real process, next to servers that could do the same work."""

from collections.abc import Callable
from pathlib import Path
from signal import SIGTERM
from typing import Any

import pytest
from sqlmodel import select

from app.database import reading, writing
from app.models import Attendance, AttendanceImport, ImportStatus, Registration, ScheduledRun
from app.queries.operation.background import load_background_state
from app.services.imports.commit import MAX_ROWS_AT_ONCE, queue_commit
from app.services.imports.progress import import_progress
from app.services.imports.upload import MAX_BYTES_READ_AT_ONCE
from tests.city import City, crowd
from tests.database import postgresql_in_soak
from tests.server import Running, serving, wait_until, working

LONG = 3 * MAX_ROWS_AT_ONCE
SECONDS_TO_END = 10
SECONDS_TO_COMMIT = 60

Environment = dict[str, str]


@pytest.fixture
def queue_long_commit(city: City) -> Callable[[], int]:
    """A function that queues the commit of a long list and returns the import's id."""
    import_id = city.upload(city.session(), crowd(LONG)).id

    def queue() -> int:
        with writing(city.engine) as db:
            queue_commit(db, city.actor("sari"), import_id)
        return import_id

    return queue


def has_begun(city: City) -> bool:
    """Return whether a process has begun with the timetable, which the process that has the lease does first."""
    with reading(city.engine) as db:
        return db.exec(select(ScheduledRun)).first() is not None


def status(city: City) -> ImportStatus:
    (attendance_import,) = city.all(AttendanceImport)
    return attendance_import.status


def rows_saved(city: City) -> list[int]:
    return [len(city.all(table)) for table in (Registration, Attendance)]


def wait_until_under_way(city: City, import_id: int, process: Running) -> None:
    progress = import_progress(city.engine)
    wait_until(lambda: (progress.read(import_id) or (0, 0))[0] > 0, process)


def test_it_does_queued_work_while_servers_run(city: City, environment: Environment, tmp_path: Path) -> None:
    with (
        working(environment, tmp_path) as worker,
        serving(environment, tmp_path) as server,
        serving(environment, tmp_path),
    ):
        city.upload(city.session(), crowd(3) + b";" * MAX_BYTES_READ_AT_ONCE)
        wait_until(lambda: status(city) is ImportStatus.REVIEW, worker)
        assert server.process.exitcode is None


@postgresql_in_soak
@pytest.mark.slow
def test_a_server_takes_over_if_it_is_killed(
    city: City, environment: Environment, tmp_path: Path, queue_long_commit: Callable[[], int]
) -> None:
    with working(environment, tmp_path) as worker:
        wait_until(lambda: has_begun(city), worker)
        with serving(environment, tmp_path) as server:
            wait_until_under_way(city, queue_long_commit(), worker)
            worker.kill()
            assert (status(city), rows_saved(city)) == (ImportStatus.COMMITTING, [0, 0])

            wait_until(lambda: status(city) is ImportStatus.COMMITTED, server, SECONDS_TO_COMMIT)
            assert rows_saved(city) == [LONG, LONG]


@postgresql_in_soak
@pytest.mark.slow
@pytest.mark.clock
@pytest.mark.parametrize("command", [working, serving])
def test_it_stops_in_time_and_the_next_one_finishes_its_work(
    city: City,
    environment: Environment,
    tmp_path: Path,
    queue_long_commit: Callable[[], int],
    command: Callable[..., Any],
) -> None:
    with command(environment, tmp_path, new_interpreter=True) as first:
        wait_until(lambda: has_begun(city), first)
        wait_until_under_way(city, queue_long_commit(), first)
        first.process.terminate()
        first.process.join(SECONDS_TO_END)
        assert first.process.exitcode in (0, -SIGTERM)
    assert (status(city), rows_saved(city)) in [
        (ImportStatus.COMMITTING, [0, 0]),
        (ImportStatus.COMMITTED, [LONG, LONG]),
    ]

    with working(environment, tmp_path) as second:
        wait_until(lambda: status(city) is ImportStatus.COMMITTED, second, SECONDS_TO_COMMIT)
    assert rows_saved(city) == [LONG, LONG]


@postgresql_in_soak
@pytest.mark.slow
@pytest.mark.clock
def test_another_process_goes_on_in_time(city: City, environment: Environment, tmp_path: Path) -> None:
    """Within ten seconds after a kill, and within three after a clean end."""
    with serving(environment, tmp_path) as killed:
        wait_until(lambda: find_holder(city) is not None, killed)
        with serving(environment, tmp_path) as ended:
            holder = find_holder(city)
            killed.kill()
            wait_until(lambda: find_holder(city) != holder, ended, 10)
            with serving(environment, tmp_path) as last:
                holder = find_holder(city)
                ended.stop()
                wait_until(lambda: find_holder(city) not in (None, holder), last, 3)


def find_holder(city: City) -> str | None:
    with reading(city.engine) as db:
        return load_background_state(db).holder
