"""Keanggotaan: to which target group a person belongs, from when until when (the head of an RT has a term)."""

from datetime import date

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel


class GroupMembership(SQLModel, table=True):
    """Both days are included. What held at a session stays frozen on its registration, whatever changes here."""

    __tablename__ = "group_membership"
    __table_args__ = (CheckConstraint("valid_to >= valid_from", name="validity"),)

    id: int = Field(default=None, primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", ondelete="CASCADE", index=True)
    target_group_code: str = Field(foreign_key="target_group.code", index=True)
    position: str = ""
    valid_from: date
    valid_to: date | None = None
