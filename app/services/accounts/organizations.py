"""Organizations that hold workshops and to which users belong."""

from dataclasses import dataclass

from sqlmodel import select

from app.database import Db
from app.errors import Conflict, Invalid
from app.i18n import N_
from app.models import Organization, OrganizationKind
from app.permissions import Actor, Permission
from app.queries.accounts.organizations import organization_by_id
from app.services.activities import log_activity, snapshot
from app.services.edit_conflicts import require_unchanged
from app.services.locks import lock_row

LONGEST_NAME = 200
NO_NAME = N_("A name is needed, of at most 200 characters.")


@dataclass(frozen=True)
class OrganizationInput:
    name: str
    kind: OrganizationKind


def organization_named(
    db: Db, actor: Actor, name: str, kind: OrganizationKind = OrganizationKind.PERANGKAT_DAERAH
) -> Organization:
    """The organization of that name, made where it isn't known yet. Raises `Invalid` for a name that can't be."""
    name = _tidy(name, "organization")
    organization = db.exec(select(Organization).where(Organization.name == name)).first()
    return organization or _made(db, actor, name, kind)


def create_organization(db: Db, actor: Actor, given: OrganizationInput) -> Organization:
    """Raises `Invalid` for a name that can't be, `Conflict` for one that is taken."""
    actor.require(Permission.USER_WRITE)
    return _made(db, actor, _checked_name(db, given.name), given.kind)


def change_organization(
    db: Db, actor: Actor, organization_id: int, given: OrganizationInput, *, form_fingerprint: str = ""
) -> Organization:
    """As `create_organization`; its workshops and users stay with it.

    Raises `Conflict` if `form_fingerprint` is not that of the input as it is now.
    """
    organization = lock_row(db, Organization, organization_by_id(db, actor, organization_id).id)
    before, said = snapshot(organization), organization_input(organization)
    organization.name = _checked_name(db, given.name, organization_id)
    organization.kind = given.kind
    if organization_input(organization) != said:
        require_unchanged(form_fingerprint, said)
    after = snapshot(organization)
    log_activity(db, actor, "change", "organization", organization_id, before=before, after=after)
    return organization


def organization_input(organization: Organization) -> OrganizationInput:
    """Return the input that describes an organization as it is."""
    return OrganizationInput(organization.name, organization.kind)


def _made(db: Db, actor: Actor, name: str, kind: OrganizationKind) -> Organization:
    organization = Organization(name=name, kind=kind)
    db.add(organization)
    db.flush()
    log_activity(db, actor, "create", "organization", organization.id, after=snapshot(organization))
    return organization


def _checked_name(db: Db, typed: str, organization_id: int | None = None) -> str:
    name = _tidy(typed, "name")
    namesake = db.exec(select(Organization.id).where(Organization.name == name)).first()
    if namesake not in (None, organization_id):
        raise Conflict(N_("There is an organization of this name already."), code="name-taken")
    return name


def _tidy(typed: str, field: str) -> str:
    name = " ".join(typed.split())
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(NO_NAME, fields={field: NO_NAME})
    return name
