"""boundaries of kelurahan, saved filters, and reports by e-mail"""

import sqlalchemy as sa
from alembic import op

from app.models.base import Instant, JsonDocument

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATUSES = ("waiting", "sending", "sent", "failed", "unknown")


def one_of(column: str, *values: str) -> str:
    return " OR ".join(f"{column} = '{value}'" for value in values)


def upgrade() -> None:
    op.create_table(
        "boundary_set",
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("geojson", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("remarks", JsonDocument, nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("uploaded_at", Instant(), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(one_of("stage", "uploaded", "shown"), name=op.f("ck_boundary_set_stage")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["app_user.id"], name=op.f("fk_boundary_set_uploaded_by")),
        sa.PrimaryKeyConstraint("stage", name=op.f("pk_boundary_set")),
    )
    op.create_table(
        "report_mailing",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_report_mailing_single")),
        sa.CheckConstraint("day BETWEEN 1 AND 28", name=op.f("ck_report_mailing_day")),
        sa.ForeignKeyConstraint(["changed_by"], ["app_user.id"], name=op.f("fk_report_mailing_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_mailing")),
    )
    op.create_table(
        "report_recipient",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chosen_at", Instant(), nullable=False),
        sa.Column("chosen_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_report_recipient_user_id")),
        sa.ForeignKeyConstraint(["chosen_by"], ["app_user.id"], name=op.f("fk_report_recipient_chosen_by")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_report_recipient")),
    )
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("parameters", JsonDocument, nullable=False),
        sa.Column("frequency", sa.String(length=20), nullable=True),
        sa.Column("subscribed_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint(one_of("frequency", "weekly", "monthly"), name=op.f("ck_saved_filter_frequency")),
        sa.CheckConstraint(
            "(frequency IS NULL) = (subscribed_at IS NULL)", name=op.f("ck_saved_filter_subscription")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_saved_filter_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_saved_filter_user_id_name")),
    )
    op.create_table(
        "report_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(length=100), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("saved_filter_id", sa.Integer(), nullable=True),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.CheckConstraint(one_of("status", *STATUSES), name=op.f("ck_report_mail_status")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_report_mail_user_id")),
        sa.ForeignKeyConstraint(
            ["saved_filter_id"],
            ["saved_filter.id"],
            name=op.f("fk_report_mail_saved_filter_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_mail")),
        sa.UniqueConstraint("occasion", name=op.f("uq_report_mail_occasion")),
    )
    op.create_index(op.f("ix_report_mail_user_id"), "report_mail", ["user_id"])
    op.create_index(op.f("ix_report_mail_saved_filter_id"), "report_mail", ["saved_filter_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_report_mail_saved_filter_id"), table_name="report_mail")
    op.drop_index(op.f("ix_report_mail_user_id"), table_name="report_mail")
    for table in ("report_mail", "saved_filter", "report_recipient", "report_mailing", "boundary_set"):
        op.drop_table(table)
    op.execute("DELETE FROM outbox_task WHERE kind = 'send-report'")
