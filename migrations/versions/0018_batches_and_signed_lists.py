"""batches of lists, printed attendance lists and photos of their pages, and the least minutes of online sessions"""

import sqlalchemy as sa
from alembic import op

from app.models.base import Instant, JsonDocument

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TASKS = (
    *("commit-import", "find-duplicates", "make-dossier", "push-open-data", "read-import", "reclaim-space"),
    *("send-code", "send-message", "send-report"),
)


def one_of(column: str, *values: str) -> str:
    return " OR ".join(f"{column} = '{value}'" for value in values)


def set_tasks(*kinds: str) -> None:
    """Restrict the kinds of background tasks to these."""
    with op.batch_alter_table("outbox_task") as batch:
        batch.drop_constraint(op.f("ck_outbox_task_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_outbox_task_kind"), one_of("kind", *kinds))


def upgrade() -> None:
    set_tasks(*sorted((*TASKS, "read-batch")))
    # A constraint of the column is added without copying the table, and is dropped with it, on both databases.
    op.execute(
        "ALTER TABLE workshop_session ADD COLUMN min_minutes INTEGER"
        " CONSTRAINT ck_workshop_session_min_minutes CHECK (min_minutes > 0)"
    )
    op.create_table(
        "upload_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("uploaded_by", sa.Integer(), nullable=True),
        sa.Column("uploaded_at", Instant(), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_upload_batch_organization_id")
        ),
        sa.ForeignKeyConstraint(["uploaded_by"], ["app_user.id"], name=op.f("fk_upload_batch_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload_batch")),
        sa.UniqueConstraint("request_key", name=op.f("uq_upload_batch_request_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_upload_batch_organization_id"), "upload_batch", ["organization_id"])
    op.create_index(op.f("ix_upload_batch_uploaded_by"), "upload_batch", ["uploaded_by"])
    op.create_table(
        "batch_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("upload_batch_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("uploaded_file_id", sa.Integer(), nullable=True),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("stated", JsonDocument, nullable=False),
        sa.Column("workshop_session_id", sa.Integer(), nullable=True),
        sa.Column("matched_by", sa.String(length=20), nullable=False),
        sa.Column("new_session", JsonDocument, nullable=True),
        sa.Column("attendance_import_id", sa.Integer(), nullable=True),
        sa.Column("failure", JsonDocument, nullable=True),
        sa.Column("answers", JsonDocument, nullable=False),
        sa.CheckConstraint(
            one_of("state", "waiting", "read", "failed", "left-out"), name=op.f("ck_batch_list_state")
        ),
        sa.CheckConstraint(
            "state = 'read' OR attendance_import_id IS NULL", name=op.f("ck_batch_list_judged")
        ),
        sa.ForeignKeyConstraint(
            ["upload_batch_id"],
            ["upload_batch.id"],
            name=op.f("fk_batch_list_upload_batch_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_file_id"], ["uploaded_file.id"], name=op.f("fk_batch_list_uploaded_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["workshop_session_id"],
            ["workshop_session.id"],
            name=op.f("fk_batch_list_workshop_session_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["attendance_import_id"],
            ["attendance_import.id"],
            name=op.f("fk_batch_list_attendance_import_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_list")),
        sa.UniqueConstraint(
            "upload_batch_id", "position", name=op.f("uq_batch_list_upload_batch_id_position")
        ),
    )
    op.create_index(op.f("ix_batch_list_attendance_import_id"), "batch_list", ["attendance_import_id"])
    op.create_index(op.f("ix_batch_list_uploaded_file_id"), "batch_list", ["uploaded_file_id"])
    op.create_index(op.f("ix_batch_list_workshop_session_id"), "batch_list", ["workshop_session_id"])
    op.create_table(
        "roster_print",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("workshop_session_id", sa.Integer(), nullable=False),
        sa.Column("layout", JsonDocument, nullable=False),
        sa.Column("layout_sha256", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("printed_by", sa.Integer(), nullable=True),
        sa.Column("printed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workshop_session_id"], ["workshop_session.id"], name=op.f("fk_roster_print_workshop_session_id")
        ),
        sa.ForeignKeyConstraint(["printed_by"], ["app_user.id"], name=op.f("fk_roster_print_printed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_print")),
        sa.UniqueConstraint("code", name=op.f("uq_roster_print_code")),
    )
    op.create_index(op.f("ix_roster_print_workshop_session_id"), "roster_print", ["workshop_session_id"])
    op.create_table(
        "roster_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attendance_import_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("roster_print_id", sa.Integer(), nullable=True),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("problem", sa.String(length=40), nullable=False),
        sa.Column("picture_encrypted", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            one_of("state", "read", "repeated", "unreadable", "other-session"),
            name=op.f("ck_roster_photo_state"),
        ),
        sa.CheckConstraint(
            "state <> 'read' OR roster_print_id IS NOT NULL", name=op.f("ck_roster_photo_print")
        ),
        sa.ForeignKeyConstraint(
            ["attendance_import_id"],
            ["attendance_import.id"],
            name=op.f("fk_roster_photo_attendance_import_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["roster_print_id"], ["roster_print.id"], name=op.f("fk_roster_photo_roster_print_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_photo")),
    )
    op.create_index(op.f("ix_roster_photo_attendance_import_id"), "roster_photo", ["attendance_import_id"])
    op.create_table(
        "signature_picture",
        sa.Column("attendance_import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("roster_photo_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=10), nullable=False),
        sa.Column("ink", sa.Float(), nullable=False),
        sa.Column("picture_encrypted", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attendance_import_id"],
            ["attendance_import.id"],
            name=op.f("fk_signature_picture_attendance_import_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["roster_photo_id"],
            ["roster_photo.id"],
            name=op.f("fk_signature_picture_roster_photo_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("attendance_import_id", "number", name=op.f("pk_signature_picture")),
    )
    op.create_index(op.f("ix_signature_picture_roster_photo_id"), "signature_picture", ["roster_photo_id"])


def downgrade() -> None:
    op.drop_table("signature_picture")
    op.drop_table("roster_photo")
    op.drop_table("roster_print")
    op.drop_table("batch_list")
    op.drop_table("upload_batch")
    op.drop_column("workshop_session", "min_minutes")
    op.execute("DELETE FROM outbox_task WHERE kind = 'read-batch'")
    set_tasks(*TASKS)
