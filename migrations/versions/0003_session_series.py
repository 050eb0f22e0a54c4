"""sessions that were made together are a series"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workshop_session", sa.Column("series_code", sa.String(length=40)))
    op.create_index("ix_workshop_session_series_code", "workshop_session", ["series_code"])


def downgrade() -> None:
    op.drop_index("ix_workshop_session_series_code", "workshop_session")
    op.drop_column("workshop_session", "series_code")
