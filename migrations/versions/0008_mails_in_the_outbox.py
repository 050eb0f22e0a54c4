"""mails are sent by the outbox"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _allow_kinds("commit-import", "find-duplicates", "read-import", "send-message")


def downgrade() -> None:
    op.execute("DELETE FROM outbox_task WHERE kind = 'send-message'")
    _allow_kinds("commit-import", "find-duplicates", "read-import")


def _allow_kinds(*kinds: str) -> None:
    """SQLite makes the table anew for it; nothing refers to it."""
    allowed = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("outbox_task") as altered:
        altered.drop_constraint(op.f("ck_outbox_task_kind"), type_="check")
        altered.create_check_constraint(op.f("ck_outbox_task_kind"), sa.text(f"kind IN ({allowed})"))
