"""Areas (kota → kecamatan → kelurahan, with Kemendagri codes), the ways their names are written, and target groups.

Also the boundaries of the kelurahan.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Instant, JsonDocument, choice, now


class AreaLevel(StrEnum):
    KOTA = "kota"
    KECAMATAN = "kecamatan"
    KELURAHAN = "kelurahan"


class Area(SQLModel, table=True):
    """A kota, kecamatan or kelurahan and the days of its validity. A split ends one area and begins others."""

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


class BoundaryStage(StrEnum):
    """`UPLOADED` boundaries wait for an administrator to look at them; `SHOWN` ones are on maps."""

    UPLOADED = "uploaded"
    SHOWN = "shown"


class BoundarySet(SQLModel, table=True):
    """The boundaries of all kelurahan as GeoJSON, with their source and the day for which they hold.

    There is at most one of each stage. `remarks` are the findings of the check, each with code and params. `checksum`
    is the SHA-256 of the other values, by which a form names what it showed.
    """

    __tablename__ = "boundary_set"

    stage: BoundaryStage = Field(primary_key=True, sa_type=choice(BoundaryStage, "stage"))
    geojson: str
    source: str
    as_of: date
    remarks: list[dict[str, Any]] = Field(sa_type=JsonDocument)
    checksum: str = Field(max_length=64)
    uploaded_at: datetime = Field(default_factory=now, sa_type=Instant)
    uploaded_by: int | None = Field(default=None, foreign_key="app_user.id")


class AreaAlias(SQLModel, table=True):
    """Another spelling of an area's name."""

    __tablename__ = "area_alias"

    alias: str = Field(primary_key=True)
    area_code: str = Field(foreign_key="area.code", index=True)


class AmbiguousPlace(SQLModel, table=True):
    """A text that could mean several kelurahan, and the reason, which is shown when a sheet contains it."""

    __tablename__ = "ambiguous_place"

    text: str = Field(primary_key=True)
    why: str


class AmbiguousPlaceCandidate(SQLModel, table=True):
    """An area that an ambiguous text could mean."""

    __tablename__ = "ambiguous_place_candidate"

    text: str = Field(foreign_key="ambiguous_place.text", primary_key=True)
    area_code: str = Field(foreign_key="area.code", primary_key=True)


class TargetGroup(SQLModel, table=True):
    """A group of people that workshops are for (kelompok sasaran). `position` is its place in lists."""

    __tablename__ = "target_group"

    code: str = Field(primary_key=True, max_length=20)
    label_id: str
    label_en: str
    position: int = Field(unique=True)


class TargetGroupSynonym(SQLModel, table=True):
    """A word by which sheets name a target group."""

    __tablename__ = "target_group_synonym"

    synonym: str = Field(primary_key=True)
    target_group_code: str = Field(foreign_key="target_group.code", index=True)
