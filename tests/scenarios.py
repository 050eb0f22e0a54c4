"""Scenarios: what a test's database holds before the test begins.

`@scenario` turns a function that sets something up in a city into a fixture of the same name. Each scenario is set up
once in each process, in a template that is copied for every test that asks for it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from app.database import create_engine
from app.services.reference_data import set_up_database
from app.settings import Settings
from tests.city import City

SECRET = SecretStr("only-for-tests-P3mWc8vQzR5nXk2JtY7bLd9sHf4gAeUq")
PRIVACY_CONTACT = "privasi@contoh.id"


@dataclass(frozen=True)
class Scenario:
    """A step that sets up a database in which the scenario `based_on` is set up already."""

    set_up: Callable[[Engine, Settings], object]
    based_on: "Scenario | None" = None

    def set_up_at(self, url: str) -> None:
        settings = Settings(database_url=url, secret_key=SECRET, privacy_contact=PRIVACY_CONTACT)
        engine = create_engine(settings)
        self.set_up(engine, settings)
        engine.dispose()


REFERENCE_DATA = Scenario(lambda engine, _: set_up_database(engine))
CITY_STAFF = Scenario(City, based_on=REFERENCE_DATA)

_scenarios = dict[str, Scenario]()


def scenario(set_up: Callable[[City], object]) -> Any:
    """Return a fixture named like `set_up`: the city in which `set_up` has been called."""
    name = set_up.__name__
    if name in _scenarios:
        raise ValueError(f"there are two scenarios named {name}")
    _scenarios[name] = Scenario(lambda engine, settings: set_up(City(engine, settings)), based_on=CITY_STAFF)

    @pytest.fixture(name=name)
    def city_of_the_scenario(city: City) -> City:
        return city

    return city_of_the_scenario


def named_scenario(name: str) -> Scenario:
    """Return the scenario of this name, for tests that copy a database of their own."""
    return _scenarios[name]


def scenario_of(fixtures: Collection[str]) -> Scenario:
    """Return the scenario of a test that asks for these fixtures. Raises ValueError if two of them are scenarios."""
    asked_for = [_scenarios[name] for name in fixtures if name in _scenarios]
    if len(asked_for) > 1:
        raise ValueError("a test begins with one scenario")
    return asked_for[0] if asked_for else CITY_STAFF if "city" in fixtures else REFERENCE_DATA
