"""The migrations and the models must build the same database, down to each CHECK."""

from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite3
import pytest
from alembic import command
from sqlalchemy import Engine, inspect, text
from sqlalchemy.types import TypeEngine
from sqlmodel import SQLModel

from app.database import create_engine
from app.schema import alembic_config, upgrade
from app.settings import Settings
from tests.database import on_sqlite

RELEASED = "0012"


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


@on_sqlite
def test_sqlite_is_copied_before_it_is_upgraded(engine: Engine) -> None:
    assert upgrade(engine) is None  # nothing to do, so nothing to copy

    command.downgrade(alembic_config(engine), RELEASED)
    copy = upgrade(engine)

    assert copy is not None
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(RELEASED,)]
        assert connection.execute("SELECT count(*) FROM area WHERE level = 'kelurahan'").fetchone() == (34,)


def test_released_migrations_are_never_edited() -> None:
    """Databases have run them: what must change, a new migration changes."""
    released = dict(line.split() for line in Path("tests/upgrades/released.txt").read_text().splitlines())
    now = {
        path.name: sha256(path.read_bytes()).hexdigest() for path in Path("migrations/versions").glob("*.py")
    }

    assert {name: now.get(name) for name in released} == released


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
