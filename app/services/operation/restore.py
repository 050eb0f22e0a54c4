"""Fill an empty database from a backup or from another database, in one transaction, and compare it afterwards."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, ProgrammingError

from app.database import violated_constraint, writing
from app.errors import Problem
from app.schema import upgrade_within
from app.services.operation.backup_files import Backup, secret_fingerprint
from app.services.operation.table_rows import (
    DatabaseSource,
    RowSource,
    TableColumns,
    list_tables,
    sum_table,
    write_highest_ids,
    write_rows,
)

# Of the pages that SQLite keeps in memory while it fills a database; its default of 2 MB makes it read them again.
CACHE_KIBIBYTES = 64 * 1024


def restore_backup(engine: Engine, secret: bytes, backup: Backup) -> int:
    """Fill an empty database from a backup, bring it up to date, and return the number of rows.

    All or nothing: if it fails or is killed, the database is as empty as before. Raises `Problem` if the database is
    not empty, the backup belongs to another secret or a newer version, or what was restored differs from it.
    """
    if backup.manifest.secret != secret_fingerprint(secret):
        raise Problem(
            "This backup belongs to another secret. Put back the file secret-key that belongs to it, or set "
            "JANGKAU_SECRET_KEY to what it was when the backup was made.",
            code="other-secret",
        )
    return _fill(engine, backup)


def move_database(source: Engine, target: Engine) -> int:
    """Fill an empty PostgreSQL database from an SQLite database, bring it up to date, and return the number of rows.

    The source is locked against writing, and not changed. All or nothing, as `restore_backup`, with the same problems.
    """
    with writing(source) as db:
        rows = _fill(target, DatabaseSource(db.connection()))
        db.rollback()
    return rows


def _fill(engine: Engine, source: RowSource) -> int:
    """Fill an empty database from the source in one transaction, and return the number of rows."""
    with _filling(engine) as connection:
        _require_empty(connection)
        upgrade_within(connection, source.revision)
        tables = _matching_tables(connection, source)
        for table in tables:
            _copy_rows(connection, source, table)
        write_highest_ids(connection, tables, source.highest_ids)
        rows = sum(_compare_rows(connection, source, table) for table in tables)
        _require_references(connection)
        upgrade_within(connection)
    return rows


def _matching_tables(connection: Connection, source: RowSource) -> list[TableColumns]:
    """Return the tables of the source in the order in which they are filled.

    Raises `Problem` unless the migrations have made the same tables with the same columns.
    """
    names = []
    for made in list_tables(connection):
        table = source.tables.get(made.name)
        if table is None or set(table.columns) != set(made.columns):
            raise Problem(
                "%(table)s is not as in the schema %(revision)s.", table=made.name, revision=source.revision
            )
        names.append(made.name)
    if unknown := set(source.tables) - set(names):
        raise Problem(
            "The schema %(revision)s has no %(table)s.", table=min(unknown), revision=source.revision
        )
    return [source.tables[name] for name in names]


def _copy_rows(connection: Connection, source: RowSource, table: TableColumns) -> None:
    """Fill a table. Raises `Problem` if the database refuses a row."""
    try:
        with closing(source.rows(table)) as rows:
            write_rows(connection, table, rows)
    except (DataError, IntegrityError, InterfaceError, ProgrammingError) as error:
        raise Problem(
            "The table %(table)s can't be filled: refused by %(constraint)s.",
            table=table.name,
            constraint=violated_constraint(error),
        ) from error


def _compare_rows(connection: Connection, source: RowSource, table: TableColumns) -> int:
    """Return the number of a table's rows. Raises `Problem` if they are not those of the source."""
    expected = source.sum_of(table)
    try:
        filled = sum_table(connection, table)
    except ValueError as error:  # a document that is no JSON, which SQLite takes
        raise Problem("The table %(table)s holds what is no JSON.", table=table.name) from error
    if filled != expected:
        raise Problem(
            "The table %(table)s has %(filled)s rows with another checksum than the %(expected)s rows it was "
            "filled from. Nothing was kept.",
            table=table.name,
            filled=filled.rows,
            expected=expected.rows,
        )
    return filled.rows


@contextmanager
def _filling(engine: Engine) -> Iterator[Connection]:
    """Open a connection for one long transaction: committed when the block ends, rolled back if it raises.

    SQLite does not compare foreign keys meanwhile, see `_require_references`.
    """
    with engine.execution_options(writes=True).connect() as connection:
        if connection.dialect.name == "sqlite":
            cursor = connection.connection.cursor()
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
        try:
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
                        connection.execute(text(f"SET LOCAL {setting} = 0"))
                    connection.execute(text("SET LOCAL timezone = 'UTC'"))
                yield connection
                if connection.dialect.name == "postgresql":
                    connection.execute(text("ANALYZE"))
        finally:
            connection.invalidate()  # The pragmas go with the connection.


def _require_empty(connection: Connection) -> None:
    """Raise `Problem` if the database has tables, other than Alembic's own without a revision."""
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" in tables and not connection.scalar(text("SELECT count(*) FROM alembic_version")):
        tables.remove("alembic_version")
    if tables:
        raise Problem(
            "The database is not empty. Only an empty one is filled: create another one on PostgreSQL; with SQLite, "
            "stop the server and move away what begins with jangkau.sqlite3 in its folder.",
            code="database-not-empty",
        )


def _require_references(connection: Connection) -> None:
    """Raise `Problem` if a row refers to a row that is not there. PostgreSQL has compared that itself."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise Problem(
                "A row of %(table)s refers to a row of %(other)s that is not there.",
                table=broken[0],
                other=broken[2],
            )
