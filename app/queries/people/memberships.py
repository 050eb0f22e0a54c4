"""To which groups people belong, and from when until when."""

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
    """`target_group` is the group's label, `valid_to` the last day, None while no end is known."""

    id: int
    target_group: str
    position: str
    valid_from: date
    valid_to: date | None
    holds_today: bool


def is_valid_on(day: date) -> ColumnElement[bool]:
    """Memberships that hold on a day: both their first and their last are in."""
    return (col(GroupMembership.valid_from) <= day) & or_(
        col(GroupMembership.valid_to).is_(None), col(GroupMembership.valid_to) >= day
    )


def list_memberships(db: Db, actor: Actor, participant_id: int, language: Language) -> list[MembershipView]:
    """The memberships of somebody within the actor's reach, the newest first."""
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
            id=found.id,
            target_group=target_group,
            position=found.position,
            valid_from=found.valid_from,
            valid_to=found.valid_to,
            holds_today=found.valid_from <= today and (found.valid_to is None or found.valid_to >= today),
        )
        for found, target_group in db.execute(statement)
    ]


def get_membership(db: Db, actor: Actor, participant_id: int, membership_id: int) -> GroupMembership:
    """A membership to change. Raises `Forbidden` by role, `NotFound` where it is out of reach."""
    actor.require(Permission.ATTENDANCE_WRITE)
    statement = select(GroupMembership).where(
        col(GroupMembership.id) == membership_id,
        col(GroupMembership.participant_id) == participant_id,
        people_within(actor, Permission.ATTENDANCE_WRITE, col(GroupMembership.participant_id)),
    )
    found = db.scalars(statement).first()
    if found is None:
        raise NotFound(N_("There is no such membership."))
    return found
