"""numbers of people and registrations are given out once, on SQLite too"""
# ruff: noqa: S608 (the statements name our own tables, nothing else)

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Numbers of the table's rows, some of them gone, that are named elsewhere.
NAMED = {
    "participant": """
        SELECT json_extract(decision, '$.person') FROM attendance_import_row
        WHERE json_type(decision, '$.person') = 'integer'
    """,
    "registration": "SELECT value FROM attendance_import, json_each(others)",
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _recreate(autoincrement=True)
        for table, named in NAMED.items():
            op.execute(f"DELETE FROM sqlite_sequence WHERE name = '{table}'")
            op.execute(
                f"INSERT INTO sqlite_sequence (name, seq) SELECT '{table}', coalesce(max(id), 0) FROM "
                f"(SELECT id FROM {table} UNION ALL SELECT * FROM ({named}))"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _recreate(autoincrement=False)


def _recreate(*, autoincrement: bool) -> None:
    """Makes both tables anew while they are empty: dropping one that is full would take with it what refers to it.

    A transaction can't turn foreign keys off; deferred, they count again when the rows are back. What they do when
    a row goes (pairs go too, rows of sheets forget whose they were) is put back here.
    """
    op.execute("PRAGMA defer_foreign_keys = ON")
    for table in (*NAMED, "possible_duplicate"):
        op.execute(f"CREATE TEMPORARY TABLE kept_{table} AS SELECT * FROM {table}")
    op.execute(
        "CREATE TEMPORARY TABLE kept_link AS SELECT attendance_import_id, number, participant_id, registration_id "
        "FROM attendance_import_row WHERE participant_id IS NOT NULL OR registration_id IS NOT NULL"
    )
    for table in NAMED:
        op.execute(f"DELETE FROM {table}")
    for table in NAMED:
        with op.batch_alter_table(
            table, recreate="always", table_kwargs={"sqlite_autoincrement": autoincrement}
        ):
            pass
    for table in (*NAMED, "possible_duplicate"):
        op.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")
        op.execute(f"DROP TABLE kept_{table}")
    op.execute(
        "UPDATE attendance_import_row AS link SET participant_id = kept_link.participant_id, "
        "registration_id = kept_link.registration_id FROM kept_link "
        "WHERE link.attendance_import_id = kept_link.attendance_import_id AND link.number = kept_link.number"
    )
    op.execute("DROP TABLE kept_link")
