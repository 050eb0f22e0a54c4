"""Create and change target groups. Their codes never change: files and reports refer to groups by code."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlmodel import col, delete, select

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Invalid
from app.i18n import N_
from app.models import TargetGroup, TargetGroupSynonym
from app.people.values.target_groups import GroupIndex
from app.people.values.text import words
from app.permissions import Actor, Permission
from app.queries.areas.reference import load_reference
from app.queries.areas.target_groups import (
    TargetGroupDetails,
    get_target_group_details,
    list_target_group_details,
)
from app.services.activities import log_activity
from app.services.edit_conflicts import require_unchanged
from app.services.locks import lock_people_table

GROUP_CODE = re.compile(r"[a-z][a-z0-9-]{0,19}")
MAX_LABEL_LENGTH = 60


@dataclass(frozen=True)
class TargetGroupInput:
    """The fields of a target group's form: both labels, the words that sheets use, and its place in reports, from 1."""

    label_id: str
    label_en: str
    synonyms: tuple[str, ...] = ()
    position: int | None = None


def target_group_input(group: TargetGroupDetails) -> TargetGroupInput:
    """Return a target group's current values as the input of its form."""
    return TargetGroupInput(group.label_id, group.label_en, group.synonyms, group.position)


def create_target_group(db: Db, actor: Actor, code: str, data: TargetGroupInput) -> TargetGroup:
    """Create a target group and log it. Without a position in `data` it is the last one in reports.

    Groups at its position and after it move back by one. Raises `Forbidden` without `USER_WRITE`, `Invalid` for invalid
    fields (see `_parse_synonyms`), `Conflict` if the code is taken.
    """
    actor.require(Permission.USER_WRITE)
    lock_people_table(db)
    if db.get(TargetGroup, code):
        raise Conflict(N_("There is a target group with this code already."), code="code-taken")
    synonyms = _parse_synonyms(db, code, data)
    groups = list_target_group_details(db, actor)
    group = TargetGroup(
        code=code,
        label_id=data.label_id.strip(),
        label_en=data.label_en.strip(),
        position=max((group.position for group in groups), default=0) + 1,
    )
    db.add(group)
    _set_synonyms(db, code, synonyms)
    _move(db, group, data.position or len(groups) + 1)
    after = asdict(get_target_group_details(db, actor, code))
    log_activity(db, actor, "create", "target-group", code, after=after)
    return group


def change_target_group(
    db: Db, actor: Actor, code: str, data: TargetGroupInput, *, form_fingerprint: str = ""
) -> TargetGroup:
    """Replace labels, synonyms and, if `data` has one, the position of a target group, and log it.

    `form_fingerprint` is the fingerprint of the values that the form was filled with, "" without a form. Raises
    `Forbidden` without `USER_WRITE`, `NotFound`, `Invalid` for invalid fields, and `Conflict` if the values of the form
    have changed since and `data` would change them.
    """
    actor.require(Permission.USER_WRITE)
    lock_people_table(db)
    before = get_target_group_details(db, actor, code)
    synonyms = _parse_synonyms(db, code, data)
    group = db.get_one(TargetGroup, code)
    group.label_id, group.label_en = data.label_id.strip(), data.label_en.strip()
    _set_synonyms(db, code, synonyms)
    _move(db, group, data.position or before.position)
    after = get_target_group_details(db, actor, code)
    if after != before:
        require_unchanged(form_fingerprint, target_group_input(before))
    log_activity(db, actor, "change", "target-group", code, before=asdict(before), after=asdict(after))
    return group


def _parse_synonyms(db: Db, code: str, data: TargetGroupInput) -> set[str]:
    """Check all fields of the form, and return the synonyms in normalized form (`words`) without blank ones.

    Raises `Invalid` for a code or labels of a wrong form, and for labels and synonyms that name another group.
    """
    errors = {}
    if not GROUP_CODE.fullmatch(code):
        errors["code"] = N_("Use small letters, digits and hyphens, at most 20, a letter first.")
    codes = GroupIndex(load_reference(db)).code
    for field in ("label_id", "label_en"):
        label = getattr(data, field)
        if not words(label) or len(label) > MAX_LABEL_LENGTH:
            errors[field] = N_("A name is needed, of at most 60 characters.")
        elif codes.get(words(label), code) != code:
            errors[field] = N_("Another group has this name.")
    synonyms = {words(synonym)[:MAX_LABEL_LENGTH] for synonym in data.synonyms} - {""}
    taken = sorted(synonym for synonym in synonyms if codes.get(synonym, code) != code)
    if taken:
        errors["synonyms"] = N_("These words name another group: %(taken)s")
    if errors:
        raise Invalid(PLEASE_CORRECT, fields=errors, taken=", ".join(taken))
    return synonyms


def _set_synonyms(db: Db, code: str, synonyms: Iterable[str]) -> None:
    """Replace the synonyms of a group, and flush."""
    db.flush()
    db.exec(delete(TargetGroupSynonym).where(col(TargetGroupSynonym.target_group_code) == code))
    db.add_all(TargetGroupSynonym(synonym=synonym, target_group_code=code) for synonym in sorted(synonyms))
    db.flush()


def _move(db: Db, group: TargetGroup, position: int) -> None:
    """Move the group to a position (from 1; a higher one than there are groups means the last), and flush.

    All groups are numbered again, first below zero, because positions are unique.
    """
    groups = list(db.exec(select(TargetGroup).order_by(col(TargetGroup.position))))
    groups.remove(group)
    groups.insert(max(position, 1) - 1, group)
    for sign in (-1, 1):
        for number, numbered_group in enumerate(groups, start=1):
            numbered_group.position = sign * number
        db.flush()
