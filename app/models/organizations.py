"""Penyelenggara: who holds workshops."""

from enum import StrEnum

from sqlmodel import Field, SQLModel

from app.models.base import choice


class OrganizationKind(StrEnum):
    PERANGKAT_DAERAH = "perangkat-daerah"
    KELURAHAN = "kelurahan"
    BUMD = "bumd"
    PERGURUAN_TINGGI = "perguruan-tinggi"
    MITRA = "mitra"


class Organization(SQLModel, table=True):
    __tablename__ = "organization"

    id: int = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    kind: OrganizationKind = Field(sa_type=choice(OrganizationKind, "kind"))
