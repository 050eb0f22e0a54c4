"""Making and changing workshops."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import col, delete, select

from app.database import Db
from app.errors import Conflict, Invalid
from app.i18n import N_
from app.models import Pillar, TargetGroup, Workshop, WorkshopTargetGroup
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.workshops import workshops as queries
from app.queries.workshops.workshops import WorkshopView, workshop_by_code
from app.services.accounts.organizations import organization_named
from app.services.accounts.users import DINAS_KOMINFO
from app.services.activities import log_activity, snapshot
from app.services.edit_conflicts import require_unchanged
from app.services.locks import lock_people_table, lock_row

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,39}")
LONGEST_TITLE = 200


@dataclass(frozen=True)
class WorkshopInput:
    """What a person says of a workshop. An empty `target_groups` means whoever comes.

    A `public` one has a page on which people register themselves.
    """

    title: str
    target_groups: tuple[str, ...] = ()
    description: str = ""
    pillar: str | None = None
    public: bool = False


def create_workshop(db: Db, actor: Actor, code: str, given: WorkshopInput) -> Workshop:
    """A new workshop of the actor's organization (Dinas Kominfo's for the operator at the shell)."""
    actor.require(Permission.WORKSHOP_WRITE)
    code = checked_code(code)
    _check(db, given)
    if db.exec(select(Workshop).where(Workshop.code == code)).first():
        taken = N_("There is a workshop with this code already.")
        raise Conflict(taken, code="code-taken")
    organization_id = actor.organization_id or organization_named(db, actor, DINAS_KOMINFO).id
    workshop = Workshop(code=code, title=given.title.strip(), organization_id=organization_id)
    db.add(workshop)
    _apply(db, workshop, given)
    log_activity(db, actor, "create", "workshop", code, after=_snapshot(workshop, given))
    return workshop


def change_workshop(
    db: Db, actor: Actor, code: str, given: WorkshopInput, *, form_fingerprint: str = ""
) -> Workshop:
    """Replaces title, description, pillar, target groups and whether it is public.

    Raises `Conflict` if `form_fingerprint` is not that of the input as it is now.
    """
    actor.require(Permission.WORKSHOP_WRITE)
    workshop = _held(db, actor, code)
    return _change(
        db, actor, workshop, workshop_input(queries.workshop(db, actor, code)), given, form_fingerprint
    )


def amend_workshop(db: Db, actor: Actor, code: str, changes: Mapping[str, Any]) -> Workshop:
    """Changes the fields of a `WorkshopInput` that are named, and leaves the others as they are by now."""
    actor.require(Permission.WORKSHOP_WRITE)
    workshop = _held(db, actor, code)
    said = workshop_input(queries.workshop(db, actor, code))
    return _change(db, actor, workshop, said, replace(said, **changes))


def set_archived(db: Db, actor: Actor, code: str, *, archived: bool) -> Workshop:
    """Keeps a workshop out of lists and closes its public page, or puts it back; its figures stay."""
    actor.require(Permission.WORKSHOP_WRITE)
    workshop = workshop_by_code(db, actor, code, Permission.WORKSHOP_WRITE)
    if archived is (workshop.archived_at is not None):
        return workshop
    before = snapshot(workshop)
    workshop.archived_at = now() if archived else None
    action = "archive" if archived else "unarchive"
    log_activity(db, actor, action, "workshop", code, before=before, after=snapshot(workshop))
    return workshop


def workshop_input(view: WorkshopView) -> WorkshopInput:
    """Return the input that describes a workshop as it is."""
    return WorkshopInput(
        title=view.title,
        target_groups=view.target_groups,
        description=view.description,
        pillar=view.pillar,
        public=view.public,
    )


def checked_code(code: str) -> str:
    """A code as it stands in addresses: capitals, digits and hyphens."""
    code = code.strip().upper()
    if not CODE.fullmatch(code):
        text = N_("A code has 2 to 40 letters, digits or hyphens, for example SPBE-2026.")
        raise Invalid(text, fields={"code": text})
    return code


def _held(db: Db, actor: Actor, code: str) -> Workshop:
    """The workshop as it is now, with nobody else changing it; nor is anyone being judged, which asks its groups."""
    lock_people_table(db)
    return lock_row(db, Workshop, workshop_by_code(db, actor, code, Permission.WORKSHOP_WRITE).id)


def _change(
    db: Db,
    actor: Actor,
    workshop: Workshop,
    said: WorkshopInput,
    given: WorkshopInput,
    form_fingerprint: str = "",
) -> Workshop:
    _check(db, given)
    before = _snapshot(workshop, said)
    _apply(db, workshop, given)
    after = _snapshot(workshop, given)
    if after != before:
        require_unchanged(form_fingerprint, said)
    log_activity(db, actor, "change", "workshop", workshop.code, before=before, after=after)
    return workshop


def _check(db: Db, given: WorkshopInput) -> None:
    fields: dict[str, str] = {}
    if not given.title.strip():
        fields["title"] = N_("A title is needed.")
    elif len(given.title) > LONGEST_TITLE:
        fields["title"] = N_("A title has at most 200 characters.")
    if given.pillar and given.pillar not in set(Pillar):
        fields["pillar"] = N_("This pillar is not known.")
    if set(given.target_groups) - set(db.exec(select(TargetGroup.code)).all()):
        fields["target_groups"] = N_("This target group is not known.")
    if fields:
        raise Invalid(N_("Please correct the marked fields."), fields=fields)


def _apply(db: Db, workshop: Workshop, given: WorkshopInput) -> None:
    workshop.title = given.title.strip()
    workshop.description = given.description.strip()
    workshop.pillar = Pillar(given.pillar) if given.pillar else None
    workshop.public = given.public
    db.flush()
    db.exec(delete(WorkshopTargetGroup).where(col(WorkshopTargetGroup.workshop_id) == workshop.id))
    db.add_all(
        WorkshopTargetGroup(workshop_id=workshop.id, target_group_code=group)
        for group in dict.fromkeys(given.target_groups)
    )


def _snapshot(workshop: Workshop, given: WorkshopInput) -> dict[str, object]:
    return snapshot(workshop) | {"target_groups": sorted(given.target_groups)}
