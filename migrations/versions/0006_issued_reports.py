"""issued reports, scans of signed copies, and closed periods"""

import sqlalchemy as sa
from alembic import op

from app.models.base import Instant, JsonDocument

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# What was issued is never changed, nor its files: others hold copies of them.
REFUSE = "BEGIN SELECT RAISE(ABORT, 'an issued report is never changed'); END"
TABLES = ("issued_report", "issued_report_file")
# REPLACE INTO deletes the row that is in its way, without a trigger for that.
REFUSE_REPLACING = {
    "issued_report": "EXISTS (SELECT 1 FROM issued_report WHERE id = NEW.id OR number = NEW.number "
    "OR request_key = NEW.request_key OR revises_id = NEW.revises_id "
    "OR (year = NEW.year AND sequence = NEW.sequence))",
    "issued_report_file": "EXISTS (SELECT 1 FROM issued_report_file WHERE id = NEW.id "
    "OR (issued_report_id = NEW.issued_report_id AND kind = NEW.kind))",
}
TRIGGERS = {
    "sqlite": [
        *(
            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} {REFUSE}"
            for table in TABLES
            for action in ("UPDATE", "DELETE")
        ),
        *(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {is_there} {REFUSE}"
            for table, is_there in REFUSE_REPLACING.items()
        ),
    ],
    "postgresql": [
        "CREATE FUNCTION issued_report_is_unchanged() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'an issued report is never changed'; END $$",
        *(
            f"CREATE TRIGGER {table}_unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION issued_report_is_unchanged()"
            for table in TABLES
        ),
    ],
}


def upgrade() -> None:
    op.create_table(
        "issued_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("classification", sa.String(length=20), nullable=False),
        sa.Column("narrative", sa.String(), nullable=False),
        sa.Column("signatories", JsonDocument, nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("filters", JsonDocument, nullable=False),
        sa.Column("figures", sa.String(), nullable=False),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("revises_id", sa.Integer(), nullable=True),
        sa.Column("what_changed", sa.String(), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(revises_id IS NULL) = (what_changed = '')", name=op.f("ck_issued_report_revision")
        ),
        sa.CheckConstraint(
            "classification IN ('biasa', 'terbatas', 'rahasia')", name=op.f("ck_issued_report_classification")
        ),
        sa.CheckConstraint("period_to >= period_from", name=op.f("ck_issued_report_period")),
        sa.CheckConstraint("sequence > 0", name=op.f("ck_issued_report_sequence")),
        sa.ForeignKeyConstraint(["issued_by"], ["app_user.id"], name="fk_issued_report_issued_by"),
        sa.ForeignKeyConstraint(["revises_id"], ["issued_report.id"], name="fk_issued_report_revises_id"),
        sa.PrimaryKeyConstraint("id", name="pk_issued_report"),
        sa.UniqueConstraint("number", name="uq_issued_report_number"),
        sa.UniqueConstraint("request_key", name="uq_issued_report_request_key"),
        sa.UniqueConstraint("revises_id", name="uq_issued_report_revises_id"),
        sa.UniqueConstraint("year", "sequence", name="uq_issued_report_year_sequence"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_issued_report_checksum", "issued_report", ["checksum"], unique=False)
    op.create_index("ix_issued_report_period_from", "issued_report", ["period_from"], unique=False)
    op.create_table(
        "closed_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("issued_report_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=False),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("period_to >= period_from", name=op.f("ck_closed_period_period")),
        sa.ForeignKeyConstraint(["closed_by"], ["app_user.id"], name="fk_closed_period_closed_by"),
        sa.ForeignKeyConstraint(
            ["issued_report_id"], ["issued_report.id"], name="fk_closed_period_issued_report_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_closed_period"),
        sa.UniqueConstraint("issued_report_id", name="uq_closed_period_issued_report_id"),
        sa.UniqueConstraint("period_from", name="uq_closed_period_period_from"),
        sa.UniqueConstraint("period_to", name="uq_closed_period_period_to"),
    )
    op.create_table(
        "issued_report_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issued_report_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issued_report_id"], ["issued_report.id"], name="fk_issued_report_file_issued_report_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_issued_report_file"),
        sa.UniqueConstraint("issued_report_id", "kind", name="uq_issued_report_file_issued_report_id_kind"),
    )
    op.create_index(
        "ix_issued_report_file_issued_report_id", "issued_report_file", ["issued_report_id"], unique=False
    )
    op.create_index("ix_issued_report_file_sha256", "issued_report_file", ["sha256"], unique=False)
    op.create_table(
        "signed_scan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issued_report_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", Instant(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["issued_report_id"], ["issued_report.id"], name="fk_signed_scan_issued_report_id"
        ),
        sa.ForeignKeyConstraint(["uploaded_by"], ["app_user.id"], name="fk_signed_scan_uploaded_by"),
        sa.PrimaryKeyConstraint("id", name="pk_signed_scan"),
        sa.UniqueConstraint("issued_report_id", "sha256", name="uq_signed_scan_issued_report_id_sha256"),
    )
    op.create_index("ix_signed_scan_issued_report_id", "signed_scan", ["issued_report_id"], unique=False)
    op.create_index("ix_signed_scan_sha256", "signed_scan", ["sha256"], unique=False)
    for statement in TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("ix_signed_scan_sha256", table_name="signed_scan")
    op.drop_index("ix_signed_scan_issued_report_id", table_name="signed_scan")
    op.drop_table("signed_scan")
    op.drop_index("ix_issued_report_file_sha256", table_name="issued_report_file")
    op.drop_index("ix_issued_report_file_issued_report_id", table_name="issued_report_file")
    op.drop_table("issued_report_file")
    op.drop_table("closed_period")
    op.drop_index("ix_issued_report_period_from", table_name="issued_report")
    op.drop_index("ix_issued_report_checksum", table_name="issued_report")
    op.drop_table("issued_report")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION issued_report_is_unchanged()")
