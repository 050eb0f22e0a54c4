"""Logs name the constraint that refused a change, and never the person that the row is about."""

from functools import partial

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.database import writing
from app.jobs.tasks import TaskRunner
from app.main import create_app
from app.models import AreaAlias, OutboxKind
from app.nik_vault import NikVault
from app.services.outbox import queue_task
from app.settings import Settings
from tests.city import MANGGAR


def insert_twice(engine: Engine, name: str) -> None:
    for _ in range(2):
        with writing(engine) as db:
            db.add(AreaAlias(alias=name, area_code=MANGGAR))


def test_the_log_names_the_constraint_and_no_person(
    engine: Engine,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = create_app(settings)  # one of its own: a route stays in the app that other tests share
    app.post("/catat/{name}")(partial(insert_twice, engine))
    runner = TaskRunner(settings, engine, NikVault(settings.secret))
    monkeypatch.setattr(runner, "_perform", lambda _task: insert_twice(engine, "Tuti Kenanga"))
    with writing(engine) as db:
        queue_task(db, OutboxKind.FIND_DUPLICATES, attendance_import=1)

    client = TestClient(app, base_url=settings.base_url)
    answer = client.post("/catat/Rina Melati", headers={"accept": "application/json"})
    runner.drain()
    app.state.container.close()

    assert answer.status_code == 409
    assert "POST /catat/{name}: refused by" in caplog.text
    assert caplog.text.count("area_alias") == 2
    for name in ("Rina", "Tuti"):
        assert name not in caplog.text
