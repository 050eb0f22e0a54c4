"""Who belongs to which group for how long: the head of an RT has a term. Figures of the past stay as they were."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import select

from app.database import Db
from app.errors import PLEASE_CORRECT, Invalid
from app.i18n import N_, date_text
from app.models import GroupMembership, TargetGroup
from app.models.base import YEARS
from app.nik_vault import with_niks_masked
from app.permissions import Actor
from app.queries.people.memberships import membership_by_id
from app.queries.people.participants import participant_to_correct
from app.services.activities import record, snapshot
from app.services.locks import lock_people_table

LONGEST_POSITION = 100


@dataclass(frozen=True)
class MembershipInput:
    """Both days are included; without `valid_to` the end isn't known yet."""

    target_group: str
    valid_from: date | None
    valid_to: date | None = None
    position: str = ""


def add_membership(db: Db, actor: Actor, participant_id: int, given: MembershipInput) -> GroupMembership:
    """Raises `Invalid` for what can't be, and where the person belongs to the group then already."""
    lock_people_table(db)
    person = participant_to_correct(db, actor, participant_id)
    if db.get(TargetGroup, given.target_group) is None:
        raise _refused("target_group", N_("Choose the group."))
    if len(given.position) > LONGEST_POSITION:
        raise _refused("position", N_("Write at most 100 characters."))
    membership = GroupMembership(
        participant_id=person.id,
        target_group_code=given.target_group,
        position=with_niks_masked(given.position.strip()),
        valid_from=_day(given.valid_from, "valid_from"),
        valid_to=given.valid_to and _day(given.valid_to, "valid_to"),
    )
    _require_possible(db, membership)
    db.add(membership)
    db.flush()
    record(db, actor, "add-membership", "participant", person.id, after=_told(membership))
    return membership


def end_membership(
    db: Db, actor: Actor, participant_id: int, membership_id: int, last_day: date | None
) -> GroupMembership:
    """`last_day` is the last on which the person belongs to the group. Raises `Invalid` for one that can't be."""
    lock_people_table(db)
    membership = membership_by_id(db, actor, participant_id, membership_id)
    before = _told(membership)
    membership.valid_to = _day(last_day, "valid_to")
    _require_possible(db, membership)
    after = _told(membership)
    record(db, actor, "end-membership", "participant", participant_id, before=before, after=after)
    return membership


def remove_membership(db: Db, actor: Actor, participant_id: int, membership_id: int) -> None:
    """For one that was noted by mistake."""
    lock_people_table(db)
    membership = membership_by_id(db, actor, participant_id, membership_id)
    db.delete(membership)
    record(db, actor, "remove-membership", "participant", participant_id, before=_told(membership))


def overlap(one: GroupMembership, other: GroupMembership) -> bool:
    """Whether there is a day on which both hold."""
    return one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (one.valid_to or date.max)


def _day(day: date | None, field: str) -> date:
    if day is None or day.year not in YEARS:
        raise _refused(field, N_("Fill in a day."))
    return day


def _require_possible(db: Db, membership: GroupMembership) -> None:
    """The last day isn't before the first, and nobody belongs to a group twice at the same time."""
    if membership.valid_to and membership.valid_to < membership.valid_from:
        raise _refused("valid_to", N_("The last day is before the first."))
    of_group = select(GroupMembership).where(
        GroupMembership.participant_id == membership.participant_id,
        GroupMembership.target_group_code == membership.target_group_code,
    )
    for other in db.exec(of_group):
        if other is not membership and overlap(other, membership):
            text = N_("The person belongs to this group already, from %(first)s on. End that first.")
            raise Invalid(PLEASE_CORRECT, fields={"target_group": text}, first=date_text(other.valid_from))


def _told(membership: GroupMembership) -> dict[str, object]:
    """What the log says of it."""
    told = snapshot(membership)
    return {name: told[name] for name in ("target_group_code", "position", "valid_from", "valid_to")}


def _refused(field: str, sentence: str) -> Invalid:
    return Invalid(PLEASE_CORRECT, fields={field: sentence})
