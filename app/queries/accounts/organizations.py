"""Organizations, for administrators."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import Organization, User, Workshop
from app.permissions import Actor, Permission


@dataclass(frozen=True)
class OrganizationView:
    """An organization with the number of its active users and of its workshops; `phone` is E.164 or ""."""

    id: int
    name: str
    kind: str
    phone: str
    users: int
    workshops: int


def list_organizations(db: Db, actor: Actor) -> list[OrganizationView]:
    """Return all organizations by name. Raises `Forbidden` for everyone but administrators."""
    actor.require(Permission.USER_WRITE)
    users = select(func.count()).where(col(User.organization_id) == col(Organization.id), col(User.active))
    workshops = select(func.count()).where(col(Workshop.organization_id) == col(Organization.id))
    statement = select(
        Organization, users.correlate(Organization).scalar_subquery(), workshops.scalar_subquery()
    ).order_by(col(Organization.name))
    return [
        OrganizationView(
            organization.id,
            organization.name,
            organization.kind.value,
            organization.phone or "",
            user_count,
            workshop_count,
        )
        for organization, user_count, workshop_count in db.execute(statement)
    ]


def get_organization(db: Db, actor: Actor, organization_id: int) -> Organization:
    """Return the row of an organization by its id.

    Raises `NotFound`, and `Forbidden` for everyone but administrators.
    """
    actor.require(Permission.USER_WRITE)
    organization = db.get(Organization, organization_id)
    if organization is None:
        raise NotFound(N_("There is no such organization."))
    return organization
