"""the attendance that a corrected list removed

A corrected list may take back the attendance of people whom it does not name any more; its undo restores it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("attendance_import", sa.Column("removed", JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("attendance_import") as altered:
        altered.drop_column("removed")
