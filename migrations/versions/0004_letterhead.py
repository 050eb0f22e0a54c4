"""the letterhead of documents, and the skipped steps of the start"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STEPS = ("letterhead", "organization", "users", "workshop", "targets", "mail")


def upgrade() -> None:
    op.create_table(
        "letterhead",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("government", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_letterhead_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letterhead")),
    )
    op.create_table(
        "skipped_setup_step",
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("skipped_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            " OR ".join(f"step = '{step}'" for step in STEPS), name=op.f("ck_skipped_setup_step_step")
        ),
        sa.PrimaryKeyConstraint("step", name=op.f("pk_skipped_setup_step")),
    )


def downgrade() -> None:
    op.drop_table("skipped_setup_step")
    op.drop_table("letterhead")
