"""registration online: places, waiting list, delegation links, marks, messages, memberships"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def choice(table: str, name: str, *values: str) -> sa.CheckConstraint:
    allowed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{name} IN ({allowed})", name=op.f(f"ck_{table}_{name}"))


STATUSES = ("present", "absent", "excused")


def added() -> dict[str, tuple[sa.Column[Any], ...]]:
    """The new columns of tables that exist; fresh ones at each call, for each belongs to one table."""
    return {
        "workshop": (
            sa.Column("public", sa.Boolean(), server_default=sa.false(), nullable=False),
            sa.Column("archived_at", sa.DateTime(timezone=True)),
        ),
        "workshop_session": (
            sa.Column("registration_opens_at", sa.DateTime(timezone=True)),
            sa.Column(
                "registration_closes_at",
                sa.DateTime(timezone=True),
                sa.CheckConstraint(
                    "registration_closes_at > registration_opens_at",
                    name=op.f("ck_workshop_session_registration_time"),
                ),
            ),
            sa.Column(
                "places_per_kelurahan",
                sa.Integer(),
                sa.CheckConstraint(
                    "places_per_kelurahan > 0", name=op.f("ck_workshop_session_places_per_kelurahan")
                ),
            ),
            sa.Column("cancelled_at", sa.DateTime(timezone=True)),
            sa.Column("cancelled_why", sa.String()),
        ),
        "registration": (
            sa.Column("waiting_number", sa.Integer()),
            sa.Column(
                "channel",
                sa.String(20),
                choice("registration", "channel", "self", "organizer", "delegation", "walk-in"),
            ),
            sa.Column("contact_phone", sa.String()),
            sa.Column("contact_email", sa.String()),
            sa.Column("language", sa.String(2)),
            sa.Column("consent_notice", sa.String(10)),
            sa.Column(
                "consented_at",
                sa.DateTime(timezone=True),
                sa.CheckConstraint(
                    "(consented_at IS NULL) = (consent_notice IS NULL)", name=op.f("ck_registration_consent")
                ),
            ),
            sa.Column("request_key", sa.String(64)),
        ),
        "attendance_import": (
            sa.Column(
                "purpose",
                sa.String(20),
                choice("attendance_import", "purpose", "attendance", "registration"),
                server_default="attendance",
                nullable=False,
            ),
        ),
    }


def upgrade() -> None:
    op.create_table(
        "session_group_places",
        sa.Column("workshop_session_id", sa.Integer(), nullable=False),
        sa.Column("target_group_code", sa.String(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.CheckConstraint("places > 0", name=op.f("ck_session_group_places_places")),
        sa.ForeignKeyConstraint(
            ["workshop_session_id"],
            ["workshop_session.id"],
            name=op.f("fk_session_group_places_workshop_session_id"),
        ),
        sa.ForeignKeyConstraint(
            ["target_group_code"],
            ["target_group.code"],
            name=op.f("fk_session_group_places_target_group_code"),
        ),
        sa.PrimaryKeyConstraint(
            "workshop_session_id", "target_group_code", name=op.f("pk_session_group_places")
        ),
    )
    op.create_table(
        "delegation_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_session_id", sa.Integer(), nullable=False),
        sa.Column("kelurahan_code", sa.String(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workshop_session_id"],
            ["workshop_session.id"],
            name=op.f("fk_delegation_link_workshop_session_id"),
        ),
        sa.ForeignKeyConstraint(
            ["kelurahan_code"], ["area.code"], name=op.f("fk_delegation_link_kelurahan_code")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["app_user.id"], name=op.f("fk_delegation_link_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation_link")),
    )
    for table, columns in added().items():
        for column in columns:
            op.add_column(table, column)
    for name, referred in REFERENCES.items():
        # Written out, for Alembic gives no name to a reference that comes with a column.
        op.execute(
            f"ALTER TABLE registration ADD COLUMN {name} INTEGER "
            f"CONSTRAINT fk_registration_{name} REFERENCES {referred} (id)"
        )
    op.create_table(
        "attendance_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(20), nullable=True),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marked_by", sa.Integer(), nullable=True),
        sa.Column("nonce", sa.String(64), nullable=True),
        choice("attendance_mark", "status", *STATUSES),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_attendance_mark_registration_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["marked_by"], ["app_user.id"], name=op.f("fk_attendance_mark_marked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_mark")),
        sa.UniqueConstraint("nonce", name=op.f("uq_attendance_mark_nonce")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("occasion", sa.String(100), nullable=True),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        choice(
            "message",
            "kind",
            *("confirmed", "waitlisted", "moved-up", "reminder", "cancelled", "session-cancelled"),
            "session-changed",
        ),
        choice("message", "status", "waiting", "sending", "sent", "failed", "unknown"),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_message_registration_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("occasion", name=op.f("uq_message_occasion")),
    )
    op.create_table(
        "group_membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("target_group_code", sa.String(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_group_membership_validity")),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_group_membership_participant_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["target_group_code"],
            ["target_group.code"],
            name=op.f("fk_group_membership_target_group_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_membership")),
    )
    for indexed, name in INDEXES:
        op.create_index(op.f(f"ix_{indexed}_{name}"), indexed, [name])
    for indexed, name in NO_LONGER_INDEXED:
        op.drop_index(op.f(f"ix_{indexed}_{name}"), indexed)
    for indexed, name in INDEXED_WHERE_PRESENT:
        present = sa.text(f"{name} IS NOT NULL")
        op.create_index(
            op.f(f"ix_{indexed}_{name}"),
            indexed,
            [name],
            unique=name == "request_key",
            sqlite_where=present,
            postgresql_where=present,
        )
    op.create_index(
        "ix_registration_places",
        "registration",
        ["workshop_session_id", "status", "kelurahan_code", "target_group_code"],
    )


REFERENCES = {"registered_by": "app_user", "delegation_link_id": "delegation_link"}
INDEXES = (
    ("delegation_link", "workshop_session_id"),
    ("delegation_link", "kelurahan_code"),
    ("attendance_mark", "registration_id"),
    ("message", "registration_id"),
    ("group_membership", "participant_id"),
    ("group_membership", "target_group_code"),
)


# A sheet of a hundred thousand rows writes an entry into each index; these are looked up by nothing, or mostly empty.
NO_LONGER_INDEXED = (
    ("participant", "email"),
    ("registration", "kelurahan_code"),
    ("registration", "target_group_code"),
)
INDEXED_WHERE_PRESENT = (
    ("participant", "email"),
    ("registration", "delegation_link_id"),
    ("registration", "request_key"),
)


def downgrade() -> None:
    op.drop_index("ix_registration_places", "registration")
    for indexed, name in (*INDEXES, *INDEXED_WHERE_PRESENT):
        op.drop_index(op.f(f"ix_{indexed}_{name}"), indexed)
    for indexed, name in NO_LONGER_INDEXED:
        op.create_index(op.f(f"ix_{indexed}_{name}"), indexed, [name])
    for dropped in ("group_membership", "message", "attendance_mark"):
        op.drop_table(dropped)
    for name in REFERENCES:
        op.drop_column("registration", name)
    for table, columns in added().items():
        for column in reversed(columns):
            if column.name == "purpose":
                _drop_purpose()
            else:
                op.drop_column(table, column.name)
    for dropped in ("delegation_link", "session_group_places"):
        op.drop_table(dropped)


def _drop_purpose() -> None:
    """SQLite drops no column that a CHECK of the whole table names; it makes the table anew, while it is empty."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        op.execute("PRAGMA defer_foreign_keys = ON")
        op.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM attendance_import")
        op.execute("ALTER TABLE kept DROP COLUMN purpose")
        op.execute("DELETE FROM attendance_import")
    with op.batch_alter_table("attendance_import") as altered:
        altered.drop_constraint(op.f("ck_attendance_import_purpose"), type_="check")
        altered.drop_column("purpose")
    if is_sqlite:
        op.execute("INSERT INTO attendance_import SELECT * FROM kept")
        op.execute("DROP TABLE kept")
