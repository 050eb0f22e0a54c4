"""Rows of whole tables, read and written as plain values that are the same on both databases.

Backups and moves between databases are made of these rows, past the models: a backup may be of an older schema. Tables
and columns are those that the database has. A value is None, a number, a text or bytes:

- a boolean is 0 or 1, a date "2025-08-05", an instant "2025-08-05 01:00:00.000000" in UTC,
- a JSON document is its text, so that a JSON `null` and NULL stay different and nothing is rounded.
"""

import re
from base64 import b64encode
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any, Protocol

import orjson
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import JSON, Boolean, Date, DateTime, Float, Integer, LargeBinary, String, TypeEngine

# The revision stands in the backup's manifest; the lease is about processes that run now. The stored facts of sessions
# are made anew: triggers note every session as changed while its registrations are inserted.
LEFT_OUT = {"alembic_version", "worker_lease", "session_facts", "changed_session", "fact_code"}

# PostgreSQL's numbers in documents have no negative zero.
_NEGATIVE_ZERO = re.compile(rb"(?<=[\[:,])-0\.0(?=[,\]}])")

Value = None | int | float | str | bytes
PlainRow = Sequence[Value]


class ColumnKind(StrEnum):
    """What a column holds."""

    BOOLEAN = "boolean"
    BYTES = "bytes"
    DATE = "date"
    FLOAT = "float"
    INSTANT = "instant"
    INTEGER = "integer"
    JSON = "json"
    TEXT = "text"


# In the order in which they are tried: Boolean and Date are no Integer and no DateTime, but Float is a Numeric.
_KINDS: tuple[tuple[type[TypeEngine[Any]], ColumnKind], ...] = (
    (JSON, ColumnKind.JSON),
    (Boolean, ColumnKind.BOOLEAN),
    (DateTime, ColumnKind.INSTANT),
    (Date, ColumnKind.DATE),
    (LargeBinary, ColumnKind.BYTES),
    (Float, ColumnKind.FLOAT),
    (Integer, ColumnKind.INTEGER),
    (String, ColumnKind.TEXT),
)

# How PostgreSQL casts a column to its plain value, and the type of that.
_POSTGRESQL_CASTS = {
    ColumnKind.BOOLEAN: ("{0}::int::int8", "int8"),
    ColumnKind.BYTES: ("{0}", "bytea"),
    ColumnKind.DATE: ("to_char({0}, 'YYYY-MM-DD')", "text"),
    ColumnKind.FLOAT: ("{0}::float8", "float8"),
    ColumnKind.INSTANT: ("to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')", "text"),
    ColumnKind.INTEGER: ("{0}::int8", "int8"),
    ColumnKind.JSON: ("{0}::text", "text"),
    ColumnKind.TEXT: ("{0}::text", "text"),
}
# SQLite keeps an instant as text; CURRENT_TIMESTAMP writes it without microseconds.
_SQLITE_INSTANT = "CASE length({0}) WHEN 19 THEN {0} || '.000000' ELSE {0} END"


@dataclass(frozen=True)
class TableColumns:
    """A table with its columns in their order, and the names of the columns of its primary key."""

    name: str
    columns: tuple[tuple[str, ColumnKind], ...]
    key: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(name for name, _ in self.columns)

    def positions(self, kind: ColumnKind) -> list[int]:
        """Return the positions of the columns of a kind."""
        return [position for position, (_, other) in enumerate(self.columns) if other is kind]


@dataclass(frozen=True)
class TableSum:
    """The number of a table's rows, and a SHA-256 of them that is the same for the same rows on both databases."""

    rows: int
    sha256: str


class Digest:
    """Makes a `TableSum` of rows that are added one after the other."""

    def __init__(self) -> None:
        self._rows = 0
        self._hash = sha256()

    def add(self, canonical_line: bytes) -> None:
        """Add a row, as `encode_rows` yields it."""
        self._rows += 1
        self._hash.update(canonical_line)

    def result(self) -> TableSum:
        """Return the sum of the rows so far."""
        return TableSum(self._rows, self._hash.hexdigest())


class RowSource(Protocol):
    """Tables to be copied: of a backup or of another database."""

    @property
    def revision(self) -> str:
        """The revision of the schema."""

    @property
    def tables(self) -> dict[str, TableColumns]:
        """The tables by their names."""

    @property
    def highest_ids(self) -> dict[str, int]:
        """By table the highest id that was ever given out, where that is known."""

    def rows(self, table: TableColumns) -> Generator[PlainRow, None, None]:
        """Yield the rows of a table. Close the generator if not all rows are read: it holds a statement open."""

    def sum_of(self, table: TableColumns) -> TableSum:
        """Return the sum of the rows of a table."""


class DatabaseSource:
    """The tables of a database, as a transaction of the connection sees them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.revision = read_revision(connection)
        self.tables = {table.name: table for table in list_tables(connection)}
        self.highest_ids = read_highest_ids(connection)

    def rows(self, table: TableColumns) -> Generator[PlainRow, None, None]:
        """Yield the rows of a table in the order of its key."""
        return read_rows(self._connection, table)

    def sum_of(self, table: TableColumns) -> TableSum:
        """Return the sum of the rows of a table, which are read for it."""
        return sum_table(self._connection, table)


def read_revision(connection: Connection) -> str:
    """Return the revision of the database's schema. Raises `DatabaseError` if it has no tables."""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def list_tables(connection: Connection) -> list[TableColumns]:
    """Return the tables of the database, each after the tables that its foreign keys refer to."""
    inspector = inspect(connection)
    names = [name for name, _ in inspector.get_sorted_table_and_fkc_names() if name not in {None, *LEFT_OUT}]
    return [
        TableColumns(
            name,
            tuple((column["name"], _kind_of(column["type"])) for column in inspector.get_columns(name)),
            tuple(inspector.get_pk_constraint(name)["constrained_columns"]),
        )
        for name in names
        if name is not None
    ]


def _kind_of(column_type: TypeEngine[Any]) -> ColumnKind:
    return next(kind for parent, kind in _KINDS if isinstance(column_type, parent))


def read_rows(connection: Connection, table: TableColumns) -> Generator[PlainRow, None, None]:
    """Yield the rows of a table in the order of its key, which is the same on both databases. They are streamed.

    The generator must be closed before the connection is used for anything else.
    """
    # All names are those of our own tables, as the database reports them.
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        columns = ", ".join(
            _SQLITE_INSTANT.format(f'"{name}"') if kind is ColumnKind.INSTANT else f'"{name}"'
            for name, kind in table.columns
        )
        key = ", ".join(f'"{name}"' for name in table.key)
        yield from driver.execute(f'SELECT {columns} FROM "{table.name}" ORDER BY {key}')  # noqa: S608
        return
    kinds = dict(table.columns)
    columns = ", ".join(_POSTGRESQL_CASTS[kind][0].format(f'"{name}"') for name, kind in table.columns)
    key = ", ".join(
        f'"{name}"' + (' COLLATE "C"' if kinds[name] is ColumnKind.TEXT else "") for name in table.key
    )
    select = f'SELECT {columns} FROM "{table.name}" ORDER BY {key}'  # noqa: S608
    with driver.cursor() as cursor, cursor.copy(f"COPY ({select}) TO STDOUT (FORMAT BINARY)") as copy:
        copy.set_types([_POSTGRESQL_CASTS[kind][1] for _, kind in table.columns])
        yield from copy.rows()


def write_rows(connection: Connection, table: TableColumns, rows: Iterable[PlainRow]) -> None:
    """Insert rows with all columns of the table, in their order. On PostgreSQL the time zone must be set to UTC.

    Raises `IntegrityError` if a constraint refuses a row, `DataError` if a column cannot hold a value.
    """
    names = ", ".join(f'"{name}"' for name in table.names)
    driver: Any = connection.connection.driver_connection
    driver_error = connection.dialect.loaded_dbapi.Error
    statement = f'COPY "{table.name}" ({names}) FROM STDIN'
    try:
        if connection.dialect.name == "sqlite":
            marks = ", ".join("?" * len(table.names))
            statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608
            driver.executemany(statement, rows)
            return
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except driver_error as error:
        raise DBAPIError.instance(statement, None, error, driver_error, dialect=connection.dialect) from error


def sum_table(connection: Connection, table: TableColumns) -> TableSum:
    """Return the sum of a table's rows."""
    digest = Digest()
    with closing(read_rows(connection, table)) as rows:
        for _, canonical_line in encode_rows(table, rows):
            digest.add(canonical_line)
    return digest.result()


def encode_rows(table: TableColumns, rows: Iterable[PlainRow]) -> Iterator[tuple[bytes, bytes]]:
    """Yield each row as a line of JSON, and that line with sorted keys in JSON documents, for checksums.

    PostgreSQL stores documents with spaces and in an order of its own. Bytes are in Base64.
    """
    documents = table.positions(ColumnKind.JSON)
    for row in rows:
        line = _json_line(row)
        yield line, _json_line(_with_sorted_documents(row, documents)) if documents else line


def _json_line(row: PlainRow) -> bytes:
    return orjson.dumps(list(row), default=_base64, option=orjson.OPT_APPEND_NEWLINE)


def _base64(value: object) -> str:
    """Return bytes in Base64; `orjson` asks for nothing else."""
    assert isinstance(value, bytes)  # noqa: S101
    return b64encode(value).decode()


def _with_sorted_documents(row: PlainRow, documents: Iterable[int]) -> PlainRow:
    """Return the row with the texts of its JSON documents in a form that depends only on what they say."""
    values = list(row)
    for position in documents:
        document = values[position]
        if document is not None:
            parsed = orjson.loads(document)  # type: ignore[arg-type]
            canonical = orjson.dumps(parsed, option=orjson.OPT_SORT_KEYS)
            values[position] = _NEGATIVE_ZERO.sub(b"0.0", canonical).decode()
    return values


def read_highest_ids(connection: Connection) -> dict[str, int]:
    """Return the highest id that each table has ever given out, also to rows that were deleted, where it is known."""
    if connection.dialect.name == "sqlite":
        statement = "SELECT name, seq FROM sqlite_sequence"
    else:
        statement = (
            "SELECT regexp_replace(sequencename, '_id_seq$', ''), last_value FROM pg_sequences "
            "WHERE schemaname = current_schema() AND last_value IS NOT NULL"
        )
    return {name: int(highest) for name, highest in connection.execute(text(statement))}


def write_highest_ids(connection: Connection, tables: Iterable[TableColumns], known: dict[str, int]) -> None:
    """Let each table give out only ids above the `known` one and those of its rows."""
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        statement = "SELECT name FROM sqlite_schema WHERE sql LIKE '%AUTOINCREMENT%'"
    else:
        statement = (
            "SELECT regexp_replace(sequencename, '_id_seq$', '') FROM pg_sequences "
            "WHERE schemaname = current_schema()"
        )
    counted = set(connection.scalars(text(statement)))
    for table in tables:
        if table.name not in counted:
            continue
        in_rows = connection.scalar(text(f'SELECT max(id) FROM "{table.name}"'))  # noqa: S608
        highest = max(known.get(table.name, 0), in_rows or 0)
        if not highest:
            continue
        names = {"table": table.name, "highest": highest}
        if is_sqlite:
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :table"), names)
            connection.execute(
                text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :highest)"), names
            )
        else:
            connection.execute(text("SELECT setval(quote_ident(:table || '_id_seq'), :highest)"), names)
