"""Writes many rows at once, the quickest way that each database has."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import JSON, Column, Connection, Date, Enum, Table, func, select, text
from sqlalchemy import Sequence as DatabaseSequence
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from app.database import Db, is_postgresql, json_text
from app.models.base import Instant

REMEMBERED = 2**15
"""So many values of a column: as many days as there are people's birthdays."""


def table_of(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


def reserve_ids(db: Db, model: type[SQLModel], count: int) -> Iterable[int]:
    """So many ids that nobody has or had; known before the rows are written, so that other rows may name them."""
    key = table_of(model).c.id
    if is_postgresql(db):
        sequence = DatabaseSequence(f"{key.table.name}_id_seq")
        return db.scalars(select(sequence.next_value()).select_from(func.generate_series(1, count)))
    # SQLite's writers exclude each other: nobody else takes these before this transaction ends.
    given_out = db.scalar(
        text("SELECT seq FROM sqlite_sequence WHERE name = :table"), {"table": key.table.name}
    )
    highest = max(given_out or 0, db.scalar(select(func.max(key))) or 0)
    return range(highest + 1, highest + 1 + count)


def insert_rows(
    db: Db,
    model: type[SQLModel],
    rows: Iterable[Mapping[str, Any]],
    shared_values: Mapping[str, Any] | None = None,
) -> None:
    """Inserts rows that all name the same columns in the same order; defaults made in Python are not filled in.
    `shared_values` are columns in which each row has the same.

    They may come one by one, so that not all of them have to be in memory. They go to the driver itself, each
    value written as the column's type writes it: SQLAlchemy's own executemany takes longer to prepare a row
    than SQLite takes to store it, and knows no COPY. What the driver raises is SQLAlchemy's, as everywhere else:
    `IntegrityError` where a constraint refuses a row, `DataError` where a column can't hold a value.
    """
    coming = iter(rows)
    first = next(coming, None)
    if first is None:
        return
    db.flush()
    connection = db.connection()
    table, shared = table_of(model), shared_values or {}
    names = (*first, *shared)
    written = _written(
        chain((first,), coming), shared, [_as_written(connection, table.c[name]) for name in names]
    )
    columns = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join("?" * len(names))
    statement = (
        f'COPY "{table.name}" ({columns}) FROM STDIN'
        if is_postgresql(db)
        else f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})'  # noqa: S608 (names of our own columns)
    )
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    refusal = connection.dialect.loaded_dbapi.Error
    try:
        if is_postgresql(db):
            with cursor.copy(statement) as copy:
                for row in written:
                    copy.write_row(row)
        else:
            cursor.executemany(statement, written)
    except refusal as refused:
        raise DBAPIError.instance(statement, None, refused, refusal, dialect=connection.dialect) from refused
    finally:
        cursor.close()


def _as_written(connection: Connection, column: Column[Any]) -> Callable[[Any], Any] | None:
    """What turns a value into what the driver takes, where the column's type has to.

    Choices, days and instants repeat from row to row: each is turned once. Both databases take JSON as text.
    """
    if isinstance(column.type, JSON):
        return json_text
    writer = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    repeats = isinstance(column.type, Enum | Date | Instant)
    return lru_cache(maxsize=REMEMBERED)(writer) if writer and repeats else writer


def _written(
    rows: Iterable[Mapping[str, Any]],
    shared_values: Mapping[str, Any],
    writers: Sequence[Callable[[Any], Any] | None],
) -> Iterator[list[Any]]:
    own = len(writers) - len(shared_values)
    shared = [
        writer(value) if writer else value
        for value, writer in zip(shared_values.values(), writers[own:], strict=True)
    ]
    turned = [(at, writer) for at, writer in enumerate(writers[:own]) if writer]
    for row in rows:
        values = [*row.values(), *shared]
        for at, writer in turned:
            values[at] = writer(values[at])
        yield values
