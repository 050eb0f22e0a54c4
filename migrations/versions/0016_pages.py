"""indexes by which lists of people are read in the order of their names, and a person's sessions without their rows"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_participant_name", "participant", ["name", "id"], unique=False)
    op.create_index(
        "ix_registration_person", "registration", ["participant_id", "workshop_session_id"], unique=False
    )
    op.drop_index("ix_registration_participant_id", table_name="registration")


def downgrade() -> None:
    op.create_index("ix_registration_participant_id", "registration", ["participant_id"], unique=False)
    op.drop_index("ix_registration_person", table_name="registration")
    op.drop_index("ix_participant_name", table_name="participant")
