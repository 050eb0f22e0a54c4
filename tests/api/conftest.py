"""Programs that use the API, each with the token of the user for whom it acts."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.database import writing
from app.permissions import OPERATOR
from app.services.accounts.users import create_api_token
from app.settings import Settings
from tests.api.imports.uploads import LIST, send
from tests.city import City

Program = Callable[[str], TestClient]


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    return City(engine, settings)


@pytest.fixture
def program(app: FastAPI, city: City) -> Program:
    """A program of made, sari, budi, rina or tono."""

    def of(who: str) -> TestClient:
        with writing(city.engine) as db:
            token = create_api_token(db, OPERATOR, city.users[who], "uji")
        return TestClient(
            app, base_url="http://testserver/api/v1", headers={"Authorization": f"Bearer {token}"}
        )

    return of


@pytest.fixture
def sari(program: Program) -> TestClient:
    return program("sari")


@pytest.fixture
def document(sari: TestClient, city: City) -> dict[str, Any]:
    """The import document of `LIST`, uploaded to a session of small businesses."""
    city.session()
    response = send(sari, LIST)
    assert response.status_code == 201
    return dict(response.json())
