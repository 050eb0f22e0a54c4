"""Add, end and remove memberships of target groups, which have a first and a last day, as the term of an RT's head.

Past registrations keep the group that they were counted in.
"""

from dataclasses import dataclass
from datetime import date

from sqlmodel import select

from app.database import Db
from app.errors import PLEASE_CORRECT, Invalid
from app.i18n import N_, date_text
from app.models import GroupMembership, TargetGroup
from app.models.base import YEARS
from app.people.values.nik import mask_niks
from app.permissions import Actor, Permission
from app.queries.people.memberships import get_membership
from app.queries.people.participants import get_participant
from app.services.activities import log_activity, snapshot
from app.services.locks import lock_people_table

MAX_POSITION_LENGTH = 100


@dataclass(frozen=True)
class MembershipInput:
    """What a user enters about a membership. Both days are included; without `valid_to` it has no end yet."""

    target_group: str
    valid_from: date | None
    valid_to: date | None = None
    position: str = ""


def add_membership(db: Db, actor: Actor, participant_id: int, data: MembershipInput) -> GroupMembership:
    """Add a membership of a participant and log it. NIKs in the position are masked.

    Raises `Forbidden` without `ATTENDANCE_WRITE`, `NotFound` also if the participant has no registration within the
    actor's scope, and `Invalid` for wrong fields or if it overlaps another membership of the group.
    """
    actor.require(Permission.ATTENDANCE_WRITE)
    lock_people_table(db)
    person = get_participant(db, actor, participant_id)
    if db.get(TargetGroup, data.target_group) is None:
        raise _invalid("target_group", N_("Choose the group."))
    if len(data.position) > MAX_POSITION_LENGTH:
        raise _invalid("position", N_("Write at most 100 characters."))
    membership = GroupMembership(
        participant_id=person.id,
        target_group_code=data.target_group,
        position=mask_niks(data.position.strip()),
        valid_from=_require_day(data.valid_from, "valid_from"),
        valid_to=data.valid_to and _require_day(data.valid_to, "valid_to"),
    )
    _validate(db, membership)
    db.add(membership)
    db.flush()
    log_activity(db, actor, "add-membership", "participant", person.id, after=_activity_values(membership))
    return membership


def end_membership(
    db: Db, actor: Actor, participant_id: int, membership_id: int, last_day: date | None
) -> GroupMembership:
    """Set the last day of a membership, also one that has a last day already, and log it.

    Raises `Invalid` without a day or for one before the first, and otherwise what `add_membership` raises.
    """
    actor.require(Permission.ATTENDANCE_WRITE)
    lock_people_table(db)
    membership = get_membership(db, actor, participant_id, membership_id)
    before = _activity_values(membership)
    membership.valid_to = _require_day(last_day, "valid_to")
    _validate(db, membership)
    after = _activity_values(membership)
    log_activity(db, actor, "end-membership", "participant", participant_id, before=before, after=after)
    return membership


def remove_membership(db: Db, actor: Actor, participant_id: int, membership_id: int) -> None:
    """Delete a membership that was entered by mistake; the activity log keeps its values.

    Raises `Forbidden` without `ATTENDANCE_WRITE`, and `NotFound` also out of the actor's scope.
    """
    actor.require(Permission.ATTENDANCE_WRITE)
    lock_people_table(db)
    membership = get_membership(db, actor, participant_id, membership_id)
    db.delete(membership)
    log_activity(
        db, actor, "remove-membership", "participant", participant_id, before=_activity_values(membership)
    )


def memberships_overlap(one: GroupMembership, other: GroupMembership) -> bool:
    """Return whether there is a day on which both memberships are valid."""
    return one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (one.valid_to or date.max)


def _require_day(day: date | None, field: str) -> date:
    """Return the day. Raises `Invalid`, with the error under `field`, for None or outside the years 2000 to 2100."""
    if day is None or day.year not in YEARS:
        raise _invalid(field, N_("Fill in a day."))
    return day


def _validate(db: Db, membership: GroupMembership) -> None:
    """Raise `Invalid` if the last day is before the first, or another membership of the group overlaps this one."""
    if membership.valid_to and membership.valid_to < membership.valid_from:
        raise _invalid("valid_to", N_("The last day is before the first."))
    of_group = select(GroupMembership).where(
        GroupMembership.participant_id == membership.participant_id,
        GroupMembership.target_group_code == membership.target_group_code,
    )
    for other in db.exec(of_group):
        if other is not membership and memberships_overlap(other, membership):
            text = N_(
                "The person is already a member of this group, from %(first)s on. End that membership first."
            )
            raise Invalid(PLEASE_CORRECT, fields={"target_group": text}, first=date_text(other.valid_from))


def _activity_values(membership: GroupMembership) -> dict[str, object]:
    """Return the columns that the activity log shows."""
    values = snapshot(membership)
    return {name: values[name] for name in ("target_group_code", "position", "valid_from", "valid_to")}


def _invalid(field: str, text: str) -> Invalid:
    return Invalid(PLEASE_CORRECT, fields={field: text})
