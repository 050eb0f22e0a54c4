"""the push of open data to a data portal"""

import sqlalchemy as sa
from alembic import op

from app.models.base import Instant, JsonDocument

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "open_data_push",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pushed_at", Instant(), nullable=True),
        sa.Column("pushed_reports", JsonDocument, nullable=False),
        sa.Column("portal_url", sa.String(), nullable=False),
        sa.Column("failed_at", Instant(), nullable=True),
        sa.Column("failure", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_open_data_push_single")),
        sa.CheckConstraint("(failed_at IS NULL) = (failure = '')", name=op.f("ck_open_data_push_failure")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_data_push")),
    )


def downgrade() -> None:
    op.drop_table("open_data_push")
