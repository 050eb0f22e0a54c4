"""Create, change and archive workshops."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import col, delete, select

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Invalid
from app.i18n import N_
from app.models import Organization, Pillar, TargetGroup, Workshop, WorkshopTargetGroup
from app.models.base import now
from app.people.values.nik import mask_niks
from app.people.values.phones import format_phone, parse_phone
from app.permissions import Actor, Permission
from app.queries.workshops.workshops import WorkshopView, get_workshop, get_workshop_view
from app.services.accounts.organizations import (
    DINAS_KOMINFO,
    INVALID_PHONE,
    get_or_create_organization,
)
from app.services.activities import log_activity, snapshot
from app.services.authorization import require_permission
from app.services.edit_conflicts import require_unchanged
from app.services.locks import lock_people_table, lock_row
from app.services.privacy.notices import NO_PRIVACY_CONTACT

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,39}")
MAX_TITLE_LENGTH = 200
NO_PHONE = N_(
    "A public page needs a number that people can call. Fill it in here, or have that of the organization filled in."
)


@dataclass(frozen=True)
class WorkshopInput:
    """What a user enters about a workshop. Without `target_groups` it is for everyone.

    A `public` workshop has a page on which people register themselves. `contact_phone` is a number to ask about it, ""
    for that of its organization.
    """

    title: str
    target_groups: tuple[str, ...] = ()
    description: str = ""
    pillar: str | None = None
    public: bool = False
    contact_phone: str = ""


def create_workshop(
    db: Db,
    actor: Actor,
    code: str,
    data: WorkshopInput,
    *,
    organization_id: int | None = None,
    privacy_contact: str = "",
) -> Workshop:
    """Create and log a workshop of the actor's organization; of Dinas Kominfo if the actor has none.

    `organization_id` is another organization to which it belongs; the caller has checked that the actor may write
    workshops of that one. `privacy_contact` is the setting of this name, without which no workshop gets a public page;
    nor does one without a phone number, its own or its organization's.

    Raises `Forbidden` without `WORKSHOP_WRITE`, `Invalid` for wrong fields and `Conflict` if another workshop has the
    code.
    """
    actor.require(Permission.WORKSHOP_WRITE)
    code = parse_code(code)
    if organization_id is None:
        organization_id = actor.organization_id or get_or_create_organization(db, actor, DINAS_KOMINFO).id
    _check(db, data, organization_id, privacy_contact)
    if db.exec(select(Workshop).where(Workshop.code == code)).first():
        raise Conflict(N_("There is a workshop with this code already."), code="code-taken")
    workshop = Workshop(code=code, title=mask_niks(data.title.strip()), organization_id=organization_id)
    db.add(workshop)
    _apply(db, workshop, data)
    log_activity(db, actor, "create", "workshop", code, after=_snapshot(workshop, data))
    return workshop


def change_workshop(
    db: Db,
    actor: Actor,
    code: str,
    data: WorkshopInput,
    *,
    form_fingerprint: str = "",
    privacy_contact: str = "",
) -> Workshop:
    """Replace all fields of a workshop but its code, and log it.

    `form_fingerprint` is the fingerprint of what the user's form showed, "" without a form. `privacy_contact` is as for
    `create_workshop`; a page that is public already stays so without it. Raises `NotFound`,
    `Forbidden` without `WORKSHOP_WRITE`, `Invalid` for wrong fields, and `Conflict` if others have changed what the
    form showed and `data` would change it.
    """
    workshop = get_workshop(db, actor, code)
    require_permission(db, actor, Permission.WORKSHOP_WRITE, workshop)
    _lock(db, workshop)
    current = workshop_input(get_workshop_view(db, actor, code))
    return _change(
        db, actor, workshop, current, data, form_fingerprint=form_fingerprint, privacy_contact=privacy_contact
    )


def patch_workshop(
    db: Db, actor: Actor, code: str, changes: Mapping[str, Any], *, privacy_contact: str = ""
) -> Workshop:
    """Change only the named fields of a `WorkshopInput`, and log it. Changes by others are not checked.

    `privacy_contact` is as for `change_workshop`. Raises `NotFound`, `Forbidden` without `WORKSHOP_WRITE`, `Invalid`
    for wrong values, and `TypeError` for a name that is no field.
    """
    workshop = get_workshop(db, actor, code)
    require_permission(db, actor, Permission.WORKSHOP_WRITE, workshop)
    _lock(db, workshop)
    current = workshop_input(get_workshop_view(db, actor, code))
    return _change(db, actor, workshop, current, replace(current, **changes), privacy_contact=privacy_contact)


def set_archived(db: Db, actor: Actor, code: str, *, archived: bool) -> Workshop:
    """Archive a workshop, or with `archived=False` undo that, and log it; do nothing if it is so already.

    Lists leave out an archived workshop and its public page is closed, but figures count it. Raises `NotFound`, and
    `Forbidden` without `WORKSHOP_WRITE`.
    """
    workshop = get_workshop(db, actor, code)
    require_permission(db, actor, Permission.WORKSHOP_WRITE, workshop)
    if archived is (workshop.archived_at is not None):
        return workshop
    before = snapshot(workshop)
    workshop.archived_at = now() if archived else None
    action = "archive" if archived else "unarchive"
    log_activity(db, actor, action, "workshop", code, before=before, after=snapshot(workshop))
    return workshop


def workshop_input(view: WorkshopView) -> WorkshopInput:
    """Return a workshop's current values as the input of its form."""
    return WorkshopInput(
        title=view.title,
        target_groups=view.target_groups,
        description=view.description,
        pillar=view.pillar,
        public=view.public,
        contact_phone=format_phone(view.contact_phone),
    )


def parse_code(code: str) -> str:
    """Return the code of a workshop or session in capital letters, without surrounding space.

    Raises `Invalid` unless it has 2 to 40 letters from A to Z, digits and hyphens, the first no hyphen.
    """
    code = code.strip().upper()
    if not CODE.fullmatch(code):
        text = N_("A code has 2 to 40 letters, digits or hyphens, for example SPBE-2026.")
        raise Invalid(text, fields={"code": text})
    return code


def _lock(db: Db, workshop: Workshop) -> None:
    """Lock the people table and the workshop's row until the transaction ends, and refresh `workshop`.

    The lock on people keeps imports from judging rows meanwhile, which depends on the workshop's target groups.
    """
    lock_people_table(db)
    lock_row(db, Workshop, workshop.id)


def _change(
    db: Db,
    actor: Actor,
    workshop: Workshop,
    current: WorkshopInput,
    data: WorkshopInput,
    *,
    form_fingerprint: str = "",
    privacy_contact: str,
) -> Workshop:
    """Make and log a change of a locked workshop from `current`; raises as `change_workshop` states."""
    _check(db, data, workshop.organization_id, privacy_contact, current)
    before = _snapshot(workshop, current)
    _apply(db, workshop, data)
    after = _snapshot(workshop, data)
    if after != before:
        require_unchanged(form_fingerprint, current)
    log_activity(db, actor, "change", "workshop", workshop.code, before=before, after=after)
    return workshop


def _check(
    db: Db,
    data: WorkshopInput,
    organization_id: int,
    privacy_contact: str,
    current: WorkshopInput | None = None,
) -> None:
    """Raise `Invalid` with the errors of all wrong fields; `current` is the workshop as it is, None for a new one."""
    errors: dict[str, str] = {}
    if not data.title.strip():
        errors["title"] = N_("A title is needed.")
    elif len(data.title) > MAX_TITLE_LENGTH:
        errors["title"] = N_("A title has at most 200 characters.")
    if data.pillar and data.pillar not in set(Pillar):
        errors["pillar"] = N_("This pillar is not known.")
    if set(data.target_groups) - set(db.exec(select(TargetGroup.code)).all()):
        errors["target_groups"] = N_("This target group is not known.")
    if data.contact_phone.strip() and parse_phone(data.contact_phone) is None:
        errors["contact_phone"] = INVALID_PHONE
    elif data.public and _lacks_phone(db, data, organization_id, current):
        errors["contact_phone"] = NO_PHONE
    if data.public and not (privacy_contact or (current and current.public)):
        errors["public"] = NO_PRIVACY_CONTACT
    if errors:
        raise Invalid(PLEASE_CORRECT, fields=errors)


def _lacks_phone(db: Db, data: WorkshopInput, organization_id: int, current: WorkshopInput | None) -> bool:
    """Return whether a public page would have no number to call.

    A workshop that has been public without one stays so: it was published before a number was needed.
    """
    if current and current.public and not current.contact_phone:
        return False
    return not (data.contact_phone.strip() or db.get_one(Organization, organization_id).phone)


def _apply(db: Db, workshop: Workshop, data: WorkshopInput) -> None:
    """Set the workshop's columns but its code, with NIKs masked in texts, and replace its target groups."""
    workshop.title = mask_niks(data.title.strip())
    workshop.description = mask_niks(data.description.strip())
    workshop.pillar = Pillar(data.pillar) if data.pillar else None
    workshop.public = data.public
    workshop.contact_phone = parse_phone(data.contact_phone)
    db.flush()
    db.exec(delete(WorkshopTargetGroup).where(col(WorkshopTargetGroup.workshop_id) == workshop.id))
    db.add_all(
        WorkshopTargetGroup(workshop_id=workshop.id, target_group_code=group)
        for group in dict.fromkeys(data.target_groups)
    )


def _snapshot(workshop: Workshop, data: WorkshopInput) -> dict[str, object]:
    """Return the workshop's columns and its target groups for the activity log."""
    return snapshot(workshop) | {"target_groups": sorted(data.target_groups)}
