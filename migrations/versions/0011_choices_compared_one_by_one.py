"""choices are compared one by one

For a CHECK with more than two values after `IN`, SQLite builds an index of them at every row that is written: nearly
half of the time of a registration.
"""

import re
from collections.abc import Callable, Iterable

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

Write = Callable[[str, Iterable[str]], str]

# How each database says both: the column's name is the first group, the values are quoted.
IN_SQLITE = re.compile(r"CHECK \((\w+) IN \([^)]*\)\)")
ONE_BY_ONE_SQLITE = re.compile(r"CHECK \((\w+) = '[^']*'(?: OR \1 = '[^']*')+\)")
IN_POSTGRESQL = re.compile(r"(\w+)::text = ANY \(ARRAY\[.*\]::text\[\]\)")
ONE_BY_ONE_POSTGRESQL = re.compile(r"(\w+)::text = '[^']*'::text(?: OR \1::text = '[^']*'::text)+")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rewrite(IN_SQLITE, _one_by_one)
    else:
        _replace(IN_POSTGRESQL, _one_by_one)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rewrite(ONE_BY_ONE_SQLITE, _within)
    else:
        _replace(ONE_BY_ONE_POSTGRESQL, _within)


def _one_by_one(column: str, values: Iterable[str]) -> str:
    return " OR ".join(f"{column} = '{value}'" for value in values)


def _within(column: str, values: Iterable[str]) -> str:
    allowed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({allowed})"


def _anew(found: re.Match[str], write: Write) -> str:
    return write(found[1], re.findall(r"'([^']*)'", found[0]))


def _rewrite(pattern: re.Pattern[str], write: Write) -> None:
    """Changes what the tables say of themselves: the rows that fulfil the one fulfil the other, and stay as they are.

    It is SQLite's own way for changes that concern no row. To make the tables anew would take with them what refers
    to them.
    """
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    tables = connection.exec_driver_sql("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").all()
    op.execute("PRAGMA writable_schema = ON")
    for name, sql in tables:
        anew = pattern.sub(lambda found: f"CHECK ({_anew(found, write)})", sql)
        connection.exec_driver_sql(
            "UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", (anew, name)
        )
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = RESET")


def _replace(pattern: re.Pattern[str], write: Write) -> None:
    inspector = sa.inspect(op.get_bind())
    for table in inspector.get_table_names():
        for check in inspector.get_check_constraints(table):
            if found := pattern.fullmatch(check["sqltext"]):
                name = op.f(str(check["name"]))
                op.drop_constraint(name, table, type_="check")
                op.create_check_constraint(name, table, _anew(found, write))
