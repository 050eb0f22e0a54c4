"""a session's registrations in the order in which they were written

Those of a list are mostly written one after the other. In the order of the other indexes of a session SQLite looked
for each row, and for its attendance, anew; in this one it finds the next.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INDEX = "ix_registration_workshop_session_id"


def upgrade() -> None:
    op.create_index(INDEX, "registration", ["workshop_session_id"])


def downgrade() -> None:
    op.drop_index(INDEX, "registration")
