"""A real server: what it says of its health, and what it does when a newer one has changed its database."""

import httpx2
import pytest
from sqlalchemy import Engine, select, text
from sqlmodel import col

from app.database import reading, writing
from app.models import WorkerLease
from tests.database import postgresql_in_soak
from tests.server import Server, wait_until

pytestmark = [postgresql_in_soak, pytest.mark.slow, pytest.mark.clock]


def ready(server: Server) -> tuple[int, list[str]]:
    answer = httpx2.get(f"{server.url}/health/ready", timeout=6)
    return answer.status_code, answer.json().get("failing", [])


def has_consumer(engine: Engine) -> bool:
    with reading(engine) as db:
        return db.scalar(select(col(WorkerLease.holder))) is not None


def set_revision(engine: Engine, revision: str) -> str:
    with writing(engine) as db:
        had = db.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        db.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    return str(had)


def test_an_older_server_steps_aside_and_comes_back(server: Server, engine: Engine) -> None:
    assert ready(server) == (200, [])
    wait_until(lambda: has_consumer(engine), server)

    own = set_revision(engine, "9999")  # as a newer server does when it starts

    wait_until(lambda: ready(server) == (503, ["migrations"]), server, seconds=5)
    wait_until(lambda: httpx2.get(server.url).status_code == 503, server, seconds=5)
    wait_until(lambda: not has_consumer(engine), server, seconds=5)
    assert httpx2.get(f"{server.url}/health/live").is_success
    assert "9999" in server.log.read_text()

    set_revision(engine, own)

    wait_until(lambda: httpx2.get(server.url).status_code == 200, server, seconds=5)
    wait_until(lambda: ready(server) == (200, []) and has_consumer(engine), server, seconds=10)
