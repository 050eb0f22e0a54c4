"""Merges of people of the last 30 days, most of which can be undone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, true
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import FoldedRegistration, PeopleMerge, Registration, User, WorkshopSession
from app.models.base import now
from app.permissions import Actor, Permission, Reach

MERGE_UNDO_PERIOD = timedelta(days=30)
MAX_MERGES = 50


@dataclass(frozen=True)
class MergeView:
    """Two records that are one now; `merged_by` is None if it was done at the command line.

    `can_be_undone` is False if two registrations of one session became one; `sessions` are the codes of those.
    """

    id: int
    kept_id: int
    kept_name: str
    absorbed_name: str
    merged_at: datetime
    merged_by: str | None
    can_be_undone: bool
    sessions: tuple[str, ...]


def get_merge(db: Db, actor: Actor, merge_id: int) -> PeopleMerge:
    """Raises `Forbidden` by role, `NotFound` where it is out of reach."""
    actor.require(Permission.PEOPLE_MERGE)
    found = db.scalars(select(PeopleMerge).where(col(PeopleMerge.id) == merge_id, _within(actor))).first()
    if found is None:
        raise NotFound(N_("There is no such merge."))
    return found


def has_folded_registrations(db: Db, merge_id: int) -> bool:
    """Return whether the merge made one of two registrations of a session, so that it can't be undone."""
    return merge_id in _sessions_folded(db, [merge_id])


def list_recent_merges(db: Db, actor: Actor) -> list[MergeView]:
    """Return the merges of the last 30 days that were not undone, newest first, within the actor's scope."""
    actor.require(Permission.PEOPLE_MERGE)
    statement = (
        select(PeopleMerge, col(User.name))
        .outerjoin(User, col(User.id) == col(PeopleMerge.merged_by))
        .where(
            col(PeopleMerge.undone_at).is_(None),
            col(PeopleMerge.merged_at) >= now() - MERGE_UNDO_PERIOD,
            _within(actor),
        )
        .order_by(col(PeopleMerge.id).desc())
        .limit(MAX_MERGES)
    )
    found = [(people_merge, merged_by) for people_merge, merged_by in db.execute(statement)]
    folded = _sessions_folded(db, [people_merge.id for people_merge, _ in found])
    return [
        MergeView(
            people_merge.id,
            people_merge.kept_id,
            people_merge.kept_name,
            people_merge.absorbed_name,
            people_merge.merged_at,
            merged_by,
            can_be_undone=people_merge.id not in folded,
            sessions=tuple(folded.get(people_merge.id, ())),
        )
        for people_merge, merged_by in found
    ]


def _sessions_folded(db: Db, merge_ids: Collection[int]) -> dict[int, list[str]]:
    """Return, by merge, the codes of the sessions in which it made one of two registrations.

    A session is missing if the registration is gone by now, its merge is not.
    """
    statement = (
        select(col(FoldedRegistration.people_merge_id), col(WorkshopSession.code))
        .outerjoin(Registration, col(Registration.id) == col(FoldedRegistration.registration_id))
        .outerjoin(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .where(col(FoldedRegistration.people_merge_id).in_(merge_ids))
        .order_by(col(WorkshopSession.code))
    )
    sessions: dict[int, list[str]] = {}
    for merge_id, code in db.execute(statement):
        sessions.setdefault(merge_id, []).extend([code] if code else [])
    return sessions


def _within(actor: Actor) -> ColumnElement[bool]:
    """All merges, or those that somebody of the actor's organization made."""
    if actor.reach(Permission.PEOPLE_MERGE) is Reach.ALL:
        return true()
    colleagues = select(col(User.id)).where(col(User.organization_id) == actor.organization_id)
    return col(PeopleMerge.merged_by).in_(colleagues)
