"""Target: how many people of a kelurahan, or of a group there, a year's workshops are to reach."""

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel


def _unique(name: str, *columns: str, where: str) -> Index:
    """To both databases every NULL is another, so that each kind of target has an index of its own."""
    return Index(
        f"uq_coverage_target_{name}",
        *columns,
        unique=True,
        sqlite_where=text(where),
        postgresql_where=text(where),
    )


class CoverageTarget(SQLModel, table=True):
    """Without a group it is the target of the kelurahan as a whole; the two kinds are independent.

    Without a kelurahan it is that of every kelurahan that has none of its own.
    """

    __tablename__ = "coverage_target"
    __table_args__ = (
        CheckConstraint("target >= 0", name="target"),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year"),
        _unique(
            "kelurahan",
            *("year", "kelurahan_code"),
            where="kelurahan_code IS NOT NULL AND target_group_code IS NULL",
        ),
        _unique(
            "group",
            *("year", "kelurahan_code", "target_group_code"),
            where="kelurahan_code IS NOT NULL AND target_group_code IS NOT NULL",
        ),
        _unique("default", "year", where="kelurahan_code IS NULL AND target_group_code IS NULL"),
        _unique(
            "default_group",
            *("year", "target_group_code"),
            where="kelurahan_code IS NULL AND target_group_code IS NOT NULL",
        ),
    )

    id: int = Field(default=None, primary_key=True)
    year: int
    kelurahan_code: str | None = Field(default=None, foreign_key="area.code")
    target_group_code: str | None = Field(default=None, foreign_key="target_group.code")
    target: int
