"""Kegiatan: a workshop, whom it is for and which pillar of digital literacy it serves."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import false
from sqlmodel import Field, SQLModel

from app.models.base import Instant, choice, now


class Pillar(StrEnum):
    """The four pillars of the national digital-literacy programme (Gerakan Nasional Literasi Digital)."""

    CAKAP = "cakap"
    ETIKA = "etika"
    AMAN = "aman"
    BUDAYA = "budaya"


class Workshop(SQLModel, table=True):
    """A `public` workshop has a page on which citizens register themselves. An archived one is kept out of lists."""

    __tablename__ = "workshop"

    id: int = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=40)
    title: str
    description: str = ""
    organization_id: int = Field(foreign_key="organization.id", index=True)
    pillar: Pillar | None = Field(default=None, sa_type=choice(Pillar, "pillar"))
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    public: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    archived_at: datetime | None = Field(default=None, sa_type=Instant)


class WorkshopTargetGroup(SQLModel, table=True):
    __tablename__ = "workshop_target_group"

    workshop_id: int = Field(foreign_key="workshop.id", primary_key=True)
    target_group_code: str = Field(foreign_key="target_group.code", primary_key=True)
