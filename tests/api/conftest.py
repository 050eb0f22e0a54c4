"""Clients of the API, each with the token of a user."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.database import writing
from app.models import TokenScope
from app.permissions import OPERATOR
from app.services.accounts.api_tokens import create_api_token
from tests.api.imports.uploads import LIST, send
from tests.city import City

Program = Callable[..., TestClient]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Try on PostgreSQL what is marked `on_both`, and the rest in `make soak`: its services are tested there."""
    return str(request.param)


@pytest.fixture
def program(app: FastAPI, city: City) -> Program:
    """A function that returns the API client of made, sari, budi, rina or tono, with a token of the `scope`."""

    def log_in(name: str, scope: TokenScope = TokenScope.WRITE) -> TestClient:
        with writing(city.engine) as db:
            token = create_api_token(db, OPERATOR, city.users[name], "uji", scope=scope)
        return TestClient(
            app, base_url="http://testserver/api/v1", headers={"Authorization": f"Bearer {token}"}
        )

    return log_in


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
