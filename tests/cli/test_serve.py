"""`jangkau serve` as a real process: it brings an empty database up to date, answers, and survives bad requests."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

from app.database import connections_needed, writing
from app.permissions import OPERATOR
from app.services.accounts.api_tokens import create_api_token
from app.services.imports.upload import MAX_BYTES_READ_AT_ONCE
from tests.city import City, crowd
from tests.database import on_postgresql, postgresql_in_soak
from tests.server import Server, serving

pytestmark = pytest.mark.slow

# More than there are threads and connections; of many more a busy machine would refuse those who wait for four seconds.
MANY = 80
CLIENTS = 32
REQUESTS_OF_A_CLIENT = 20
CONNECTIONS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
def server(environment: dict[str, str], tmp_path: Path) -> Iterator[Server]:
    """Started by an interpreter of its own, as an operator starts it."""
    with serving(environment, tmp_path, new_interpreter=True) as server:
        yield server


@postgresql_in_soak
def test_it_prints_its_url_and_answers_many_requests_at_once(server: Server) -> None:
    said = server.log.read_text()

    assert server.url in said
    assert "jangkau demo" in said
    assert httpx2.get(f"{server.url}/health/ready").json() == {"status": "ready"}
    assert httpx2.get(f"{server.url}/api/v1/openapi.json").status_code == 200
    assert "Traceback" not in said

    # More requests at once than there are threads and connections must not block each other.
    for path, status in (("/daftar", 200), ("/api/v1/kelurahan", 401)):
        assert asyncio.run(statuses_of(server.url + path, MANY)) == [status] * MANY


@postgresql_in_soak
def test_it_survives_large_and_bad_files(server: Server, city: City) -> None:
    """A file that is too large, one that is damaged, and one that is read in the background."""
    city.session()
    with writing(city.engine) as db:
        token = create_api_token(db, OPERATOR, city.users["sari"], "uji")
    with httpx2.Client(base_url=f"{server.url}/api/v1", headers={"Authorization": f"Bearer {token}"}) as sari:

        def send(content: bytes) -> httpx2.Response:
            return sari.post(
                "/sessions/UMKM-2025-1/attendance-imports", files={"file": ("daftar.csv", content)}
            )

        assert send(bytes(12 * 1024**2)).json()["code"] == "too-large"
        assert send(b"PK\x03\x04" + bytes(100)).json()["code"] == "unreadable-file"
        large = send(crowd(3) + b";" * MAX_BYTES_READ_AT_ONCE).json()
        assert large["status"] == "reading"
        assert sari.get("/kelurahan").status_code == 200
        document = large
        while document["status"] == "reading":
            document = sari.get(f"/attendance-imports/{large['id']}").json()
        assert document["counts"]["create"] == 3
    assert "Traceback" not in server.log.read_text()


@pytest.mark.soak
@on_postgresql
def test_four_workers_leave_connections_to_others(
    city: City, environment: dict[str, str], tmp_path: Path
) -> None:
    """PostgreSQL allows 100 by default, of which three are reserved for its administrator."""
    with writing(city.engine) as db:
        token = create_api_token(db, OPERATOR, city.users["sari"], "uji")
    url = "/api/v1/sessions/UMKM-2025-1/registrations"
    city.session()
    most = 0

    def ask(server: Server) -> list[int]:
        with httpx2.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}) as client:
            return [client.get(url, timeout=60).status_code for _ in range(REQUESTS_OF_A_CLIENT)]

    with serving(environment, tmp_path, workers=4) as server, ThreadPoolExecutor(CLIENTS) as threads:
        answers = [threads.submit(ask, server) for _ in range(CLIENTS)]
        with city.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not all(answer.done() for answer in answers):
                most = max(most, connection.scalar(CONNECTIONS) or 0)
        assert {status for answer in answers for status in answer.result()} == {200}

    assert 0 < most <= connections_needed(4) < 97


async def statuses_of(url: str, times: int) -> list[int]:
    """Return the statuses of many requests at the same time."""
    headers = {"Authorization": "Bearer nobody's"}
    boundless = httpx2.Limits(max_connections=None)
    async with httpx2.AsyncClient(timeout=60, limits=boundless, headers=headers) as visitors:
        return [answer.status_code for answer in await asyncio.gather(*map(visitors.get, [url] * times))]
