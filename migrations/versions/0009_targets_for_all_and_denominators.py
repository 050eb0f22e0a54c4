"""targets for every kelurahan, and what figures of an area are measured against"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLE = "coverage_target"
KINDS = {
    "kelurahan": (["year", "kelurahan_code"], "kelurahan_code IS NOT NULL AND target_group_code IS NULL"),
    "group": (
        ["year", "kelurahan_code", "target_group_code"],
        "kelurahan_code IS NOT NULL AND target_group_code IS NOT NULL",
    ),
    "default": (["year"], "kelurahan_code IS NULL AND target_group_code IS NULL"),
    "default_group": (
        ["year", "target_group_code"],
        "kelurahan_code IS NULL AND target_group_code IS NOT NULL",
    ),
}
BEFORE = {
    "kelurahan": (["year", "kelurahan_code"], "target_group_code IS NULL"),
    "group": (["year", "kelurahan_code", "target_group_code"], "target_group_code IS NOT NULL"),
}


def upgrade() -> None:
    _change_targets(before=BEFORE, after=KINDS, for_all=True)
    op.create_table(
        "denominator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("indicator", sa.String(20), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("indicator IN ('penduduk', 'umkm', 'rt')", name=op.f("ck_denominator_indicator")),
        sa.CheckConstraint("value > 0", name=op.f("ck_denominator_value")),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_denominator_area_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_denominator")),
    )
    op.create_index(op.f("ix_denominator_area_code"), "denominator", ["area_code"])


def downgrade() -> None:
    op.drop_index(op.f("ix_denominator_area_code"), "denominator")
    op.drop_table("denominator")
    op.execute("DELETE FROM coverage_target WHERE kelurahan_code IS NULL")
    _change_targets(before=KINDS, after=BEFORE, for_all=False)


Kinds = dict[str, tuple[list[str], str]]


def _change_targets(*, before: Kinds, after: Kinds, for_all: bool) -> None:
    """SQLite makes the table anew for it; nothing refers to it."""
    for kind in before:
        op.drop_index(f"uq_{TABLE}_{kind}", TABLE)
    with op.batch_alter_table(TABLE) as altered:
        altered.alter_column("kelurahan_code", existing_type=sa.String(), nullable=for_all)
    for kind, (columns, where) in after.items():
        op.create_index(
            f"uq_{TABLE}_{kind}",
            TABLE,
            columns,
            unique=True,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
