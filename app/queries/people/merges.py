"""Merges of people: the list of the last 30 days, and merges that made one registration of two."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, false, select, true
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import FoldedRegistration, PeopleMerge, Registration, User, WorkshopSession
from app.models.base import now
from app.permissions import Actor, Permission, Scope

MERGE_UNDO_PERIOD = timedelta(days=30)
MAX_MERGES = 50


@dataclass(frozen=True)
class MergeView:
    """A merge in a list. `merged_by` is None if it was done at the command line.

    `can_be_undone` is False if two registrations of one session became one; `sessions` are the codes of these sessions.
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
    """Return the row of a merge, of any age and also if it was undone. Raises `NotFound` if there is none.

    Raises `NotFound`, too, unless it is within the actor's scope for merging: administrators see all, organizers those
    made by users of their organization.
    """
    statement = select(PeopleMerge).where(col(PeopleMerge.id) == merge_id, _is_within_scope(actor))
    people_merge = db.scalars(statement).first()
    if people_merge is None:
        raise NotFound(N_("There is no such merge."))
    return people_merge


def has_folded_registrations(db: Db, merge_id: int) -> bool:
    """Return whether the merge made one registration of two for the same session, so that it can't be undone."""
    return merge_id in _folded_session_codes(db, [merge_id])


def list_merges_folded_into(
    db: Db, workshop_session_id: int, registration_ids: Collection[int]
) -> list[PeopleMerge]:
    """Return the merges that made one of these registrations out of two, the newest first.

    All of the registrations are for this session; ids of other sessions are ignored.
    """
    of_session = select(col(Registration.id)).where(
        col(Registration.workshop_session_id) == workshop_session_id
    )
    statement = (
        select(PeopleMerge, col(FoldedRegistration.registration_id))
        .join(FoldedRegistration, col(FoldedRegistration.people_merge_id) == col(PeopleMerge.id))
        .where(col(FoldedRegistration.registration_id).in_(of_session))
        .order_by(col(PeopleMerge.id).desc())
    )
    merges = {
        people_merge.id: people_merge
        for people_merge, registration_id in db.execute(statement)
        if registration_id in registration_ids
    }
    return list(merges.values())


def list_recent_merges(db: Db, actor: Actor) -> list[MergeView]:
    """Return at most 50 merges of the last 30 days that were not undone, the newest first.

    Administrators see all, organizers those made by users of their organization; it is empty for other roles.
    """
    statement = (
        select(PeopleMerge, col(User.name))
        .outerjoin(User, col(User.id) == col(PeopleMerge.merged_by))
        .where(
            col(PeopleMerge.undone_at).is_(None),
            col(PeopleMerge.merged_at) >= now() - MERGE_UNDO_PERIOD,
            _is_within_scope(actor),
        )
        .order_by(col(PeopleMerge.id).desc())
        .limit(MAX_MERGES)
    )
    merges = [(people_merge, merged_by) for people_merge, merged_by in db.execute(statement)]
    folded = _folded_session_codes(db, [people_merge.id for people_merge, _ in merges])
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
        for people_merge, merged_by in merges
    ]


def _folded_session_codes(db: Db, merge_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the codes of the sessions in which merges made one registration of two, by merge id.

    A merge whose registration was deleted since has no codes, but is a key all the same.
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


def _is_within_scope(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a merge is within the scope: any, or made by a user of the actor's organization."""
    match actor.scope(Permission.PEOPLE_MERGE):
        case Scope.ALL:
            return true()
        case Scope.OWN:
            colleagues = select(col(User.id)).where(col(User.organization_id) == actor.organization_id)
            return col(PeopleMerge.merged_by).in_(colleagues)
        case Scope.ASSIGNED | Scope.NONE:
            return false()
