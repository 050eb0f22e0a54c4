"""The machine of the primary database is lost: how long nobody can register, and that nothing answered is lost."""

import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import httpx2
import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine as plain_engine
from sqlalchemy import text

from app.database import create_engine, reading, writing
from app.models import Registration
from app.permissions import OPERATOR
from app.services.accounts.api_tokens import create_api_token
from app.services.reference_data import set_up_database
from app.settings import Settings
from tests.city import City
from tests.deployment.patroni import Cluster, patroni_cluster, wait_until
from tests.server import Server, serving
from tests.upcoming_sessions import create_upcoming_session

pytestmark = pytest.mark.soak

SECRET = secrets.token_urlsafe(48)
REGISTERED_BEFORE = 20
# Patroni waits 20 seconds for a leader that is gone; then the replica leads within a few more.
MAX_SECONDS_AWAY = 40


class Visitor(Thread):
    """Registers one person after the other, whatever is answered."""

    def __init__(self, server: Server, session: str, token: str) -> None:
        super().__init__()
        self.codes: list[str] = []
        self.answered_at: list[float] = []
        self.refusals: set[int] = set()
        self.stopping = Event()
        self._url = f"{server.url}/api/v1/sessions/{session}/registrations"
        self._headers = {"Authorization": f"Bearer {token}"}

    def run(self) -> None:
        number = 0
        with httpx2.Client(headers=self._headers, timeout=30) as client:
            while not self.stopping.is_set():
                number += 1
                try:
                    answer = client.post(self._url, json=person(number))
                except httpx2.HTTPError:
                    continue
                if answer.status_code == 201:
                    self.codes.append(answer.json()["code"])
                    self.answered_at.append(time.monotonic())
                else:
                    self.refusals.add(answer.status_code)

    def longest_gap(self) -> float:
        """Return the longest time, in seconds, between two registrations that were answered."""
        return max(
            after - before for before, after in zip(self.answered_at, self.answered_at[1:], strict=False)
        )


def person(number: int) -> dict[str, object]:
    return {
        "name": f"Warga Contoh {number}",
        "kelurahan": "64.71.01.1001",
        "target_group": "umkm",
        "phone": f"0812-5551-{number:04}",
        "consent": True,
    }


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with patroni_cluster(tmp_path) as cluster:
        yield cluster


def test_the_replica_takes_over_and_nobody_is_lost(
    cluster: Cluster, tmp_path: Path, record_testsuite_property: Callable[[str, object], None]
) -> None:
    primary = plain_engine(cluster.url("read-write"), isolation_level="AUTOCOMMIT")
    with primary.connect() as connection:
        connection.execute(text("CREATE DATABASE jangkau"))
    primary.dispose()
    url = cluster.url("read-write", "jangkau")
    settings = Settings(database_url=url, secret_key=SecretStr(SECRET), data_dir=tmp_path)
    engine = create_engine(settings)
    set_up_database(engine)
    city = City(engine, settings)
    session = create_upcoming_session(city, capacity=100_000)
    with writing(engine) as db:
        token = create_api_token(db, OPERATOR, city.users["sari"], "uji")
    environment = {
        "PATH": "/usr/bin:/bin",
        "JANGKAU_DATA_DIR": str(tmp_path),
        "JANGKAU_DATABASE_URL": url,
        "JANGKAU_REPORT_DATABASE_URL": cluster.url("prefer-standby", "jangkau"),
        "JANGKAU_SECRET_KEY": SECRET,
    }

    with serving(environment, tmp_path) as server:
        visitor = Visitor(server, session, token)
        visitor.start()
        try:
            wait_until(lambda: len(visitor.codes) > REGISTERED_BEFORE, server.log.read_text)
            lost, other = sorted(cluster.nodes, key=lambda node: node.role() != "primary")
            lost.lose()
            answered = len(visitor.codes)
            wait_until(lambda: len(visitor.codes) > answered + REGISTERED_BEFORE, server.log.read_text)
        finally:
            visitor.stopping.set()
            visitor.join()
        report = httpx2.get(
            f"{server.url}/api/v1/reports/coverage.json", headers={"Authorization": f"Bearer {token}"}
        )

    assert report.status_code == 200, report.text
    wait_until(lambda: cluster.primary() is other, cluster.logs)
    with reading(engine) as db:
        kept = {registration.code for registration in city.all(Registration)}
        assert set(visitor.codes) <= kept
    engine.dispose()
    assert visitor.refusals <= {503}
    log = server.log.read_text()
    assert "database unavailable" in log, log  # what happened stands in the log, without a traceback
    assert '"exception"' not in log, log
    assert "Traceback" not in log, log
    assert visitor.longest_gap() < MAX_SECONDS_AWAY
    record_testsuite_property("seconds_without_service", round(visitor.longest_gap(), 1))

    lost.start()  # The machine is back: it becomes the replica, without what it alone had.
    cluster.wait_until_replicated()
