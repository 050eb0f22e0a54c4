"""People (peserta), their group memberships, possible duplicates among them, and merges."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.base import Instant, JsonDocument, choice, index_where_present, now


class Sex(StrEnum):
    L = "L"
    P = "P"


class Participant(SQLModel, table=True):
    """A person, once, with what is known of them now. What was true at a session is frozen on its registration.

    The NIK is stored encrypted (`nik_encrypted`) and looked up by a keyed hash (`nik_key`). People from outside the
    city have no `kelurahan_code` but an `outside_place`. `latest_session_at` is the start of the newest session that
    gave information about the person. Ids are never reused, because decisions stored with sheets refer to them.
    `erased_at` is when the person's data was erased: nothing but the id is left, to which registrations refer.
    """

    __tablename__ = "participant"
    __table_args__ = (
        CheckConstraint("(nik_key IS NULL) = (nik_encrypted IS NULL)", name="nik"),
        CheckConstraint("kelurahan_code IS NULL OR outside_place IS NULL", name="place"),
        index_where_present("participant", "email"),
        Index("ix_participant_name", "name", "id"),
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
    erased_at: datetime | None = Field(default=None, sa_type=Instant)


class GroupMembership(SQLModel, table=True):
    """A person's membership of a target group, with a term: an RT's head serves for some years.

    `valid_from` and `valid_to` are both included. Registrations keep the group that they were made with.
    """

    __tablename__ = "group_membership"
    __table_args__ = (CheckConstraint("valid_to >= valid_from", name="validity"),)

    id: int = Field(default=None, primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", ondelete="CASCADE", index=True)
    target_group_code: str = Field(foreign_key="target_group.code", index=True)
    position: str = ""
    valid_from: date
    valid_to: date | None = None


class ProposalState(StrEnum):
    OPEN = "open"
    REJECTED = "rejected"


class ProposedChange(SQLModel, table=True):
    """A change of one field of a person's record that waits for the decision of the record's owner.

    `field` is a key of `people.fields.MERGED_FIELDS`, and `value` holds the new values of its columns as JSON, a NIK
    encrypted. It comes from a registration, a row of an import, or a user who corrected the person. An accepted
    proposal is deleted; a rejected one is kept, so that the same is not proposed again.
    """

    __tablename__ = "proposed_change"
    __table_args__ = (Index("ix_proposed_change_state", "state", "participant_id"),)

    id: int = Field(default=None, primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", ondelete="CASCADE", index=True)
    field: str = Field(max_length=20)
    value: dict[str, Any] = Field(sa_type=JsonDocument)
    registration_id: int | None = Field(
        default=None, foreign_key="registration.id", ondelete="CASCADE", index=True
    )
    attendance_import_id: int | None = Field(
        default=None, foreign_key="attendance_import.id", ondelete="SET NULL", index=True
    )
    proposed_by: int | None = Field(default=None, foreign_key="app_user.id")
    proposed_at: datetime = Field(default_factory=now, sa_type=Instant)
    state: ProposalState = Field(default=ProposalState.OPEN, sa_type=choice(ProposalState, "state"))
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decided_by: int | None = Field(default=None, foreign_key="app_user.id")


class PairState(StrEnum):
    OPEN = "open"
    DIFFERENT = "different"


class PossibleDuplicate(SQLModel, table=True):
    """Two people with similar names in one place; `participant_id` is the lower id of the two.

    `likeness` is the similarity of the names, 0 to 100. A pair that was decided to be different people is kept, so that
    it is not proposed again.
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
    """A merge of two people: the record `absorbed_id` was deleted, `kept_id` has what both had.

    `before` and `after` are the rows that the merge changed, with NIKs encrypted; undo restores `before`. Both are
    empty if the merge can't be undone, or can't be any more. The ids are no foreign keys, because the absorbed record
    is deleted and the kept one may be absorbed by a later merge.
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
    """A registration that replaced two registrations of the same session in a merge, which therefore can't be undone.

    There is no foreign key, because a later merge may delete the registration.
    """

    __tablename__ = "folded_registration"

    people_merge_id: int = Field(foreign_key="people_merge.id", primary_key=True)
    registration_id: int = Field(primary_key=True, index=True)
