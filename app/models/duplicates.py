"""Mungkin kembar: two records that may be of one person, and what became of them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Instant, JsonDocument, choice, now


class PairState(StrEnum):
    OPEN = "open"
    DIFFERENT = "different"


class PossibleDuplicate(SQLModel, table=True):
    """Two people of similar names in one place, each pair once: `participant_id` is the lower of the two.

    `likeness` is that of the names, 0 to 100. A pair told apart stays, so that nobody is asked again.
    """

    __tablename__ = "possible_duplicate"
    __table_args__ = (
        UniqueConstraint("participant_id", "other_id"),
        CheckConstraint("participant_id < other_id", name="order"),
    )

    id: int = Field(default=None, primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", ondelete="CASCADE")
    other_id: int = Field(foreign_key="participant.id", ondelete="CASCADE", index=True)
    likeness: int
    state: PairState = Field(default=PairState.OPEN, sa_type=choice(PairState, "state"))
    found_at: datetime = Field(default_factory=now, sa_type=Instant)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decided_by: int | None = Field(default=None, foreign_key="app_user.id")


class PeopleMerge(SQLModel, table=True):
    """Two records that became one: `absorbed_id` is gone, `kept_id` has what both had.

    `before` and `after` are the rows that the merge changed, as it found and left them, a NIK encrypted as it is
    stored; by them it is undone. Both are empty if it can't be undone, or not any more. The two ids are no foreign
    keys: the absorbed record is gone, and the kept one may be absorbed in its turn.
    """

    __tablename__ = "people_merge"

    id: int = Field(default=None, primary_key=True)
    kept_id: int = Field(index=True)
    absorbed_id: int
    kept_name: str
    absorbed_name: str
    before: dict[str, Any] = Field(sa_type=JsonDocument)
    after: dict[str, Any] = Field(sa_type=JsonDocument)
    merged_at: datetime = Field(default_factory=now, sa_type=Instant, index=True)
    merged_by: int | None = Field(default=None, foreign_key="app_user.id")
    undone_at: datetime | None = Field(default=None, sa_type=Instant)
    undone_by: int | None = Field(default=None, foreign_key="app_user.id")


class FoldedRegistration(SQLModel, table=True):
    """A registration into which a merge folded two of the same session, so that the merge can't be undone.

    It may be folded again and be gone.
    """

    __tablename__ = "folded_registration"

    people_merge_id: int = Field(foreign_key="people_merge.id", primary_key=True)
    registration_id: int = Field(primary_key=True, index=True)
