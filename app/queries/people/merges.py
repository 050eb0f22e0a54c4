"""Merges of people of the last 30 days, which can be undone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, true
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import PeopleMerge, User
from app.models.base import now
from app.permissions import Actor, Permission, Reach

KEPT_FOR = timedelta(days=30)
MOST_SHOWN = 50


@dataclass(frozen=True)
class MergeView:
    """Two records that are one now; `merged_by` is None where it was done at the command line."""

    id: int
    kept_id: int
    kept_name: str
    absorbed_name: str
    merged_at: datetime
    merged_by: str | None


def merge_by_id(db: Db, actor: Actor, merge_id: int) -> PeopleMerge:
    """Raises `Forbidden` by role, `NotFound` where it is out of reach."""
    actor.require(Permission.PEOPLE_MERGE)
    found = db.scalars(select(PeopleMerge).where(col(PeopleMerge.id) == merge_id, _within(actor))).first()
    if found is None:
        raise NotFound(N_("There is no such merge."))
    return found


def recent_merges(db: Db, actor: Actor) -> list[MergeView]:
    """Merges that can still be undone, the newest first, within the actor's reach."""
    actor.require(Permission.PEOPLE_MERGE)
    statement = (
        select(PeopleMerge, col(User.name))
        .outerjoin(User, col(User.id) == col(PeopleMerge.merged_by))
        .where(
            col(PeopleMerge.undone_at).is_(None),
            col(PeopleMerge.merged_at) >= now() - KEPT_FOR,
            _within(actor),
        )
        .order_by(col(PeopleMerge.id).desc())
        .limit(MOST_SHOWN)
    )
    return [
        MergeView(made.id, made.kept_id, made.kept_name, made.absorbed_name, made.merged_at, merged_by)
        for made, merged_by in db.execute(statement)
    ]


def _within(actor: Actor) -> ColumnElement[bool]:
    """All merges, or those that somebody of the actor's organization made."""
    if actor.reach(Permission.PEOPLE_MERGE) is Reach.ALL:
        return true()
    colleagues = select(col(User.id)).where(col(User.organization_id) == actor.organization_id)
    return col(PeopleMerge.merged_by).in_(colleagues)
