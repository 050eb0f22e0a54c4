"""Coverage targets of a year, the denominators that rates are measured against, and what is stored to count fast."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.base import Instant, choice, now


def _unique(name: str, *columns: str, where: str) -> Index:
    """Return a unique index over `columns` of the rows that satisfy the SQL `where`, as `uq_coverage_target_{name}`.

    Each kind of target needs an index of its own, because NULLs are distinct from each other on both databases.
    """
    return Index(
        f"uq_coverage_target_{name}",
        *columns,
        unique=True,
        sqlite_where=text(where),
        postgresql_where=text(where),
    )


class CoverageTarget(SQLModel, table=True):
    """How many people a year's workshops are to reach in a kelurahan, or in one target group there.

    A target without a group is for the kelurahan as a whole; the two kinds are independent. A target without a
    kelurahan applies to every kelurahan that has none of its own.
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


class Indicator(StrEnum):
    POPULATION = "penduduk"
    UMKM = "umkm"
    RT = "rt"


class Denominator(SQLModel, table=True):
    """The number of inhabitants, UMKM or RT of an area (of any level) on a day, as a source states it.

    Rows are never changed: another day, or a correction, is another row.
    """

    __tablename__ = "denominator"
    __table_args__ = (CheckConstraint("value > 0", name="value"), {"sqlite_autoincrement": True})

    id: int = Field(default=None, primary_key=True)
    area_code: str = Field(foreign_key="area.code", index=True)
    indicator: Indicator = Field(sa_type=choice(Indicator, "indicator"))
    value: int
    as_of: date
    source: str
    recorded_at: datetime = Field(default_factory=now, sa_type=Instant)


class FactKind(StrEnum):
    KELURAHAN = "kelurahan"
    TARGET_GROUP = "target-group"
    RT = "rt"


class FactCode(SQLModel, table=True):
    """The number that stands for a code in `SessionFacts`: of a kelurahan, a target group or an RT. 0 is none."""

    __tablename__ = "fact_code"
    __table_args__ = (UniqueConstraint("kind", "code"),)

    kind: FactKind = Field(sa_type=choice(FactKind, "kind"), primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    code: str


class SessionFacts(SQLModel, table=True):
    """The registrations of a session as reports count them, packed into bytes (`queries.coverage.facts`).

    They are valid unless a row of `ChangedSession` names the session. There is no foreign key: with it
    the storing of facts and registrations would wait for each other.
    """

    __tablename__ = "session_facts"

    workshop_session_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    facts: bytes = Field(sa_type=LargeBinary)


class ChangedSession(SQLModel, table=True):
    """A session whose registrations or attendances were changed after its facts were stored.

    Triggers insert the rows, in the transaction that changes; `services.coverage.session_facts` deletes those whose
    changes it has stored. PostgreSQL gets a row for each transaction, SQLite one for each session, where transactions
    that write can't overlap.
    """

    __tablename__ = "changed_session"
    __table_args__ = (
        Index("ix_changed_session_workshop_session_id", "workshop_session_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    workshop_session_id: int
