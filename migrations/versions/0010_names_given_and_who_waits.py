"""names as they were given, and an index of those who wait

A ticket says a name as somebody without an account wrote it, where the person's record has it otherwise.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WAITING = "ix_registration_waiting_number"


def upgrade() -> None:
    op.add_column("registration", sa.Column("name_given", sa.String(), nullable=True))
    waits = sa.text("waiting_number IS NOT NULL")
    op.create_index(
        WAITING,
        "registration",
        ["workshop_session_id", "waiting_number"],
        sqlite_where=waits,
        postgresql_where=waits,
    )


def downgrade() -> None:
    op.drop_index(WAITING, "registration")
    op.drop_column("registration", "name_given")
