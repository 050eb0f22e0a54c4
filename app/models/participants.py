"""Peserta: a person, once, however often they come."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Instant, choice, index_where_present, now


class Sex(StrEnum):
    L = "L"
    P = "P"


class Participant(SQLModel, table=True):
    """A person and what is known of them now; what held at a session is frozen on its registration.

    The NIK is kept encrypted (`nik_encrypted`) and found by a keyed hash (`nik_key`); nothing else of it is stored.
    `kelurahan_code` is empty for people from outside the city, who have `outside_place`.
    `latest_session_at` is the start of the newest session that told of them. The number of somebody who is gone is
    never given out again: what was decided about them in sheets still names it.
    """

    __tablename__ = "participant"
    __table_args__ = (
        CheckConstraint("(nik_key IS NULL) = (nik_encrypted IS NULL)", name="nik"),
        CheckConstraint("kelurahan_code IS NULL OR outside_place IS NULL", name="place"),
        index_where_present("participant", "email"),
        {"sqlite_autoincrement": True},
    )

    id: int = Field(default=None, primary_key=True)
    name: str
    name_key: str = Field(index=True)
    nik_key: str | None = Field(default=None, unique=True)
    nik_encrypted: str | None = None
    phone: str | None = Field(default=None, index=True)
    email: str | None = None
    sex: Sex | None = Field(default=None, sa_type=choice(Sex, "sex"))
    birth_date: date | None = None
    kelurahan_code: str | None = Field(default=None, foreign_key="area.code", index=True)
    outside_place: str | None = None
    rt: str | None = Field(default=None, max_length=3)
    address: str | None = None
    organization: str | None = None
    occupation: str | None = None
    latest_session_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
