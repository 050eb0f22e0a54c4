"""What `/health/ready` says: 200 while everything is there, else 503 and what fails."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from app.database import writing
from app.main import create_app
from app.models import WorkerLease
from app.models.base import now
from app.services.operation import readiness
from app.settings import Settings
from app.web.operation import readiness as web_readiness
from app.web.operation import schema_watch
from tests.database import on_sqlite

READY = (200, {"status": "ready"})


@pytest.fixture(autouse=True)
def without_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request looks anew."""
    monkeypatch.setattr(web_readiness, "SECONDS_KEPT", -1)
    monkeypatch.setattr(readiness, "SECONDS_BETWEEN_WRITES", 0)
    monkeypatch.setattr(schema_watch, "SECONDS_BETWEEN_LOOKS", -1)


@pytest.fixture
def monitor(app: FastAPI) -> TestClient:
    return TestClient(app, raise_server_exceptions=False)


def said(monitor: TestClient, path: str = "/health/ready") -> tuple[int, Any]:
    answer = monitor.get(path)
    return answer.status_code, answer.json()


def failing(*names: str) -> tuple[int, Any]:
    return 503, {"status": "unavailable", "failing": list(names)}


def test_without_a_consumer_it_is_not_ready_but_serves(
    monitor: TestClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert said(monitor) == READY  # It has just started.

    monkeypatch.setattr(readiness, "MAX_SILENCE_SECONDS", 0)
    assert said(monitor) == failing("consumer")
    assert said(monitor, "/health/serving") == READY

    monkeypatch.setattr(readiness, "MAX_SILENCE_SECONDS", 5)
    with writing(engine) as db:
        db.add(WorkerLease(holder="a", beats=7, renewed_at=now()))
    assert said(monitor) == READY


def test_with_a_newer_schema_everything_is_answered_503(
    monitor: TestClient, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    set_revision(engine, "9999")

    assert said(monitor) == said(monitor, "/health/serving") == failing("migrations")
    for path, media_type in (("/", "text/html"), ("/api/v1/kelurahan", "application/problem+json")):
        answer = monitor.get(path)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10"), path
        assert answer.headers["content-type"].startswith(media_type)
    assert monitor.get("/health/live").status_code == 200
    assert [record.levelname for record in caplog.records if "9999" in record.message] == ["ERROR"]


def test_a_request_that_meets_newer_tables_first_is_answered_503(
    app: FastAPI, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also within the two seconds before the process looks again."""
    monkeypatch.setattr(schema_watch, "SECONDS_BETWEEN_LOOKS", 1_000)
    citizen = TestClient(app, raise_server_exceptions=False)
    assert citizen.get("/").status_code == 200
    set_revision(engine, "9999")
    with writing(engine) as db:
        db.execute(text("ALTER TABLE workshop RENAME COLUMN title TO name"))

    assert citizen.get("/").status_code == 503


def test_after_a_restore_of_the_own_schema_it_serves_again(monitor: TestClient, engine: Engine) -> None:
    own = set_revision(engine, "9999")
    assert monitor.get("/").status_code == 503

    set_revision(engine, own)

    assert monitor.get("/").status_code == 200
    assert said(monitor) == READY


def set_revision(engine: Engine, revision: str) -> str:
    """Set the database's revision; return the one that it had."""
    with writing(engine) as db:
        had = db.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        db.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    return str(had)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 MB in memory; skips the test where this user may not mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this user may not mount a file system")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@on_sqlite
def test_with_a_full_disk_it_is_not_ready(small_disk: Path, settings: Settings) -> None:
    path = shutil.copy(settings.database_url.removeprefix("sqlite:///"), small_disk / "jangkau.sqlite3")
    app = create_app(
        settings.model_copy(update={"database_url": f"sqlite:///{path}", "base_url": "http://testserver"})
    )
    monitor = TestClient(app)
    assert said(monitor) == READY

    filled = small_disk / "filled"
    with filled.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    assert said(monitor) == said(monitor, "/health/serving") == failing("disk")

    filled.unlink()
    assert said(monitor) == READY
    app.state.container.close()


@on_sqlite
@pytest.mark.clock
def test_while_another_process_writes_it_does_not_wait(monitor: TestClient, engine: Engine) -> None:
    with writing(engine) as db:
        db.execute(text("UPDATE app_user SET name = name"))
        begun = time.monotonic()

        assert said(monitor) == READY
        assert time.monotonic() - begun < 2


@pytest.fixture
def silent_server() -> Iterator[int]:
    """The port of a server that accepts connections and never answers, as a frozen machine does."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


@on_sqlite
@pytest.mark.slow
@pytest.mark.clock
@pytest.mark.parametrize(
    "setting", ["database_url", pytest.param("report_database_url", marks=pytest.mark.soak)]
)
def test_a_frozen_database_is_told_within_six_seconds(
    setting: str, settings: Settings, silent_server: int
) -> None:
    url = f"postgresql+psycopg://jangkau@127.0.0.1:{silent_server}/jangkau"
    app = create_app(settings.model_copy(update={setting: url, "base_url": "http://testserver"}))
    monitor, begun = TestClient(app), time.monotonic()

    assert said(monitor) == failing("database" if setting == "database_url" else "replica")
    assert time.monotonic() - begun < 6


@on_sqlite
def test_with_a_gone_replica_it_is_not_ready_but_serves(settings: Settings) -> None:
    url = "postgresql+psycopg://jangkau@127.0.0.1:1/jangkau"
    app = create_app(
        settings.model_copy(update={"report_database_url": url, "base_url": "http://testserver"})
    )
    monitor = TestClient(app)

    assert said(monitor) == failing("replica")
    assert said(monitor, "/health/serving") == READY
