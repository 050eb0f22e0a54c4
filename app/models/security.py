"""Counts of what is limited, and the replacement of the installation's secret."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.models.base import Instant, now


class LimitedUse(SQLModel, table=True):
    """How often an address, a ticket or a link has used up one of its tries until `ends_at`.

    `key` is the SHA-256 of what is counted. The row is deleted within an hour after that.
    """

    __tablename__ = "limited_use"

    name: str = Field(primary_key=True, max_length=30)
    key: str = Field(primary_key=True, max_length=64)
    uses: int
    ends_at: datetime = Field(sa_type=Instant, index=True)


class KeyRotation(SQLModel, table=True):
    """The secret is being replaced: until this row is deleted, values are encrypted with one secret or the other."""

    __tablename__ = "key_rotation"

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    begun_at: datetime = Field(default_factory=now, sa_type=Instant)
