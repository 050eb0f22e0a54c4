"""The tree of areas: kota → kecamatan → kelurahan, with Kemendagri codes, and how people write their names."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from app.models.base import choice


class AreaLevel(StrEnum):
    KOTA = "kota"
    KECAMATAN = "kecamatan"
    KELURAHAN = "kelurahan"


class Area(SQLModel, table=True):
    """A kota, kecamatan or kelurahan while it is valid; a split closes one and opens others."""

    __tablename__ = "area"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
        CheckConstraint("(level = 'kota') = (parent_code IS NULL)", name="parent"),
    )

    code: str = Field(primary_key=True, max_length=13)
    level: AreaLevel = Field(sa_type=choice(AreaLevel, "level"))
    parent_code: str | None = Field(default=None, foreign_key="area.code", index=True)
    name: str
    official_name: str
    bps_code: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    tile_column: int | None = None
    tile_row: int | None = None
    valid_from: date
    valid_to: date | None = None


class AreaAlias(SQLModel, table=True):
    """Another way in which an area's name has been seen written."""

    __tablename__ = "area_alias"

    alias: str = Field(primary_key=True)
    area_code: str = Field(foreign_key="area.code", index=True)


class AmbiguousPlace(SQLModel, table=True):
    """A text that names no single kelurahan, and why."""

    __tablename__ = "ambiguous_place"

    text: str = Field(primary_key=True)
    why: str


class AmbiguousPlaceCandidate(SQLModel, table=True):
    """An area that an ambiguous text may mean."""

    __tablename__ = "ambiguous_place_candidate"

    text: str = Field(foreign_key="ambiguous_place.text", primary_key=True)
    area_code: str = Field(foreign_key="area.code", primary_key=True)
