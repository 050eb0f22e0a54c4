"""a sheet's row names its person, who tells the registration

A person is registered for a session once: the registration that stood beside the person said the same again, and
writing it for each row took PostgreSQL a third of the time of linking them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLE = "attendance_import_row"
COLUMN = "registration_id"
INDEX = f"ix_{TABLE}_{COLUMN}"
REFERENCE = f"fk_{TABLE}_{COLUMN}"


def upgrade() -> None:
    op.drop_index(INDEX, TABLE)
    with op.batch_alter_table(TABLE) as altered:
        altered.drop_constraint(op.f(REFERENCE), type_="foreignkey")
        altered.drop_column(COLUMN)


def downgrade() -> None:
    with op.batch_alter_table(TABLE) as altered:
        altered.add_column(sa.Column(COLUMN, sa.Integer(), nullable=True))
        altered.create_foreign_key(op.f(REFERENCE), "registration", [COLUMN], ["id"], ondelete="SET NULL")
    op.execute(
        """
        UPDATE attendance_import_row SET registration_id = (
            SELECT registration.id FROM registration JOIN attendance_import
            ON attendance_import.workshop_session_id = registration.workshop_session_id
            WHERE attendance_import.id = attendance_import_row.attendance_import_id
            AND registration.participant_id = attendance_import_row.participant_id
            AND attendance_import.status = 'committed'
        ) WHERE kind IN ('create', 'update')
        """
    )
    named = sa.text(f"{COLUMN} IS NOT NULL")
    op.create_index(INDEX, TABLE, [COLUMN], sqlite_where=named, postgresql_where=named)
