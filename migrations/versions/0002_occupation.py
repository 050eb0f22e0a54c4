"""a person's occupation

Lists have a column "Pekerjaan" beside the institution, and each is a detail of its own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("participant", sa.Column("occupation", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("participant") as altered:
        altered.drop_column("occupation")
