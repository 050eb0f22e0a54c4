"""The power fails while an import is being committed: all of its rows are there afterwards, or none; and what was
asked for is done by the next server.
"""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

from app.database import reading, writing
from app.models import Attendance, AttendanceImport, ImportStatus, Participant, Registration
from app.permissions import OPERATOR
from app.services.accounts.users import create_api_token
from app.services.imports.commit import MAX_ROWS_AT_ONCE
from app.services.imports.progress import import_progress
from tests.city import City, crowd
from tests.server import Server, serving

pytestmark = pytest.mark.slow

LONG = 3 * MAX_ROWS_AT_ONCE
MORE_THAN_THE_TIMETABLE_WRITES = 500_000  # bytes


@pytest.fixture
def is_writing(city: City) -> Callable[[], bool]:
    """Return a function that tells whether rows of a transaction that isn't committed have reached the disk."""
    if city.engine.dialect.name == "sqlite":
        path = str(city.engine.url.database)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return lambda: Path(f"{path}-wal").stat().st_size > MORE_THAN_THE_TIMETABLE_WRITES

    def has_grown() -> bool:
        with reading(city.engine) as look:
            return bool(look.connection().scalar(text("SELECT pg_relation_size('registration')")))

    return has_grown


def test_all_or_nothing(city: City, server: Server, is_writing: Callable[[], bool]) -> None:
    made = city.upload(city.session(), crowd(MAX_ROWS_AT_ONCE))
    headers = as_sari(city)

    def commit() -> None:
        with suppress(httpx2.HTTPError):
            ask_to_commit(server, made.id, headers)

    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(commit)
        while not (is_writing() or answer.done()):
            pass
        server.kill()

    assert standing(city) in [
        (ImportStatus.REVIEW, [0, 0, 0]),
        (ImportStatus.COMMITTED, [MAX_ROWS_AT_ONCE] * 3),
    ]

    city.commit(made.id)
    assert standing(city) == (ImportStatus.COMMITTED, [MAX_ROWS_AT_ONCE] * 3)


def test_a_long_list_is_taken_up_again(
    city: City, server: Server, environment: dict[str, str], tmp_path: Path
) -> None:
    made = city.upload(city.session(), crowd(LONG))
    progress, headers = import_progress(city.engine), as_sari(city)

    assert ask_to_commit(server, made.id, headers).status_code == 202
    while not ((rows := progress.read(made.id)) and rows[0] > 0):
        pass
    server.kill()
    assert standing(city) == (ImportStatus.COMMITTING, [0, 0, 0])

    with serving(environment, tmp_path) as other:
        path = f"{other.url}/api/v1/attendance-imports/{made.id}"
        while httpx2.get(path, headers=headers).json()["status"] == "committing":
            pass
    assert standing(city) == (ImportStatus.COMMITTED, [LONG] * 3)


def as_sari(city: City) -> dict[str, str]:
    with writing(city.engine) as db:
        token = create_api_token(db, OPERATOR, city.users["sari"], "uji")
    return {"Authorization": f"Bearer {token}"}


def ask_to_commit(server: Server, import_id: int, headers: dict[str, str]) -> httpx2.Response:
    path = f"{server.url}/api/v1/attendance-imports/{import_id}/commit"
    return httpx2.post(path, json={}, headers=headers, timeout=60)


def standing(city: City) -> tuple[ImportStatus, list[int]]:
    """How the import stands, and how many people, registrations and attendances there are."""
    (found,) = city.all(AttendanceImport)
    return found.status, [len(city.all(kind)) for kind in (Participant, Registration, Attendance)]
