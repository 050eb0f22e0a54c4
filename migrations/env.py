"""How Alembic meets the database: inside the application by its engine, from the shell by its settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, Connection, Engine
from sqlmodel import AutoString, SQLModel

import app.models  # noqa: F401 (registers the tables)
from app.database import create_engine
from app.models.base import Choice, Instant
from app.settings import Settings

# One number for "a migration of Jangkau": servers that start together take their turn.
MIGRATION_LOCK = 6471


def _engine() -> Engine:
    given = context.config.attributes.get("engine")
    return given if isinstance(given, Engine) else create_engine(Settings())


def _render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Writes our own types as plain ones: a migration must not change when the models' code does."""
    if kind != "type":
        return False
    if isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Choice):
        return f"sa.String(length={item.length})"
    if isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    if isinstance(item, JSON):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


def _migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=_render,
        compare_type=True,
    )
    context.run_migrations()


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Let the block run its transaction on SQLite without foreign keys.

    SQLite changes a table by copying it and dropping the old one, which it refuses while rows of other tables refer to
    that. The pragma has no effect within a transaction.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        cursor.execute("PRAGMA foreign_keys = ON")


def _require_valid_foreign_keys(connection: Connection) -> None:
    """Raise `RuntimeError` if a row of an SQLite database refers to a row that is not there."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise RuntimeError(f"a row of {broken[0]} refers to a row of {broken[2]} that is not there")


def _run() -> None:
    """Migrate in the transaction of the connection that was given, or in one of its own."""
    given = context.config.attributes.get("connection")
    if isinstance(given, Connection):
        _migrate(given)
        return
    with (
        _engine().execution_options(writes=True).connect() as connection,
        _without_foreign_keys(connection),
        connection.begin(),
    ):
        _migrate(connection)
        _require_valid_foreign_keys(connection)


_run()
