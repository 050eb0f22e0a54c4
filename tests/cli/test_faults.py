"""The database of a running service is away, frozen, locked or full: what is answered, how soon, and what is logged."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pysqlite3.dbapi2 as sqlite3
import pytest
from sqlalchemy import Engine, select, text
from sqlmodel import col

from app.database import create_engine, reading, writing
from app.models import Role, User
from app.permissions import OPERATOR
from app.queries.accounts.users import has_users
from app.services.accounts.api_tokens import create_api_token
from app.services.reference_data import set_up_database
from app.settings import Settings
from tests.city import City
from tests.own_postgresql import OwnPostgresql
from tests.scenarios import PRIVACY_CONTACT, SECRET
from tests.server import Server, serving, wait_until

pytestmark = [pytest.mark.soak, pytest.mark.clock]

MAX_SECONDS = 6
AT_ONCE = 30
KEPT_SECONDS = 10
MAX_OTHER_LINES = 6


class Visitors:
    """People who open a page, programs that read, and programs that write, all at once."""

    def __init__(self, server: Server, token: str) -> None:
        self.url = server.url
        self.headers = {"Authorization": f"Bearer {token}"}

    def page(self) -> httpx2.Response:
        return httpx2.get(f"{self.url}/", timeout=60)

    def read(self) -> httpx2.Response:
        return httpx2.get(f"{self.url}/api/v1/workshops", headers=self.headers, timeout=60)

    def report(self) -> httpx2.Response:
        return httpx2.get(f"{self.url}/api/v1/reports/coverage.json", headers=self.headers, timeout=60)

    def write(self) -> httpx2.Response:
        workshop = {"code": f"W-{time.monotonic_ns()}", "title": "Kelas Email", "target_groups": ["umkm"]}
        return httpx2.post(f"{self.url}/api/v1/workshops", json=workshop, headers=self.headers, timeout=60)

    def all(self, *kinds: Callable[[], httpx2.Response]) -> list[tuple[httpx2.Response, float]]:
        """Return the answers to many requests of these kinds at once, with the seconds that each took."""

        def ask(number: int) -> tuple[httpx2.Response, float]:
            begun = time.monotonic()
            answer = kinds[number % len(kinds)]()
            return answer, time.monotonic() - begun

        with ThreadPoolExecutor(AT_ONCE) as threads:
            return list(threads.map(ask, range(AT_ONCE)))


def assert_unavailable(answers: list[tuple[httpx2.Response, float]], reason: str) -> None:
    """Check that all are answered 503 in time: pages in Indonesian, the API by a problem."""
    slowest = max(seconds for _, seconds in answers)
    assert {answer.status_code for answer, _ in answers} == {503}, slowest
    assert slowest < MAX_SECONDS
    for answer, _ in answers:
        assert int(answer.headers["retry-after"]) > 0
        if answer.headers["content-type"].startswith("text/html"):
            assert "Silakan coba lagi" in answer.text
            assert answer.headers["x-request-id"] in answer.text
        else:
            problem = answer.json()
            assert (problem["code"], problem["reason"]) == ("unavailable", reason)
            assert problem["request_id"] == answer.headers["x-request-id"]


def log_lines(server: Server) -> list[dict[str, Any]]:
    """Return the lines of the log that are JSON."""
    return [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]


def outage_lines(server: Server) -> list[str]:
    return [line["event"] for line in log_lines(server) if line["logger"] == "app.faults"]


@contextmanager
def service(url: str, folder: Path) -> Iterator[tuple[Server, Visitors]]:
    """A server on this database, and its visitors."""
    environment = {
        "JANGKAU_DATA_DIR": str(folder),
        "JANGKAU_DATABASE_URL": url,
        "JANGKAU_SECRET_KEY": SECRET.get_secret_value(),
        "JANGKAU_SECOND_FACTOR": "off",
        "JANGKAU_PRIVACY_CONTACT": PRIVACY_CONTACT,
    }
    settings = Settings(database_url=url, secret_key=SECRET, privacy_contact=PRIVACY_CONTACT)
    engine = create_engine(settings)
    set_up_database(engine)
    with reading(engine) as read_db:
        is_new = not has_users(read_db)
    if is_new:
        City(engine, settings)
    with writing(engine) as db:
        user = db.scalars(select(User).where(col(User.role) == Role.ORGANIZER)).first()
        assert user is not None
        token = create_api_token(db, OPERATOR, user, f"uji {time.monotonic_ns()}")
    engine.dispose()
    with serving(environment, folder) as server:
        visitors = Visitors(server, token)
        kinds = (visitors.page, visitors.read, visitors.report)
        wait_until(lambda: all(kind().status_code == 200 for kind in kinds), server)
        visitors.all(*kinds)  # The pool has connections.
        yield server, visitors


@pytest.mark.parametrize("fault", ["frozen", "away"])
def test_postgresql_is_frozen_or_away(fault: str, own_postgresql: OwnPostgresql, tmp_path: Path) -> None:
    cause: AbstractContextManager[None] = getattr(own_postgresql, fault)()
    with service(own_postgresql.url, tmp_path) as (server, visitors):
        with cause:
            deadline = time.monotonic() + KEPT_SECONDS
            slowest = 0.0
            while time.monotonic() < deadline:
                answers = visitors.all(visitors.page, visitors.read, visitors.report, visitors.write)
                assert_unavailable(answers, "unreachable")
                slowest = max(slowest, *(seconds for _, seconds in answers))
                assert httpx2.get(f"{server.url}/health/live").status_code == 200
        wait_until(lambda: visitors.read().status_code == 200, server)
        assert {answer.status_code for answer, _ in visitors.all(visitors.page, visitors.read)} == {200}
        assert visitors.write().status_code == 201
        began, *counts, over = outage_lines(server)
        assert "database unavailable" in began
        assert all("still unavailable" in line for line in counts)
        assert len(counts) <= 1
        assert "available again" in over
        others = [line["event"] for line in log_lines(server) if line["event"] != "request"]
        assert len(others) <= MAX_OTHER_LINES, others


def test_sqlite_is_locked_by_another_process(tmp_path: Path) -> None:
    path = tmp_path / "jangkau.sqlite3"
    with service(f"sqlite:///{path}", tmp_path) as (server, visitors):
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            writes = visitors.all(visitors.write)
            reads = visitors.all(visitors.page, visitors.report)
            other.execute("ROLLBACK")
        assert_unavailable(writes, "busy")
        assert {answer.status_code for answer, _ in reads} == {200}
        assert visitors.write().status_code == 201
        began, over = outage_lines(server)
        assert "database unavailable (busy)" in began
        assert "available again" in over


def test_a_commit_without_an_answer_is_told_as_such(own_postgresql: OwnPostgresql, tmp_path: Path) -> None:
    """The commit waits for a trigger, longer than a request does. The server ends it, or the connection is lost."""
    with service(own_postgresql.url, tmp_path) as (server, visitors):
        engine = create_engine(Settings(database_url=own_postgresql.url, secret_key=SECRET))
        with writing(engine) as db:
            for statement in SLOW_COMMIT:
                db.execute(text(statement))
        assert_unavailable(visitors.all(visitors.write), "busy")
        assert {answer.status_code for answer, _ in visitors.all(visitors.page)} == {200}
        with ThreadPoolExecutor(1) as thread:
            writer = thread.submit(visitors.write)
            wait_until(lambda: end_commits(engine), server)
            answer = writer.result()
        assert (answer.status_code, answer.json()["code"]) == (503, "outcome-unknown")
        assert int(answer.headers["retry-after"]) > 0
        with writing(engine) as db:
            db.execute(text("DROP TRIGGER slow ON workshop"))
        engine.dispose()
        assert visitors.write().status_code == 201


def end_commits(engine: Engine) -> bool:
    """End the connections that are committing, and return whether there was one."""
    with writing(engine) as db:
        return bool(db.execute(text(END_COMMITS)).all())


END_COMMITS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ILIKE 'commit' AND state = 'active'
"""
SLOW_COMMIT = (
    "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_sleep(20); RETURN NULL; END$$",
    "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON workshop DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION slow()",
)
