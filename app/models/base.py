"""Shared by all tables: names of constraints, the column types for instants and choices, and partial indexes."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    Enum,
    Index,
    Table,
    TypeDecorator,
    and_,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """A timezone-aware datetime, stored in UTC on both databases. Raises `ValueError` for a naive datetime."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the datetime in UTC for the database. Raises `ValueError` for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant without a time zone: {value}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored datetime as an aware one in UTC; SQLite returns it naive."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JsonDocument = JSON().with_variant(JSONB(), "postgresql")


class Choice(Enum):
    """A text column restricted to the values of an enumeration by a CHECK constraint with the type's name."""


@event.listens_for(Column, "after_parent_attach")
def _add_choice_constraint(column: Column[Any], table: Table) -> None:
    """Add the CHECK constraint when a `Choice` column is attached to its table; other columns are left as they are.

    The constraint compares the values with OR: for `IN` with more than two values SQLite builds an index of them at
    every row.
    """
    if isinstance(column.type, Choice):
        allowed = " OR ".join(f"{column.name} = '{value}'" for value in column.type.enums)
        table.append_constraint(CheckConstraint(allowed, name=column.type.name))


def choice(enumeration: type[StrEnum], name: str) -> Any:
    """Return the type of a text column (20 characters) that holds the values of the members of `enumeration`.

    Other values are refused by a CHECK constraint called `name`.
    """
    return Choice(
        enumeration,
        name=name,
        native_enum=False,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )


def index_where_present(
    table: str, column: str, *, within: tuple[str, ...] = (), unique: bool = False
) -> Index:
    """Return a partial index of the rows in which `column` is not NULL, for both databases.

    It is called "ix_" with the table and the column, and consists of the columns of `within` followed by `column`.
    """
    present = text(f"{column} IS NOT NULL")
    return Index(
        f"ix_{table}_{column}", *within, column, unique=unique, sqlite_where=present, postgresql_where=present
    )


# Years that a session or a period may name; anything else is a typing error.
YEARS = range(2000, 2101)


def now() -> datetime:
    """Return the current time as an aware datetime in UTC."""
    return datetime.now(UTC)


def is_recent(column: Any, period: timedelta) -> ColumnElement[bool]:
    """Return the condition that an instant is not longer ago than `period`.

    One that is further in the future was stored while the clock was wrong, and is not recent either: what must wait for
    it would wait until then.
    """
    moment = now()
    return and_(column > moment - period, column < moment + period)
