"""texts of a workshop's report, and of the invitation and minutes of a session"""

import sqlalchemy as sa
from alembic import op

from app.models.base import Instant, JsonDocument

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "session_letters",
        sa.Column("workshop_session_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("invitation_number", sa.String(length=100), nullable=False),
        sa.Column("invitation_dated", sa.Date(), nullable=True),
        sa.Column("urgency", sa.String(length=100), nullable=False),
        sa.Column("attachments", sa.String(length=100), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("addressees", sa.String(), nullable=False),
        sa.Column("agenda", sa.String(), nullable=False),
        sa.Column("invitation_signatories", JsonDocument, nullable=False),
        sa.Column("minutes_number", sa.String(length=100), nullable=False),
        sa.Column("minutes_text", sa.String(), nullable=False),
        sa.Column("minutes_signatories", JsonDocument, nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workshop_session_id"], ["workshop_session.id"], name="fk_session_letters_workshop_session_id"
        ),
        sa.PrimaryKeyConstraint("workshop_session_id", name="pk_session_letters"),
    )
    op.create_table(
        "workshop_report",
        sa.Column("workshop_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("background", sa.String(), nullable=False),
        sa.Column("legal_basis", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("material", sa.String(), nullable=False),
        sa.Column("proceedings", sa.String(), nullable=False),
        sa.Column("evaluation", sa.String(), nullable=False),
        sa.Column("closing", sa.String(), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("signatories", JsonDocument, nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name="fk_workshop_report_workshop_id"),
        sa.PrimaryKeyConstraint("workshop_id", name="pk_workshop_report"),
    )
    op.create_index("ix_workshop_report_updated_at", "workshop_report", ["updated_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_workshop_report_updated_at", table_name="workshop_report")
    op.drop_table("workshop_report")
    op.drop_table("session_letters")
