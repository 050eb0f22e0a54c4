"""The migrations and the models must build the same database, down to each CHECK."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, inspect
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

import app.models  # noqa: F401 (registers the tables)
from app.database import create_engine, upgrade
from app.settings import Settings


@pytest.fixture
def empty_engine(empty_database_url: str) -> Iterator[Engine]:
    engine = create_engine(Settings(database_url=empty_database_url))
    yield engine
    engine.dispose()


def test_migrations_build_what_the_models_say(engine: Engine, empty_engine: Engine) -> None:
    SQLModel.metadata.create_all(empty_engine)

    migrated, modelled = parts(engine), parts(empty_engine)

    assert sorted(migrated - modelled) == []
    assert sorted(modelled - migrated) == []


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    before = parts(engine)

    upgrade(engine)

    assert parts(engine) == before


def parts(engine: Engine) -> set[str]:
    """Each column, key, constraint and index, one line each, as the database itself describes them."""
    inspector = inspect(engine)
    described: dict[str, Callable[[str], Any]] = {
        "column": inspector.get_columns,
        "primary key": lambda table: [inspector.get_pk_constraint(table)],
        "foreign key": lambda table: [_nameless(key) for key in inspector.get_foreign_keys(table)],
        "unique": inspector.get_unique_constraints,
        "check": inspector.get_check_constraints,
        "index": inspector.get_indexes,
    }
    return {
        f"{table} {kind} {_plain(part)}"
        for table in inspector.get_table_names()
        if table != "alembic_version"
        for kind, found in described.items()
        for part in found(table)
    }


def _nameless(key: Any) -> dict[str, Any]:
    """SQLite tells no name of a reference that came with a column added later."""
    return {part: value for part, value in key.items() if part != "name"}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in sorted(value.items())}
    return repr(value) if isinstance(value, TypeEngine) else str(value)
