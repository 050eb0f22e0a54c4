"""A request has one connection at a time: here the pool has no second one."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app import database
from app.main import make_container
from app.models import Registration
from app.settings import Settings
from tests.api.conftest import Program
from tests.api.imports.uploads import LIST, send
from tests.city import City
from tests.database import on_both
from tests.upcoming_sessions import create_upcoming_session

pytestmark = on_both


@pytest.fixture
def sari(
    program: Program, app: FastAPI, city: City, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    """An organizer's client of a service with a single connection, for which nothing waits long."""
    client = program("sari")
    monkeypatch.setattr(database, "MAX_REQUESTS_OF_ALL_WORKERS", 1)
    monkeypatch.setattr(database, "MAX_BACKGROUND_CONNECTIONS", 0)
    monkeypatch.setattr(database, "POOL_SECONDS", 0.5)
    engine: Engine = database.create_engine(settings)
    several = app.state.container
    app.state.container = make_container(settings, engine, city.vault, lambda: None)
    yield client
    app.state.container = several
    engine.dispose()


def test_requests_that_read_and_write(sari: TestClient, city: City) -> None:
    """The token is looked up before, its use is stored after, and an upload reads people before it writes."""
    create_upcoming_session(city)
    person = {"name": "Ani Aster", "kelurahan": "64.71.01.1001", "target_group": "umkm", "consent": True}
    registered = sari.post("/sessions/JUALAN-1/registrations", json=person)
    assert registered.status_code == 201
    assert sari.get("/sessions/JUALAN-1/registrations").status_code == 200
    city.session()

    uploaded = send(sari, LIST)

    assert uploaded.status_code == 201
    number = uploaded.json()["id"]
    assert sari.get(f"/attendance-imports/{number}/errors.xlsx").status_code == 200
    assert sari.delete(f"/registrations/{registered.json()['code']}").is_success
    assert sari.get("/sessions/TIDAK-ADA/registrations").status_code == 404
    assert len(city.all(Registration)) == 1
