"""possible duplicates and merges of people"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "possible_duplicate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("likeness", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "different", name="state", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("participant_id < other_id", name=op.f("ck_possible_duplicate_order")),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_possible_duplicate_participant_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["participant.id"],
            name=op.f("fk_possible_duplicate_other_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["app_user.id"], name=op.f("fk_possible_duplicate_decided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_possible_duplicate")),
        sa.UniqueConstraint(
            "participant_id", "other_id", name=op.f("uq_possible_duplicate_participant_id_other_id")
        ),
    )
    op.create_index(op.f("ix_possible_duplicate_other_id"), "possible_duplicate", ["other_id"], unique=False)
    op.create_table(
        "people_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("absorbed_id", sa.Integer(), nullable=False),
        sa.Column("kept_name", sa.String(), nullable=False),
        sa.Column("absorbed_name", sa.String(), nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("after", JSON, nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["merged_by"], ["app_user.id"], name=op.f("fk_people_merge_merged_by")),
        sa.ForeignKeyConstraint(["undone_by"], ["app_user.id"], name=op.f("fk_people_merge_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_merge")),
    )
    op.create_index(op.f("ix_people_merge_kept_id"), "people_merge", ["kept_id"], unique=False)
    op.create_index(op.f("ix_people_merge_merged_at"), "people_merge", ["merged_at"], unique=False)
    op.create_table(
        "folded_registration",
        sa.Column("people_merge_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["people_merge_id"], ["people_merge.id"], name=op.f("fk_folded_registration_people_merge_id")
        ),
        sa.PrimaryKeyConstraint("people_merge_id", "registration_id", name=op.f("pk_folded_registration")),
    )
    op.create_index(
        op.f("ix_folded_registration_registration_id"),
        "folded_registration",
        ["registration_id"],
        unique=False,
    )
    _allow_kinds("find-duplicates", "read-import")


def downgrade() -> None:
    op.execute("DELETE FROM outbox_task WHERE kind = 'find-duplicates'")
    _allow_kinds("read-import")
    op.drop_table("folded_registration")
    op.drop_table("people_merge")
    op.drop_table("possible_duplicate")


def _allow_kinds(*kinds: str) -> None:
    """SQLite copies the table, and leaves the old CHECK behind in doing so; PostgreSQL exchanges it."""
    allowed = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("outbox_task", recreate="auto") as table:
        if op.get_bind().dialect.name == "postgresql":
            table.drop_constraint(op.f("ck_outbox_task_kind"), type_="check")
        table.create_check_constraint(op.f("ck_outbox_task_kind"), sa.text(f"kind IN ({allowed})"))
