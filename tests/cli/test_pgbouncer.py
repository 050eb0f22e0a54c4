"""Two servers behind pgbouncer in transaction mode, with as many connections as one of them has requests."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from app.database import MAX_REQUESTS, writing
from app.models import (
    AttendanceImport,
    ImportStatus,
    Message,
    MessageStatus,
    OutboxTask,
    Registration,
    TokenScope,
)
from app.permissions import OPERATOR
from app.services.accounts.api_tokens import create_api_token
from app.services.imports.commit import MAX_ROWS_AT_ONCE
from app.services.imports.upload import MAX_BYTES_READ_AT_ONCE
from app.settings import Settings
from tests.city import City, crowd
from tests.pgbouncer import pooled
from tests.server import Server, serving, wait_until
from tests.smtp_server import SmtpServer
from tests.upcoming_sessions import create_upcoming_session

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True),
]

CLIENTS, REQUESTS = 16, 64
FIRST_NAMES = ("Rahmat", "Siti", "Joko", "Wulan", "Bambang", "Endang", "Gunawan", "Hasnah")
LAST_NAMES = ("Anggrek", "Melati", "Kenanga", "Teratai", "Cempaka", "Dahlia", "Flamboyan", "Seruni")
# Also on a busy machine. Where requests deadlock it is minutes.
SECONDS_FOR_ONE = 10.0
SECONDS_TO_COMMIT = 60


@pytest.fixture
def pooled_servers(
    city: City, environment: dict[str, str], settings: Settings, smtp_server: SmtpServer, tmp_path: Path
) -> Iterator[list[Server]]:
    """Two servers, of which one does the background work."""
    with pooled(settings.database_url, tmp_path, MAX_REQUESTS) as url:
        pooled_environment = environment | {
            "JANGKAU_DATABASE_URL": url,
            "JANGKAU_SMTP_URL": smtp_server.url,
        }
        with serving(pooled_environment, tmp_path) as one, serving(pooled_environment, tmp_path) as other:
            yield [one, other]


@pytest.mark.clock
def test_requests_and_background_work_are_done_once(
    pooled_servers: list[Server], city: City, smtp_server: SmtpServer
) -> None:
    create_upcoming_session(city)
    with writing(city.engine) as db:
        token = create_api_token(db, OPERATOR, city.users["sari"], "uji", scope=TokenScope.WRITE)
    headers = {"Authorization": f"Bearer {token}"}

    def register(number: int) -> float:
        began = time.monotonic()
        answer = httpx2.post(
            f"{pooled_servers[number % 2].url}/api/v1/sessions/JUALAN-1/registrations",
            headers=headers,
            timeout=60,
            json={
                "name": f"{FIRST_NAMES[number % 8]} {LAST_NAMES[number // 8]}",
                "kelurahan": "64.71.01.1001",
                "target_group": "umkm",
                "email": f"peserta{number}@contoh.id",
                "consent": True,
            },
        )
        assert answer.status_code == 201, answer.text
        return time.monotonic() - began

    with ThreadPoolExecutor(CLIENTS) as clients:
        longest = max(clients.map(register, range(REQUESTS)))
    assert longest < SECONDS_FOR_ONE
    assert len(city.all(Registration)) == REQUESTS

    wait_until(lambda: not city.all(OutboxTask), pooled_servers[0], SECONDS_TO_COMMIT)
    assert {message.status for message in city.all(Message)} == {MessageStatus.SENT}
    assert sorted(mail["To"] for mail in smtp_server.mails) == sorted(
        f"peserta{number}@contoh.id" for number in range(REQUESTS)
    )


def test_a_long_list_is_read_and_committed(pooled_servers: list[Server], city: City) -> None:
    """Both by the background work, which stores its progress meanwhile."""
    city.session()
    with writing(city.engine) as db:
        token = create_api_token(db, OPERATOR, city.users["sari"], "uji", scope=TokenScope.WRITE)
    rows = 2 * MAX_ROWS_AT_ONCE
    with httpx2.Client(
        base_url=f"{pooled_servers[1].url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=60
    ) as sari:
        content = crowd(rows) + b";" * MAX_BYTES_READ_AT_ONCE
        uploaded = sari.post(
            "/sessions/UMKM-2025-1/attendance-imports", files={"file": ("daftar.csv", content)}
        )
        assert uploaded.json()["status"] == "reading"
        wait_until(lambda: status(city) is ImportStatus.REVIEW, pooled_servers[0], SECONDS_TO_COMMIT)
        committed = sari.post(f"/attendance-imports/{uploaded.json()['id']}/commit", json={})
        assert committed.is_success, committed.text
        wait_until(lambda: status(city) is ImportStatus.COMMITTED, pooled_servers[0], SECONDS_TO_COMMIT)
    assert len(city.all(Registration)) == rows


def status(city: City) -> ImportStatus:
    (attendance_import,) = city.all(AttendanceImport)
    return attendance_import.status
