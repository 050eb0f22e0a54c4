"""Memberships when two people become one, and when that is undone."""

from datetime import date
from typing import Any

from sqlmodel import col, select

from app.database import Db
from app.models import GroupMembership, PeopleMerge
from app.services.people.memberships import overlap
from app.services.people.merge_states import States, Touched, rows_from_json


def hand_over_memberships(db: Db, touched: Touched) -> None:
    """The kept person belongs to all groups of both; times of one group that overlap become one time."""
    people = (touched.kept_id, touched.absorbed_id)
    statement = select(GroupMembership).where(col(GroupMembership.participant_id).in_(people))
    latest: dict[str, GroupMembership] = {}
    for membership in db.exec(statement.order_by(col(GroupMembership.valid_from), col(GroupMembership.id))):
        before = latest.get(membership.target_group_code)
        if before and overlap(before, membership):
            before.valid_to = _later(before.valid_to, membership.valid_to)
            before.position = before.position or membership.position
            db.delete(membership)
        else:
            membership.participant_id = touched.kept_id
            latest[membership.target_group_code] = membership
    db.flush()


def put_memberships_back(db: Db, made: PeopleMerge, found: States) -> None:
    """Each as it was where it still is as the merge left it, those that went under new numbers."""
    there, left = (_by_id(states) for states in (found, made.after))
    for was in rows_from_json(GroupMembership, made.before["memberships"]):
        if was.id not in left:
            db.add(GroupMembership(**was.model_dump(exclude={"id"})))
        elif there.get(was.id) == left[was.id]:
            db.get_one(GroupMembership, was.id).sqlmodel_update(was.model_dump())
    db.flush()


def _later(one: date | None, other: date | None) -> date | None:
    """The later of two last days, None being no end."""
    return max(one, other) if one and other else None


def _by_id(states: States) -> dict[int, dict[str, Any]]:
    return {state["id"]: state for state in states["memberships"]}
