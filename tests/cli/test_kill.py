"""The power fails while an import is being committed: all of its rows are there afterwards, or none."""

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
from app.services.users import create_api_token
from tests.server import Server
from tests.stories import City, crowd

PEOPLE = 4_000


@pytest.fixture
def is_writing(city: City) -> Callable[[], bool]:
    """Tells whether rows of a transaction that isn't committed have reached the disk."""
    if city.engine.dialect.name == "sqlite":
        path = str(city.engine.url.database)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return lambda: Path(f"{path}-wal").stat().st_size > 0

    def has_grown() -> bool:
        with reading(city.engine) as look:
            return bool(look.connection().scalar(text("SELECT pg_relation_size('registration')")))

    return has_grown


def test_all_or_nothing(city: City, server: Server, is_writing: Callable[[], bool]) -> None:
    made = city.upload(city.session(), crowd(PEOPLE))
    with writing(city.engine) as db:
        token = create_api_token(db, OPERATOR, city.users["sari"], "uji")

    def commit() -> None:
        with suppress(httpx2.HTTPError):
            httpx2.post(
                f"{server.url}/api/v1/attendance-imports/{made.id}/commit",
                json={},
                headers={"Authorization": f"Bearer {token}"},
                timeout=60,
            )

    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(commit)
        while not (is_writing() or answer.done()):
            pass
        server.kill()

    (left,) = city.all(AttendanceImport)
    written = [len(city.all(kind)) for kind in (Participant, Registration, Attendance)]
    assert (left.status, written) in [
        (ImportStatus.REVIEW, [0, 0, 0]),
        (ImportStatus.COMMITTED, [PEOPLE, PEOPLE, PEOPLE]),
    ]

    city.commit(made.id)
    assert len(city.all(Attendance)) == PEOPLE
