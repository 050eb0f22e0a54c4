"""Target groups with both labels and their synonyms, for administrators."""

from collections import defaultdict
from dataclasses import dataclass

from sqlmodel import col, select

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import TargetGroup, TargetGroupSynonym
from app.permissions import Actor, Permission


@dataclass(frozen=True)
class TargetGroupDetails:
    """A target group. `position` is its place in reports, from 1; `synonyms` are words that sheets use for it."""

    code: str
    label_id: str
    label_en: str
    position: int
    synonyms: tuple[str, ...]


def list_target_group_details(db: Db, actor: Actor) -> list[TargetGroupDetails]:
    """Return all target groups in the order of reports, with their synonyms sorted.

    Raises `Forbidden` for everyone but administrators.
    """
    actor.require(Permission.USER_WRITE)
    synonyms: dict[str, list[str]] = defaultdict(list)
    for synonym in db.exec(select(TargetGroupSynonym).order_by(TargetGroupSynonym.synonym)):
        synonyms[synonym.target_group_code].append(synonym.synonym)
    return [
        TargetGroupDetails(
            group.code, group.label_id, group.label_en, group.position, tuple(synonyms[group.code])
        )
        for group in db.exec(select(TargetGroup).order_by(col(TargetGroup.position)))
    ]


def get_target_group_details(db: Db, actor: Actor, code: str) -> TargetGroupDetails:
    """Return a target group by its code.

    Raises `NotFound`, and `Forbidden` for everyone but administrators.
    """
    for group in list_target_group_details(db, actor):
        if group.code == code:
            return group
    raise NotFound(N_("There is no target group %(group)s."), group=code)
