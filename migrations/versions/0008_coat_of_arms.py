"""the coat of arms in the letterhead"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letterhead", sa.Column("coat_of_arms", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("letterhead", "coat_of_arms")
