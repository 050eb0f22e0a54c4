"""Power cuts on SQLite: whatever was answered with success is there when the database is opened again."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path
from random import Random

import httpx2
import pysqlite3.dbapi2 as sqlite3
import pytest
from sqlalchemy import make_url

from app.database import writing
from app.permissions import OPERATOR
from app.services.accounts.api_tokens import create_api_token
from tests.city import City
from tests.database import on_sqlite
from tests.recorded_disk import RecordedDisk, recorded_server
from tests.upcoming_sessions import create_upcoming_session

pytestmark = [on_sqlite, pytest.mark.soak]

PEOPLE, VISITORS, CUTS = 90, 3, 25
Answered = list[tuple[float, str]]


@pytest.fixture
def dice() -> Random:
    return Random(3)  # noqa: S311 (not for secrets)


@pytest.fixture
def recorded(city: City, environment: dict[str, str], tmp_path: Path) -> tuple[RecordedDisk, Answered]:
    """The disk of a server at which people registered, and when each code was answered."""
    code = create_upcoming_session(city, capacity=50)
    with writing(city.engine) as db:
        token = create_api_token(db, OPERATOR, city.users["sari"], "uji")
    city.engine.dispose()
    database = Path(make_url(environment["JANGKAU_DATABASE_URL"]).database or "")
    with (
        recorded_server(environment, database, tmp_path) as recording,
        ThreadPoolExecutor(VISITORS) as visitors,
    ):
        url = f"{recording.url}/api/v1/sessions/{code}/registrations"
        answered = list(visitors.map(lambda number: register(url, token, number), range(PEOPLE)))
    return recording.disk, answered


def register(url: str, token: str, number: int) -> tuple[float, str]:
    """Register a person and return when that was answered, with the registration's code."""
    person = {
        "name": f"Warga Contoh {number}",
        "kelurahan": "64.71.01.1001",
        "target_group": "umkm",
        "phone": f"0812-5550-{number:04}",
        "consent": True,
    }
    answer = httpx2.post(url, json=person, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    assert answer.status_code == 201, answer.text
    return time.time(), answer.json()["code"]


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Path]:
    return (tmp_path / f"cut-{number}" for number in count())


def codes_in(folder: Path) -> set[str]:
    """Open the database as the next server does, and return the codes of its registrations; none if it is damaged."""
    try:
        with closing(sqlite3.connect(folder / "jangkau.sqlite3")) as connection:
            is_whole = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            codes = {code for (code,) in connection.execute("SELECT code FROM registration")}
            return codes if is_whole else set()
    except sqlite3.DatabaseError:
        return set()


def test_what_was_answered_survives_a_power_cut(
    recorded: tuple[RecordedDisk, Answered], folders: Iterator[Path], dice: Random
) -> None:
    disk, answered = recorded
    first, last = min(answered)[0], max(answered)[0]
    lost_without_syncs = set()

    for _ in range(CUTS):
        moment = dice.uniform(first, last)
        until_then = {code for at, code in answered if at < moment}

        assert until_then <= codes_in(disk.after_power_cut(moment, next(folders), dice))

        unsynced = disk.after_power_cut(moment, next(folders), dice, without_syncs_of="-wal")
        lost_without_syncs |= until_then - codes_in(unsynced)

    assert lost_without_syncs, "the syncs are what keeps people, so without them some are lost"
