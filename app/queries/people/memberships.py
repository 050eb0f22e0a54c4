"""Memberships of participants in target groups, with their first and last day."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_, Language, wita_today
from app.models import GroupMembership, TargetGroup
from app.permissions import Actor, Permission
from app.queries.scope import people_within


@dataclass(frozen=True)
class MembershipView:
    """A membership in a list. `target_group` is the group's label, `valid_to` the last day or None without an end."""

    id: int
    target_group: str
    position: str
    valid_from: date
    valid_to: date | None
    is_valid_today: bool


def is_valid_on(day: date) -> ColumnElement[bool]:
    """Return the condition that a membership is valid on a day; its first and last day are included."""
    return (col(GroupMembership.valid_from) <= day) & or_(
        col(GroupMembership.valid_to).is_(None), col(GroupMembership.valid_to) >= day
    )


def list_memberships(db: Db, actor: Actor, participant_id: int, language: Language) -> list[MembershipView]:
    """Return a participant's memberships, also expired ones, the latest `valid_from` first.

    Empty if no registration of the participant is within the actor's scope for seeing participants.
    """
    label = TargetGroup.label_id if language == "id" else TargetGroup.label_en
    statement = (
        select(GroupMembership, col(label))
        .join(TargetGroup, col(TargetGroup.code) == col(GroupMembership.target_group_code))
        .where(
            col(GroupMembership.participant_id) == participant_id,
            people_within(actor, Permission.PARTICIPANT_READ, col(GroupMembership.participant_id)),
        )
        .order_by(col(GroupMembership.valid_from).desc(), col(GroupMembership.id).desc())
    )
    today = wita_today()
    return [
        MembershipView(
            id=membership.id,
            target_group=target_group,
            position=membership.position,
            valid_from=membership.valid_from,
            valid_to=membership.valid_to,
            is_valid_today=membership.valid_from <= today
            and (membership.valid_to is None or membership.valid_to >= today),
        )
        for membership, target_group in db.execute(statement)
    ]


def get_membership(db: Db, actor: Actor, participant_id: int, membership_id: int) -> GroupMembership:
    """Return the row of a participant's membership.

    Raises `NotFound` if the participant has none of this id, or no registration within the actor's scope for recording
    attendance.
    """
    statement = select(GroupMembership).where(
        col(GroupMembership.id) == membership_id,
        col(GroupMembership.participant_id) == participant_id,
        people_within(actor, Permission.ATTENDANCE_WRITE, col(GroupMembership.participant_id)),
    )
    membership = db.scalars(statement).first()
    if membership is None:
        raise NotFound(N_("There is no such membership."))
    return membership
