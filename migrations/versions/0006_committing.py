"""long imports are committed in the background"""
# ruff: noqa: S608 (the statements name our own tables, nothing else)

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _allow(
        "attendance_import",
        "status",
        *("reading", "review", "committing", "committed", "undone", "failed"),
    )
    _allow("outbox_task", "kind", "commit-import", "find-duplicates", "read-import")


def downgrade() -> None:
    op.execute("DELETE FROM outbox_task WHERE kind = 'commit-import'")
    op.execute("UPDATE attendance_import SET status = 'review' WHERE status = 'committing'")
    _allow("outbox_task", "kind", "find-duplicates", "read-import")
    _allow("attendance_import", "status", "reading", "review", "committed", "undone", "failed")


def _allow(table: str, column: str, *values: str) -> None:
    """Exchanges the CHECK of a column that holds one of so many words.

    SQLite makes the table anew for it, while it is empty: dropping one that is full would break what refers to it.
    Until its rows are back, references to them are not looked at.
    """
    allowed = ", ".join(f"'{value}'" for value in values)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        op.execute("PRAGMA defer_foreign_keys = ON")
        op.execute(f"CREATE TEMPORARY TABLE kept AS SELECT * FROM {table}")
        op.execute(f"DELETE FROM {table}")
    with op.batch_alter_table(table) as altered:
        altered.drop_constraint(op.f(f"ck_{table}_{column}"), type_="check")
        altered.create_check_constraint(op.f(f"ck_{table}_{column}"), sa.text(f"{column} IN ({allowed})"))
    if is_sqlite:
        op.execute(f"INSERT INTO {table} SELECT * FROM kept")
        op.execute("DROP TABLE kept")
