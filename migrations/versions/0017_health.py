"""what was found when the installation was last checked, and when administrators were told"""

import sqlalchemy as sa
from alembic import op

from app.models.base import Instant, JsonDocument

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "health_report",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("checked_at", Instant(), nullable=True),
        sa.Column("states", JsonDocument, nullable=False),
        sa.Column("mailed_at", Instant(), nullable=True),
        sa.Column("is_announced", sa.Boolean(), nullable=False),
        sa.Column("probed_at", Instant(), nullable=True),
        sa.CheckConstraint("id = 1", name="one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_health_report"),
    )


def downgrade() -> None:
    op.drop_table("health_report")
