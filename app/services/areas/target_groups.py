"""Target groups: made and renamed; a code stays, since files and reports name groups by it."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlmodel import col, delete, select

from app.database import Db
from app.errors import Conflict, Invalid
from app.i18n import N_
from app.models import TargetGroup, TargetGroupSynonym
from app.people.values.target_groups import GroupIndex
from app.people.values.text import words
from app.permissions import Actor, Permission
from app.queries.areas import target_groups as queries
from app.queries.areas.reference import sheet_reference
from app.queries.areas.target_groups import TargetGroupDetails
from app.services.activities import record
from app.services.locks import lock_people_table
from app.services.registrations.recognition import PLEASE_CORRECT
from app.services.unseen_changes import require_seen

CODE = re.compile(r"[a-z][a-z0-9-]{0,19}")
LONGEST_LABEL = 60


@dataclass(frozen=True)
class TargetGroupInput:
    """Labels in both languages, the words by which sheets name the group, and its place in reports, from 1."""

    label_id: str
    label_en: str
    synonyms: tuple[str, ...] = ()
    position: int | None = None


def create_target_group(db: Db, actor: Actor, code: str, given: TargetGroupInput) -> TargetGroup:
    """The last in reports where no position is given. Raises `Invalid`, and `Conflict` for a code that is taken."""
    actor.require(Permission.USER_WRITE)
    lock_people_table(db)
    if db.get(TargetGroup, code):
        raise Conflict(N_("There is a target group with this code already."), code="code-taken")
    synonyms = _checked(db, code, given)
    there = queries.target_groups(db, actor)
    group = TargetGroup(
        code=code,
        label_id=given.label_id.strip(),
        label_en=given.label_en.strip(),
        position=max((group.position for group in there), default=0) + 1,
    )
    db.add(group)
    _set_synonyms(db, code, synonyms)
    _move(db, group, given.position or len(there) + 1)
    record(db, actor, "create", "target-group", code, after=asdict(queries.target_group(db, actor, code)))
    return group


def change_target_group(
    db: Db, actor: Actor, code: str, given: TargetGroupInput, *, seen: str = ""
) -> TargetGroup:
    """Its synonyms are those given and no others. Raises `Invalid` for what can't be.

    `seen` is the seal of what the actor's form was filled with: raises `Conflict` where others changed that since.
    """
    lock_people_table(db)
    before = queries.target_group(db, actor, code)
    synonyms = _checked(db, code, given)
    group = db.get_one(TargetGroup, code)
    group.label_id, group.label_en = given.label_id.strip(), given.label_en.strip()
    _set_synonyms(db, code, synonyms)
    _move(db, group, given.position or before.position)
    after = queries.target_group(db, actor, code)
    if after != before:
        require_seen(seen, said_of(before))
    record(db, actor, "change", "target-group", code, before=asdict(before), after=asdict(after))
    return group


def said_of(group: TargetGroupDetails) -> TargetGroupInput:
    """A group as somebody would have to say it."""
    return TargetGroupInput(group.label_id, group.label_en, group.synonyms, group.position)


def _checked(db: Db, code: str, given: TargetGroupInput) -> set[str]:
    """The synonyms as they are looked up. No text may name two groups."""
    fields = {}
    if not CODE.fullmatch(code):
        fields["code"] = N_("Use small letters, digits and hyphens, at most 20, a letter first.")
    owner = GroupIndex(sheet_reference(db)).code
    for name in ("label_id", "label_en"):
        label = getattr(given, name)
        if not words(label) or len(label) > LONGEST_LABEL:
            fields[name] = N_("A name is needed, of at most 60 characters.")
        elif owner.get(words(label), code) != code:
            fields[name] = N_("Another group is called so.")
    synonyms = {said for synonym in given.synonyms if (said := words(synonym)[:LONGEST_LABEL])}
    taken = sorted(synonym for synonym in synonyms if owner.get(synonym, code) != code)
    if taken:
        fields["synonyms"] = N_("These words name another group: %(taken)s")
    if fields:
        raise _refused(fields, taken=", ".join(taken))
    return synonyms


def _set_synonyms(db: Db, code: str, synonyms: Iterable[str]) -> None:
    db.flush()
    db.exec(delete(TargetGroupSynonym).where(col(TargetGroupSynonym.target_group_code) == code))
    db.add_all(TargetGroupSynonym(synonym=synonym, target_group_code=code) for synonym in sorted(synonyms))
    db.flush()


def _move(db: Db, group: TargetGroup, position: int) -> None:
    """Puts the group at its place, and numbers all anew; below zero first, for no number may be there twice."""
    order = list(db.exec(select(TargetGroup).order_by(col(TargetGroup.position))))
    order.remove(group)
    order.insert(max(position, 1) - 1, group)
    for sign in (-1, 1):
        for number, one in enumerate(order, start=1):
            one.position = sign * number
        db.flush()


def _refused(fields: dict[str, str], **params: str) -> Invalid:
    return Invalid(PLEASE_CORRECT, fields=fields, **params)
