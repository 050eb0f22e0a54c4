"""numbers that the log names are given out once, on SQLite too

An upload that was discarded gave its number to the next one, and both stood under it in the log.
"""
# ruff: noqa: S608 (the statements name our own tables, nothing else)

from collections.abc import Callable

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# By table what the log calls them.
NAMED = {"attendance_import": "attendance-import", "venue": "venue", "denominator": "denominator"}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table, subject in NAMED.items():
            _rewrite(table, _once)
            op.execute(
                f"INSERT INTO sqlite_sequence (name, seq) SELECT '{table}', coalesce(max(id), 0) FROM (SELECT id "
                f"FROM {table} UNION ALL SELECT CAST(subject_id AS INTEGER) FROM activity WHERE subject = '{subject}')"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in NAMED:
            _rewrite(table, _again)
            op.execute(f"DELETE FROM sqlite_sequence WHERE name = '{table}'")


def _rewrite(table: str, write: Callable[[str, str], str]) -> None:
    """Changes what a table says of itself: its rows are kept in the same way, whichever it says."""
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    own = "type = 'table' AND name = ?"
    said = connection.exec_driver_sql(f"SELECT sql FROM sqlite_schema WHERE {own}", (table,)).scalar_one()
    anew = write(said, f"CONSTRAINT pk_{table}")
    if anew == said:
        raise RuntimeError(f"{table} was made in another way than is known here")
    op.execute("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(f"UPDATE sqlite_schema SET sql = ? WHERE {own}", (anew, table))
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = RESET")


NUMBER, COUNTED = "\tid INTEGER NOT NULL, \n", "\tid INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, \n"


def _once(said: str, key: str) -> str:
    return said.replace(NUMBER, COUNTED).replace(f"\t{key} PRIMARY KEY (id), \n", "")


def _again(said: str, key: str) -> str:
    return said.replace(COUNTED, NUMBER).replace(
        "\tCONSTRAINT ", f"\t{key} PRIMARY KEY (id), \n\tCONSTRAINT ", 1
    )
