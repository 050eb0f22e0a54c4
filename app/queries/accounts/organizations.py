"""Organizations as administrators see them."""

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
    """`users` are those who are active."""

    id: int
    name: str
    kind: str
    users: int
    workshops: int


def list_organizations(db: Db, actor: Actor) -> list[OrganizationView]:
    """All of them in name order. Raises `Forbidden` for all but admins."""
    actor.require(Permission.USER_WRITE)
    of_organization = col(Organization.id)
    users = select(func.count()).where(col(User.organization_id) == of_organization, col(User.active))
    workshops = select(func.count()).where(col(Workshop.organization_id) == of_organization)
    statement = select(
        Organization, users.correlate(Organization).scalar_subquery(), workshops.scalar_subquery()
    ).order_by(col(Organization.name))
    return [
        OrganizationView(found.id, found.name, found.kind.value, users, workshops)
        for found, users, workshops in db.execute(statement)
    ]


def get_organization(db: Db, actor: Actor, organization_id: int) -> Organization:
    actor.require(Permission.USER_WRITE)
    found = db.get(Organization, organization_id)
    if found is None:
        raise NotFound(N_("There is no such organization."))
    return found
