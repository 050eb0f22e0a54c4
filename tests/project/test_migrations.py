"""The migrations and the models must build the same database, down to each CHECK."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, inspect, text
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

from app.database import alembic_config, create_engine, upgrade
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


def test_downgrading_leaves_no_table(engine: Engine) -> None:
    command.downgrade(alembic_config(engine), "base")

    assert inspect(engine).get_table_names() == ["alembic_version"]


def parts(engine: Engine) -> set[str]:
    """Return each column, key, constraint and index of a database as one line, as the database describes them."""
    inspector = inspect(engine)
    described: dict[str, Callable[[str], Any]] = {
        "column": inspector.get_columns,
        "primary key": lambda table: [inspector.get_pk_constraint(table)],
        "foreign key": inspector.get_foreign_keys,
        "unique": inspector.get_unique_constraints,
        "check": inspector.get_check_constraints,
        "index": inspector.get_indexes,
    }
    return {
        f"{table} {kind} {_plain(part)}"
        for table in inspector.get_table_names()
        if table != "alembic_version"
        for kind, describe in described.items()
        for part in describe(table)
    } | _autoincrement(engine)


def _autoincrement(engine: Engine) -> set[str]:
    """Return a line for each table of SQLite that never gives out a number twice, which the inspector doesn't tell."""
    if engine.dialect.name != "sqlite":
        return set()
    with engine.connect() as connection:
        tables = connection.execute(text("SELECT name FROM sqlite_schema WHERE sql LIKE '%AUTOINCREMENT%'"))
        return {f"{table} autoincrement" for table in tables.scalars()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in sorted(value.items())}
    return repr(value) if isinstance(value, TypeEngine) else str(value)
