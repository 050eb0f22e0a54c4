"""Create and change organizations, which hold workshops and to which users belong."""

from dataclasses import dataclass

from sqlmodel import col, select

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Invalid
from app.i18n import N_
from app.models import Organization, OrganizationKind, Workshop
from app.people.values.nik import mask_niks
from app.people.values.phones import format_phone, parse_phone
from app.permissions import Actor, Permission
from app.queries.accounts.organizations import get_organization
from app.services.activities import log_activity, snapshot
from app.services.edit_conflicts import require_unchanged
from app.services.locks import lock_row

DINAS_KOMINFO = "Dinas Komunikasi dan Informatika Kota Balikpapan"
MAX_NAME_LENGTH = 200
INVALID_PHONE = N_("This is not a telephone number. Write it as 0812… or 0542…")
INVALID_NAME = N_("A name is needed, of at most 200 characters.")


@dataclass(frozen=True)
class OrganizationInput:
    """The fields of an organization's form. `phone` is a number to ask about its workshops, "" if there is none."""

    name: str
    kind: OrganizationKind
    phone: str = ""


def organization_input(organization: Organization) -> OrganizationInput:
    """Return an organization's current values as the input of its form."""
    return OrganizationInput(organization.name, organization.kind, format_phone(organization.phone or ""))


def create_organization(db: Db, actor: Actor, data: OrganizationInput) -> Organization:
    """Create an organization and log it.

    Raises `Forbidden` without `USER_WRITE`, `Invalid` for an empty or too long name and a wrong phone number, and
    `Conflict` if the name is taken.
    """
    actor.require(Permission.USER_WRITE)
    return _create(db, actor, _parse_new_name(db, data.name), data.kind, _parse_phone(data.phone))


def get_or_create_organization(
    db: Db, actor: Actor, name: str, kind: OrganizationKind = OrganizationKind.PERANGKAT_DAERAH
) -> Organization:
    """Return the organization of this name, spaces apart; create and log one of this kind if there is none.

    `DINAS_KOMINFO` always gets its own kind. Checks no permission: callers have required the one for the user or
    workshop that the organization is for. Raises `Invalid` for a name that is empty or too long, under the field
    "organization".
    """
    name = _parse_name(name, "organization")
    if name == DINAS_KOMINFO:
        kind = OrganizationKind.DINAS_KOMINFO
    organization = db.exec(select(Organization).where(Organization.name == name)).first()
    return organization or _create(db, actor, name, kind)


def change_organization(
    db: Db, actor: Actor, organization_id: int, data: OrganizationInput, *, form_fingerprint: str = ""
) -> Organization:
    """Replace name, kind and phone, and log it.

    `form_fingerprint` is the fingerprint of the values that the form was filled with, "" without a form. Raises
    `Conflict` if they have changed since and `data` would change them, `NotFound`, and what `create_organization`
    raises; also `Invalid` if the phone is taken away while public pages show it.
    """
    actor.require(Permission.USER_WRITE)
    organization = lock_row(db, Organization, get_organization(db, actor, organization_id).id)
    before, saved = snapshot(organization), organization_input(organization)
    organization.name = _parse_new_name(db, data.name, organization_id)
    phone = _parse_phone(data.phone)
    if organization.phone and phone is None:
        _require_phone(db, organization_id)
    organization.kind, organization.phone = data.kind, phone
    if organization_input(organization) != saved:
        require_unchanged(form_fingerprint, saved)
    after = snapshot(organization)
    log_activity(db, actor, "change", "organization", organization_id, before=before, after=after)
    return organization


def _parse_phone(text: str) -> str | None:
    """Return a phone number as E.164, None if the text is empty. Raises `Invalid` for any other text."""
    phone = parse_phone(text)
    if phone is None and text.strip():
        raise Invalid(PLEASE_CORRECT, fields={"phone": INVALID_PHONE})
    return phone


def _require_phone(db: Db, organization_id: int) -> None:
    """Raise `Invalid` if a public workshop of the organization has no number but that of the organization."""
    statement = select(Workshop.code).where(
        Workshop.organization_id == organization_id,
        col(Workshop.public),
        col(Workshop.archived_at).is_(None),
        col(Workshop.contact_phone).is_(None),
    )
    if code := db.exec(statement.order_by(Workshop.code)).first():
        error = N_("Public pages show this number, such as that of %(workshop)s. Another one is needed.")
        raise Invalid(PLEASE_CORRECT, fields={"phone": error}, workshop=code)


def _create(
    db: Db, actor: Actor, name: str, kind: OrganizationKind, phone: str | None = None
) -> Organization:
    """Add an organization, flush, and log it. The name is parsed and free."""
    organization = Organization(name=name, kind=kind, phone=phone)
    db.add(organization)
    db.flush()
    log_activity(db, actor, "create", "organization", organization.id, after=snapshot(organization))
    return organization


def _parse_new_name(db: Db, text: str, organization_id: int | None = None) -> str:
    """Return the name without superfluous spaces. Raises `Conflict` if an organization other than this id has it.

    Raises `Invalid` if it is empty or too long.
    """
    name = _parse_name(text, "name")
    owner_id = db.exec(select(Organization.id).where(Organization.name == name)).first()
    if owner_id not in (None, organization_id):
        raise Conflict(N_("There is an organization of this name already."), code="name-taken")
    return name


def _parse_name(text: str, field: str) -> str:
    """Return the name without superfluous spaces and with NIKs masked.

    Raises `Invalid`, with the error under `field`, if it is empty or longer than 200 characters.
    """
    name = mask_niks(" ".join(text.split()))
    if not name or len(name) > MAX_NAME_LENGTH:
        raise Invalid(INVALID_NAME, fields={field: INVALID_NAME})
    return name
