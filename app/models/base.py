"""What all tables share: names of constraints, instants in UTC, choices that the database checks."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Enum,
    Index,
    Table,
    TypeDecorator,
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
    """A moment: stored in UTC on both databases, always aware in Python. A naive one is a mistake."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant without a time zone: {value}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JsonDocument = JSON().with_variant(JSONB(), "postgresql")


class Choice(Enum):
    """One of an enumeration's values as text, held to it by a CHECK of the type's name."""


@event.listens_for(Column, "after_parent_attach")
def _hold_to_choice(column: Column[Any], table: Table) -> None:
    """Compares the values one by one: for `IN` with more than two SQLite builds an index of them at every row."""
    if isinstance(column.type, Choice):
        allowed = " OR ".join(f"{column.name} = '{value}'" for value in column.type.enums)
        table.append_constraint(CheckConstraint(allowed, name=column.type.name))


def choice(enumeration: type[StrEnum], name: str) -> Any:
    """A text column that holds one of `enumeration`'s values, held to it by a CHECK named `name`."""
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
    """An index of the rows that have something in a column which most leave empty, `within` others in their order."""
    present = text(f"{column} IS NOT NULL")
    return Index(
        f"ix_{table}_{column}", *within, column, unique=unique, sqlite_where=present, postgresql_where=present
    )


# What a session or a period may name: further off is a slip of the finger.
YEARS = range(2000, 2101)


def now() -> datetime:
    return datetime.now(UTC)
