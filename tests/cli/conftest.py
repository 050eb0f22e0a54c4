"""The service as its operator meets it: at the shell."""

import pytest
from sqlalchemy import Engine

from app.settings import Settings
from tests.city import City


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    return City(engine, settings)
