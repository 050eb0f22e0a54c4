"""Inserting many rows at once, by the fastest way of each database (COPY on PostgreSQL, executemany on SQLite)."""

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

MAX_CACHED_VALUES = 2**15
"""How many converted values of a column are cached: enough for the dates of 89 years."""


def table_of(model: type[SQLModel]) -> Table:
    """Return the SQLAlchemy `Table` of a model."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


def reserve_ids(db: Db, model: type[SQLModel], count: int) -> Iterable[int]:
    """Return `count` ids for new rows of the model, to refer to the rows before they are inserted.

    On PostgreSQL they come from the table's sequence. On SQLite they are the numbers after the highest id so far, also
    of deleted rows: insert the rows before this is called for the model again.
    """
    key = table_of(model).c.id
    if is_postgresql(db):
        sequence = DatabaseSequence(f"{key.table.name}_id_seq")
        return db.scalars(select(sequence.next_value()).select_from(func.generate_series(1, count)))
    # No other transaction of SQLite writes before this one ends, so none can take the same ids.
    last_id = db.scalar(
        text("SELECT seq FROM sqlite_sequence WHERE name = :table"), {"table": key.table.name}
    )
    highest = max(last_id or 0, db.scalar(select(func.max(key))) or 0)
    return range(highest + 1, highest + 1 + count)


def insert_rows(
    db: Db,
    model: type[SQLModel],
    rows: Iterable[Mapping[str, Any]],
    shared_values: Mapping[str, Any] | None = None,
) -> None:
    """Insert rows that all name the same columns in the same order; do nothing if there are none.

    `shared_values` are further columns that have the same value in every row. Defaults that are made in Python are not
    filled in. `rows` may be an iterator: they are not held in memory all at once. Pending changes are flushed first.

    The rows go to the driver directly, converted as the columns' types convert them: SQLAlchemy's executemany takes
    longer to prepare a row than SQLite takes to store it, and does not use COPY.

    Raises `IntegrityError` if a constraint refuses a row, `DataError` if a column cannot hold a value.
    """
    iterator = iter(rows)
    first = next(iterator, None)
    if first is None:
        return
    db.flush()
    connection = db.connection()
    table, shared = table_of(model), shared_values or {}
    names = (*first, *shared)
    converters = [_converter(connection, table.c[name]) for name in names]
    converted = _convert_rows(chain((first,), iterator), shared, converters)
    columns = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join("?" * len(names))
    statement = (
        f'COPY "{table.name}" ({columns}) FROM STDIN'
        if is_postgresql(db)
        else f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})'  # noqa: S608 (names of our own columns)
    )
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    driver_error = connection.dialect.loaded_dbapi.Error
    try:
        if is_postgresql(db):
            with cursor.copy(statement) as copy:
                for row in converted:
                    copy.write_row(row)
        else:
            cursor.executemany(statement, converted)
    except driver_error as error:
        raise DBAPIError.instance(statement, None, error, driver_error, dialect=connection.dialect) from error
    finally:
        cursor.close()


def _converter(connection: Connection, column: Column[Any]) -> Callable[[Any], Any] | None:
    """Return the function that converts a value of the column for the driver; None if none is needed.

    JSON becomes text for both databases. Enums, dates and instants repeat from row to row, so their results are cached.
    """
    if isinstance(column.type, JSON):
        return _json_or_null if column.type.none_as_null else json_text
    convert = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    repeats = isinstance(column.type, Enum | Date | Instant)
    return lru_cache(maxsize=MAX_CACHED_VALUES)(convert) if convert and repeats else convert


def _json_or_null(document: object) -> str | None:
    """Return a JSON document as text, None for None."""
    return None if document is None else json_text(document)


def _convert_rows(
    rows: Iterable[Mapping[str, Any]],
    shared_values: Mapping[str, Any],
    converters: Sequence[Callable[[Any], Any] | None],
) -> Iterator[list[Any]]:
    """Yield for each row a list of its own values and the shared ones, converted; `converters` are in this order."""
    own_count = len(converters) - len(shared_values)
    shared = [
        convert(value) if convert else value
        for value, convert in zip(shared_values.values(), converters[own_count:], strict=True)
    ]
    needed = [(index, convert) for index, convert in enumerate(converters[:own_count]) if convert]
    for row in rows:
        values = [*row.values(), *shared]
        for index, convert in needed:
            values[index] = convert(values[index])
        yield values
