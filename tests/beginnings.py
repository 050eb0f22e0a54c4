"""What has happened before a test begins: told once in each process, to a database that is copied for every test."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from app.database import create_engine
from app.services.reference_data import bring_up_to_date
from app.settings import Settings
from tests.city import City

SECRET = SecretStr("only-for-tests")


@dataclass(frozen=True)
class Beginning:
    """What is told to a database that holds what came before."""

    tell: Callable[[Engine, Settings], object]
    after: "Beginning | None" = None

    def tell_to(self, url: str) -> None:
        settings = Settings(database_url=url, secret_key=SECRET)
        engine = create_engine(settings)
        self.tell(engine, settings)
        engine.dispose()


STARTED = Beginning(lambda engine, _: bring_up_to_date(engine))
HIRED = Beginning(City, after=STARTED)

_told = dict[str, Beginning]()


def story(happens: Callable[[City], object]) -> Any:
    """Makes of what happens in a city a fixture of the same name: the city in which it has happened."""
    name = happens.__name__
    if name in _told:
        raise ValueError(f"there are two stories named {name}")
    _told[name] = Beginning(lambda engine, settings: happens(City(engine, settings)), after=HIRED)

    @pytest.fixture(name=name)
    def city_of_the_story(city: City) -> City:
        return city

    return city_of_the_story


def beginning(fixtures: Collection[str]) -> Beginning:
    """How it begins for a test that asks for these fixtures, of which one story at most may be one."""
    stories = [_told[name] for name in fixtures if name in _told]
    if len(stories) > 1:
        raise ValueError("a test begins with one story")
    return stories[0] if stories else HIRED if "city" in fixtures else STARTED
