"""rows of sheets that name nobody yet stay out of the indexes of those that do"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLE = "attendance_import_row"


def upgrade() -> None:
    for name in ("participant_id", "registration_id"):
        named = sa.text(f"{name} IS NOT NULL")
        _index(name, sqlite_where=named, postgresql_where=named)


def downgrade() -> None:
    for name in ("participant_id", "registration_id"):
        _index(name)


def _index(name: str, **only: Any) -> None:
    op.drop_index(f"ix_{TABLE}_{name}", TABLE)
    op.create_index(f"ix_{TABLE}_{name}", TABLE, [name], **only)
