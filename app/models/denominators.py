"""What figures of an area are measured against: how many inhabitants, UMKM and RT it has, by whom and when."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Instant, choice, now


class Indicator(StrEnum):
    POPULATION = "penduduk"
    UMKM = "umkm"
    RT = "rt"


class Denominator(SQLModel, table=True):
    """What a source says of one area (of any level) on a day. Another day, or a correction, is another line."""

    __tablename__ = "denominator"
    __table_args__ = (CheckConstraint("value > 0", name="value"), {"sqlite_autoincrement": True})

    id: int = Field(default=None, primary_key=True)
    area_code: str = Field(foreign_key="area.code", index=True)
    indicator: Indicator = Field(sa_type=choice(Indicator, "indicator"))
    value: int
    as_of: date
    source: str
    recorded_at: datetime = Field(default_factory=now, sa_type=Instant)
