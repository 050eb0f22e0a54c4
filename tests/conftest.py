"""Fixtures for all tests: settings, engine, session and app.

Further fixtures: `tests/database.py` (a database for every test, on SQLite and PostgreSQL), `tests/server.py` (real
processes), `tests/sheet_reading.py` (where uploaded files are parsed), `tests/smtp_server.py` (receives mails),
`tests/whatsapp_gateway.py` (receives WhatsApp messages), `tests/identity_providers.py` (single sign-on),
`tests/esign_service.py` (signs PDFs) and `tests/ckan.py` (a data portal).
Helpers: `tests/city.py` (users, sessions, sheets), `tests/scenarios.py` (what a database holds before a test) and
`tests/upcoming_sessions.py`.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from fastapi import FastAPI
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine

from app.database import Db, create_engine
from app.main import create_app, make_container
from app.nik_vault import NikVault
from app.services.accounts import passwords
from app.services.operation import readiness
from app.settings import Settings
from tests.city import City
from tests.scenarios import PRIVACY_CONTACT, SECRET

pytest_plugins = [
    "tests.database",
    "tests.own_postgresql",
    "tests.server",
    "tests.sheet_reading",
    "tests.smtp_server",
    "tests.whatsapp_gateway",
    "tests.ckan",
    "tests.identity_providers",
    "tests.esign_service",
]

# Hypothesis tries the same examples on every machine, without a time limit.
hypothesis.settings.register_profile("jangkau", deadline=None, derandomize=True)
hypothesis.settings.load_profile("jangkau")

# Real hashes, but of passwords that nobody needs to be kept from guessing.
passwords.password_hasher.current_hasher = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)


def pytest_configure() -> None:
    for name in [name for name in os.environ if name.startswith("JANGKAU_")]:
        del os.environ[name]


@pytest.fixture(scope="session")
def checked_settings() -> Settings:
    """The settings of all tests but the database and the folder: reading and checking them takes longer than a copy."""
    return Settings(secret_key=SECRET, privacy_contact=PRIVACY_CONTACT, second_factor="off")


@pytest.fixture
def settings(checked_settings: Settings, database_url: str, tmp_path: Path) -> Settings:
    return checked_settings.model_copy(update={"data_dir": tmp_path, "database_url": database_url})


@pytest.fixture(scope="session")
def engines() -> dict[str, Engine]:
    """The engines of this process by database address."""
    return {}


@pytest.fixture
def engine(settings: Settings, engines: dict[str, Engine]) -> Iterator[Engine]:
    """An engine that keeps its compiled statements from test to test, which saves a sixth of the time."""
    engine = engines.get(settings.database) or engines.setdefault(settings.database, create_engine(settings))
    yield engine
    engine.dispose()


@pytest.fixture
def db(engine: Engine) -> Iterator[Db]:
    """A session for writing. What a test does not commit is discarded."""
    with Db(engine.execution_options(writes=True), expire_on_commit=False) as db:
        yield db


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    """A city office with users, as in `tests/city.py`."""
    return City(engine, settings)


@pytest.fixture(scope="session")
def built_app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The app with all routes, built once for all tests."""
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("var"), base_url="http://testserver"))
    app.state.container.close()
    return app


@pytest.fixture
def app(
    settings: Settings, engine: Engine, built_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FastAPI]:
    """The app, without background work, which `/health/ready` does not miss within an hour."""
    monkeypatch.setattr(readiness, "MAX_SILENCE_SECONDS", 3_600)
    built_app.state.container = make_container(settings, engine, NikVault(settings.secret), lambda: None)
    yield built_app
    built_app.state.container.close()
