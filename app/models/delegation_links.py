"""Tautan delegasi: by it a kelurahan's staff register their people without an account."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.models.base import Instant, now


class DelegationLink(SQLModel, table=True):
    """For one session and one kelurahan. Its address is signed, so that no other can be guessed from it."""

    __tablename__ = "delegation_link"

    id: int = Field(default=None, primary_key=True)
    workshop_session_id: int = Field(foreign_key="workshop_session.id", index=True)
    kelurahan_code: str = Field(foreign_key="area.code", index=True)
    created_by: int | None = Field(default=None, foreign_key="app_user.id")
    created_at: datetime = Field(default_factory=now, sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
