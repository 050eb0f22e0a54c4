"""The server is killed while it commits an import: all rows are saved or none, and the next server goes on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import httpx2
import pysqlite3.dbapi2 as sqlite3
import pytest
from sqlalchemy import text

from app.database import reading, writing
from app.models import Attendance, AttendanceImport, ImportStatus, Participant, Registration
from app.permissions import OPERATOR
from app.services.accounts.api_tokens import create_api_token
from app.services.imports.commit import MAX_ROWS_AT_ONCE
from app.services.imports.progress import import_progress
from tests.city import City, crowd
from tests.database import postgresql_in_soak
from tests.server import Server, serving

pytestmark = [postgresql_in_soak, pytest.mark.slow]

LONG = 3 * MAX_ROWS_AT_ONCE
MORE_THAN_THE_TIMETABLE_WRITES = 500_000  # bytes


@pytest.fixture
def is_writing(city: City) -> Callable[[], bool]:
    """A function that returns whether rows of an uncommitted transaction have reached the disk."""
    if city.engine.dialect.name == "sqlite":
        path = str(city.engine.url.database)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return lambda: Path(f"{path}-wal").stat().st_size > MORE_THAN_THE_TIMETABLE_WRITES

    def has_grown() -> bool:
        with reading(city.engine) as db:
            return bool(db.connection().scalar(text("SELECT pg_relation_size('registration')")))

    return has_grown


def test_all_rows_are_saved_or_none(city: City, server: Server, is_writing: Callable[[], bool]) -> None:
    attendance_import = city.upload(city.session(), crowd(MAX_ROWS_AT_ONCE))
    headers = sari_headers(city)

    def commit() -> None:
        with suppress(httpx2.HTTPError):
            post_commit(server, attendance_import.id, headers)

    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(commit)
        while not (is_writing() or answer.done()):
            pass
        server.kill()

    assert import_state(city) in [
        (ImportStatus.REVIEW, [0, 0, 0]),
        (ImportStatus.COMMITTED, [MAX_ROWS_AT_ONCE] * 3),
    ]

    city.commit(attendance_import.id)
    assert import_state(city) == (ImportStatus.COMMITTED, [MAX_ROWS_AT_ONCE] * 3)


def test_the_next_server_commits_a_long_list(
    city: City, server: Server, environment: dict[str, str], tmp_path: Path
) -> None:
    attendance_import = city.upload(city.session(), crowd(LONG))
    progress, headers = import_progress(city.engine), sari_headers(city)

    assert post_commit(server, attendance_import.id, headers).status_code == 202
    while not ((rows := progress.read(attendance_import.id)) and rows[0] > 0):
        pass
    server.kill()
    assert import_state(city) == (ImportStatus.COMMITTING, [0, 0, 0])

    with serving(environment, tmp_path) as other:
        path = f"{other.url}/api/v1/attendance-imports/{attendance_import.id}"
        while httpx2.get(path, headers=headers).json()["status"] == "committing":
            pass
    assert import_state(city) == (ImportStatus.COMMITTED, [LONG] * 3)


def sari_headers(city: City) -> dict[str, str]:
    with writing(city.engine) as db:
        token = create_api_token(db, OPERATOR, city.users["sari"], "uji")
    return {"Authorization": f"Bearer {token}"}


def post_commit(server: Server, import_id: int, headers: dict[str, str]) -> httpx2.Response:
    path = f"{server.url}/api/v1/attendance-imports/{import_id}/commit"
    return httpx2.post(path, json={}, headers=headers, timeout=60)


def import_state(city: City) -> tuple[ImportStatus, list[int]]:
    """Return the status of the import, and the numbers of people, registrations and attendances."""
    (attendance_import,) = city.all(AttendanceImport)
    return attendance_import.status, [len(city.all(kind)) for kind in (Participant, Registration, Attendance)]
