"""The city office whose figures are asked for."""

import pytest
from sqlalchemy import Engine

from app.settings import Settings
from tests.city import City


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    return City(engine, settings)
