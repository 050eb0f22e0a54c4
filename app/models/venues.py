"""Tempat: where sessions are held, and whether free public Wi-Fi is there."""

from enum import StrEnum

from sqlmodel import Field, SQLModel

from app.models.base import choice


class VenueKind(StrEnum):
    AULA = "aula"
    KANTOR = "kantor"
    SEKOLAH = "sekolah"
    KAMPUS = "kampus"
    RUANG_PUBLIK = "ruang-publik"
    LAINNYA = "lainnya"


class Venue(SQLModel, table=True):
    __tablename__ = "venue"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    kind: VenueKind = Field(default=VenueKind.LAINNYA, sa_type=choice(VenueKind, "kind"))
    kelurahan_code: str | None = Field(default=None, foreign_key="area.code", index=True)
    public_wifi: bool | None = None
