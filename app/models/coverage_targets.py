"""Target: how many people of a kelurahan, or of a group there, a year's workshops are to reach."""

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel


class CoverageTarget(SQLModel, table=True):
    """Without a group it is the target of the kelurahan as a whole; the two kinds are independent."""

    __tablename__ = "coverage_target"
    __table_args__ = (
        CheckConstraint("target >= 0", name="target"),
        CheckConstraint("year BETWEEN 2000 AND 2100", name="year"),
        Index(
            "uq_coverage_target_kelurahan",
            "year",
            "kelurahan_code",
            unique=True,
            sqlite_where=text("target_group_code IS NULL"),
            postgresql_where=text("target_group_code IS NULL"),
        ),
        Index(
            "uq_coverage_target_group",
            "year",
            "kelurahan_code",
            "target_group_code",
            unique=True,
            sqlite_where=text("target_group_code IS NOT NULL"),
            postgresql_where=text("target_group_code IS NOT NULL"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    year: int
    kelurahan_code: str = Field(foreign_key="area.code")
    target_group_code: str | None = Field(default=None, foreign_key="target_group.code")
    target: int
