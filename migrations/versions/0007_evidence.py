"""attachments of sessions, indicators, evidence, dossiers, and the background work for them and other new parts"""

import sqlalchemy as sa
from alembic import op

from app.models.base import Instant, JsonDocument

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TASKS = ("commit-import", "find-duplicates", "read-import", "reclaim-space", "send-code", "send-message")
NEW_TASKS = ("make-dossier", "push-open-data", "send-report")
RULES = ("files", "import-rows", "messages", "people", "niks")


def one_of(column: str, *values: str) -> str:
    return " OR ".join(f"{column} = '{value}'" for value in values)


def set_kinds(table: str, *kinds: str) -> None:
    """Restrict the column "kind" of a table to these kinds."""
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(f"ck_{table}_kind"), type_="check")
        batch.create_check_constraint(op.f(f"ck_{table}_kind"), one_of("kind", *kinds))


def upgrade() -> None:
    set_kinds("outbox_task", *sorted((*TASKS, *NEW_TASKS)))
    set_kinds("retention_rule", *RULES, "attachments")
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_session_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("caption", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("thumbnail_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column("uploaded_at", Instant(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            one_of("kind", "photo", "decree", "invitation", "signed-list", "material", "other"),
            name=op.f("ck_attachment_kind"),
        ),
        sa.CheckConstraint("size > 0", name=op.f("ck_attachment_size")),
        sa.CheckConstraint(
            "(width IS NULL) = (media_type = 'application/pdf')", name=op.f("ck_attachment_width")
        ),
        sa.ForeignKeyConstraint(
            ["workshop_session_id"], ["workshop_session.id"], name=op.f("fk_attachment_workshop_session_id")
        ),
        sa.ForeignKeyConstraint(["uploaded_by"], ["app_user.id"], name=op.f("fk_attachment_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint(
            "workshop_session_id", "sha256", name=op.f("uq_attachment_workshop_session_id_sha256")
        ),
    )
    op.create_index(op.f("ix_attachment_workshop_session_id"), "attachment", ["workshop_session_id"])
    op.create_table(
        "evaluation_indicator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instrument", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("dimension", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("levels", JsonDocument, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_indicator")),
        sa.UniqueConstraint("instrument", "code", name=op.f("uq_evaluation_indicator_instrument_code")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluation_indicator_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("attachment_id", sa.Integer(), nullable=True),
        sa.Column("issued_report_id", sa.Integer(), nullable=True),
        sa.Column("figure", sa.String(length=20), nullable=True),
        sa.Column("tied_at", Instant(), nullable=False),
        sa.Column("tied_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(attachment_id IS NOT NULL AND issued_report_id IS NULL AND figure IS NULL)"
            " OR (attachment_id IS NULL AND issued_report_id IS NOT NULL AND figure IS NULL)"
            " OR (attachment_id IS NULL AND issued_report_id IS NULL AND figure IS NOT NULL)",
            name=op.f("ck_evidence_one_source"),
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name=op.f("ck_evidence_level")),
        sa.CheckConstraint(
            one_of("figure", "coverage", "groups", "kecamatan"), name=op.f("ck_evidence_figure")
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_indicator_id"],
            ["evaluation_indicator.id"],
            name=op.f("fk_evidence_evaluation_indicator_id"),
        ),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name=op.f("fk_evidence_attachment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["issued_report_id"], ["issued_report.id"], name=op.f("fk_evidence_issued_report_id")
        ),
        sa.ForeignKeyConstraint(["tied_by"], ["app_user.id"], name=op.f("fk_evidence_tied_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint(
            "evaluation_indicator_id",
            "year",
            "attachment_id",
            name=op.f("uq_evidence_evaluation_indicator_id_year_attachment_id"),
        ),
        sa.UniqueConstraint(
            "evaluation_indicator_id",
            "year",
            "issued_report_id",
            name=op.f("uq_evidence_evaluation_indicator_id_year_issued_report_id"),
        ),
        sa.UniqueConstraint(
            "evaluation_indicator_id",
            "year",
            "figure",
            name=op.f("uq_evidence_evaluation_indicator_id_year_figure"),
        ),
    )
    op.create_index(op.f("ix_evidence_attachment_id"), "evidence", ["attachment_id"])
    op.create_index(op.f("ix_evidence_year"), "evidence", ["year"])
    op.create_table(
        "dossier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("instrument", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("under_way", sa.String(), nullable=True),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("files_done", sa.Integer(), nullable=False),
        sa.Column("files_total", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", Instant(), nullable=True),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.CheckConstraint(one_of("status", "making", "ready", "failed"), name=op.f("ck_dossier_status")),
        sa.CheckConstraint(
            "(status = 'making') = (under_way IS NOT NULL)", name=op.f("ck_dossier_under_way")
        ),
        sa.CheckConstraint("(status = 'ready') = (expires_at IS NOT NULL)", name=op.f("ck_dossier_ready")),
        sa.ForeignKeyConstraint(["asked_by"], ["app_user.id"], name=op.f("fk_dossier_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
        sa.UniqueConstraint("under_way", name=op.f("uq_dossier_under_way")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "dossier_chunk",
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content_encrypted", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_dossier_chunk_dossier_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("dossier_id", "number", name=op.f("pk_dossier_chunk")),
    )


def downgrade() -> None:
    op.drop_table("dossier_chunk")
    op.drop_table("dossier")
    op.drop_table("evidence")
    op.drop_table("evaluation_indicator")
    op.drop_table("attachment")
    op.execute("DELETE FROM retention_rule WHERE kind = 'attachments'")
    set_kinds("retention_rule", *RULES)
    op.execute("DELETE FROM outbox_task WHERE kind IN ('make-dossier', 'push-open-data', 'send-report')")
    set_kinds("outbox_task", *TASKS)
