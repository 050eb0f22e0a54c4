"""the registrations of each session as reports count them, stored ahead"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None

# What `queries.coverage.facts` packs.
COUNTED = (
    "participant_id",
    "workshop_session_id",
    "status",
    "kelurahan_code",
    "rt",
    "sex",
    "target_group_code",
)


def _note(session: str) -> str:
    """Return the statement of a SQLite trigger that notes a session as changed, if it isn't yet."""
    return (
        f"INSERT INTO changed_session (workshop_session_id) SELECT workshop_session_id "  # noqa: S608
        f"FROM (SELECT {session} AS workshop_session_id) AS changed WHERE workshop_session_id IS NOT NULL "
        "AND workshop_session_id NOT IN (SELECT workshop_session_id FROM changed_session);"
    )


def _session_of(row: str) -> str:
    return f"(SELECT workshop_session_id FROM registration WHERE id = {row}.registration_id)"  # noqa: S608


def _on_sqlite(table: str, update_of: str, old: str, new: str) -> list[str]:
    return [
        f"CREATE TRIGGER {table}_counted_insert AFTER INSERT ON {table} BEGIN {_note(new)} END",
        f"CREATE TRIGGER {table}_counted_update AFTER UPDATE OF {update_of} ON {table} "
        f"BEGIN {_note(old)} {_note(new)} END",
        f"CREATE TRIGGER {table}_counted_delete AFTER DELETE ON {table} BEGIN {_note(old)} END",
    ]


# A transaction notes a session again and again only if others note it meanwhile.
NOTE = """
    INSERT INTO changed_session (workshop_session_id)
    SELECT DISTINCT workshop_session_id FROM ({sessions}) AS changed
    WHERE (SELECT noted.xmin FROM changed_session AS noted
           WHERE noted.workshop_session_id = changed.workshop_session_id ORDER BY noted.id DESC LIMIT 1)
        IS DISTINCT FROM CAST(pg_current_xact_id() AS xid);
    RETURN NULL;
"""
SESSIONS_OF_REGISTRATIONS = "SELECT workshop_session_id FROM changed_rows"
# The lock waits for a transaction that is moving the registration to another session.
SESSIONS_OF_ATTENDANCES = (
    "SELECT registration.workshop_session_id FROM changed_rows "
    "JOIN registration ON registration.id = changed_rows.registration_id FOR KEY SHARE OF registration"
)


def _differing_rows(columns: str) -> str:
    """Return the start of a function that finds the rows that an UPDATE has changed in these columns, old and new."""
    return (
        f"WITH changed_rows AS ((SELECT {columns} FROM old_rows EXCEPT SELECT {columns} FROM new_rows) "  # noqa: S608
        f"UNION (SELECT {columns} FROM new_rows EXCEPT SELECT {columns} FROM old_rows))"
    )


def _function(name: str, body: str) -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"


def _on_postgresql(table: str, sessions: str, changed_rows: str) -> list[str]:
    note = NOTE.format(sessions=sessions)
    trigger = (
        f"CREATE TRIGGER {table}_counted_{{action}} AFTER {{action}} ON {table} "
        "REFERENCING {rows} FOR EACH STATEMENT"
    )
    return [
        _function(f"note_changed_{table}s", note),
        _function(f"note_updated_{table}s", f"{changed_rows} {note}"),
        f"{trigger.format(action='insert', rows='NEW TABLE AS changed_rows')} "
        f"EXECUTE FUNCTION note_changed_{table}s()",
        f"{trigger.format(action='delete', rows='OLD TABLE AS changed_rows')} "
        f"EXECUTE FUNCTION note_changed_{table}s()",
        f"{trigger.format(action='update', rows='OLD TABLE AS old_rows NEW TABLE AS new_rows')} "
        f"EXECUTE FUNCTION note_updated_{table}s()",
    ]


TRIGGERS = {
    "sqlite": [
        *_on_sqlite("registration", ", ".join(COUNTED), "OLD.workshop_session_id", "NEW.workshop_session_id"),
        *_on_sqlite("attendance", "registration_id, status", _session_of("OLD"), _session_of("NEW")),
    ],
    "postgresql": [
        *_on_postgresql(
            "registration", SESSIONS_OF_REGISTRATIONS, _differing_rows(", ".join(("id", *COUNTED)))
        ),
        *_on_postgresql(
            "attendance",
            SESSIONS_OF_ATTENDANCES,
            _differing_rows("registration_id, status"),
        ),
    ],
}


def upgrade() -> None:
    op.create_table(
        "fact_code",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.CheckConstraint("kind = 'kelurahan' OR kind = 'target-group' OR kind = 'rt'", name="kind"),
        sa.PrimaryKeyConstraint("kind", "number", name="pk_fact_code"),
        sa.UniqueConstraint("kind", "code", name="uq_fact_code_kind_code"),
    )
    op.create_table(
        "session_facts",
        sa.Column("workshop_session_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("workshop_session_id", name="pk_session_facts"),
    )
    op.create_table(
        "changed_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_session_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_changed_session"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_changed_session_workshop_session_id", "changed_session", ["workshop_session_id", "id"]
    )
    op.execute(
        "INSERT INTO changed_session (workshop_session_id) SELECT DISTINCT workshop_session_id FROM registration"
    )
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        # Compressing takes longer than reading the bytes.
        op.execute("ALTER TABLE session_facts ALTER COLUMN facts SET STORAGE EXTERNAL")
    for statement in TRIGGERS[dialect]:
        op.execute(statement)


def downgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in ("registration", "attendance"):
        for action in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER {table}_counted_{action}" + (f" ON {table}" if on_postgresql else ""))
        if on_postgresql:
            op.execute(f"DROP FUNCTION note_changed_{table}s()")
            op.execute(f"DROP FUNCTION note_updated_{table}s()")
    for table in ("changed_session", "session_facts", "fact_code"):
        op.drop_table(table)
