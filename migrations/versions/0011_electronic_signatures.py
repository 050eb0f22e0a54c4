"""electronic signatures on issued reports"""

import sqlalchemy as sa
from alembic import op

from app.models.base import Instant, JsonDocument

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "electronic_signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issued_report_id", sa.Integer(), nullable=False),
        sa.Column("issued_report_file_id", sa.Integer(), nullable=False),
        sa.Column("signatory", sa.Integer(), nullable=True),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("certificate_names", JsonDocument, nullable=False),
        sa.Column("checked_at", Instant(), nullable=True),
        sa.Column("signed_at", Instant(), nullable=False),
        sa.Column("signed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("signatory >= 0", name=op.f("ck_electronic_signature_signatory")),
        sa.ForeignKeyConstraint(
            ["issued_report_file_id"],
            ["issued_report_file.id"],
            name="fk_electronic_signature_issued_report_file_id",
        ),
        sa.ForeignKeyConstraint(
            ["issued_report_id"], ["issued_report.id"], name="fk_electronic_signature_issued_report_id"
        ),
        sa.ForeignKeyConstraint(["signed_by"], ["app_user.id"], name="fk_electronic_signature_signed_by"),
        sa.PrimaryKeyConstraint("id", name="pk_electronic_signature"),
        sa.UniqueConstraint("issued_report_file_id", name="uq_electronic_signature_issued_report_file_id"),
        sa.UniqueConstraint(
            "issued_report_id", "signatory", name="uq_electronic_signature_issued_report_id_signatory"
        ),
    )


def downgrade() -> None:
    op.drop_table("electronic_signature")
