"""the progress of an import beside its task, and when regular work was due last"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox_task", sa.Column("rows_done", sa.Integer(), nullable=True))
    op.add_column("outbox_task", sa.Column("rows_total", sa.Integer(), nullable=True))
    op.create_table(
        "scheduled_run",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_scheduled_run")),
    )


def downgrade() -> None:
    op.drop_table("scheduled_run")
    op.drop_column("outbox_task", "rows_total")
    op.drop_column("outbox_task", "rows_done")
