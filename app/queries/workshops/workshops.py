"""Workshops as lists, pages and the API show them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy import select as select_columns
from sqlmodel import col, func, select

from app.database import Db
from app.errors import NotFound
from app.i18n import N_, wita_today
from app.models import Organization, Workshop, WorkshopSession, WorkshopTargetGroup
from app.permissions import Actor, Permission
from app.queries.in_values import in_values
from app.queries.scope import workshops_within


@dataclass(frozen=True)
class OrganizerView:
    """The organization of a workshop; `phone` is E.164 or ""."""

    id: int
    name: str
    phone: str


@dataclass(frozen=True)
class WorkshopView:
    """A workshop with the codes of its target groups, and the number and times of its sessions.

    `target_groups` is () if it is for everyone. The sessions include cancelled ones; `first_starts_at` and
    `latest_starts_at` are None without sessions. `contact_phone` is the workshop's own number and `organization_phone`
    that of its organization, each as E.164 or "".
    """

    id: int
    code: str
    title: str
    description: str
    pillar: str | None
    public: bool
    archived_at: datetime | None
    organization_id: int
    organization: str
    contact_phone: str
    organization_phone: str
    target_groups: tuple[str, ...]
    sessions: int
    first_starts_at: datetime | None
    latest_starts_at: datetime | None


def get_workshop(db: Db, actor: Actor, code: str) -> Workshop:
    """Return the row of the workshop with this code. Raises `NotFound` if there is none.

    Raises `NotFound`, too, if it is out of the actor's scope for seeing workshops.
    """
    within_scope = workshops_within(actor, Permission.WORKSHOP_READ)
    workshop = db.exec(select(Workshop).where(Workshop.code == code, within_scope)).first()
    if workshop is None:
        raise NotFound(N_("There is no workshop %(workshop)s."), workshop=code)
    return workshop


def list_workshops(
    db: Db,
    actor: Actor,
    *,
    search: str = "",
    archived: bool | None = None,
    after: str | None = None,
    limit: int | None = None,
) -> list[WorkshopView]:
    """Return the workshops that the actor may see: first those without sessions, then the latest session first.

    With `after`, return the workshops after that code, in the order of codes, for paging; "" begins the first page.
    `search` is part of a title or code, ignoring case. `archived` narrows to archived workshops, or with False to the
    others. Without `limit` all are returned.
    """
    conditions: list[ColumnElement[bool]] = []
    if archived is not None:
        archived_at = col(Workshop.archived_at)
        conditions.append(archived_at.is_not(None) if archived else archived_at.is_(None))
    if search:
        conditions.append(
            col(Workshop.title).icontains(search, autoescape=True)
            | col(Workshop.code).icontains(search, autoescape=True)
        )
    if after is not None:
        conditions.append(col(Workshop.code) > after)
    return _list_views(db, actor, *conditions, by_code=after is not None, limit=limit)


def get_workshop_view(db: Db, actor: Actor, code: str) -> WorkshopView:
    """Return the workshop with this code as pages show it. Raises `NotFound` if there is none.

    Raises `NotFound`, too, if it is out of the actor's scope for seeing workshops.
    """
    views = _list_views(db, actor, col(Workshop.code) == code)
    if not views:
        raise NotFound(N_("There is no workshop %(workshop)s."), workshop=code)
    return views[0]


def _list_views(
    db: Db, actor: Actor, *conditions: ColumnElement[bool], by_code: bool = False, limit: int | None = None
) -> list[WorkshopView]:
    """Return at most `limit` workshops that fulfil all conditions, within the actor's scope for seeing workshops.

    They are in the order of codes with `by_code`, else workshops without sessions first, then the latest session first.
    """
    sessions = (
        select_columns(
            col(WorkshopSession.workshop_id).label("workshop_id"),
            func.count().label("sessions"),
            func.min(col(WorkshopSession.starts_at)).label("first"),
            func.max(col(WorkshopSession.starts_at)).label("latest"),
        )
        .group_by(col(WorkshopSession.workshop_id))
        .subquery()
    )
    statement = (
        select_columns(Workshop, Organization, sessions.c.sessions, sessions.c.first, sessions.c.latest)
        .join(Organization, col(Organization.id) == col(Workshop.organization_id))
        .outerjoin(sessions, sessions.c.workshop_id == col(Workshop.id))
        .where(workshops_within(actor, Permission.WORKSHOP_READ), *conditions)
    )
    newest_first = () if by_code else (sessions.c.latest.desc().nulls_first(),)
    rows = db.execute(statement.order_by(*newest_first, col(Workshop.code)).limit(limit)).all()
    groups = _load_target_groups(db, [workshop.id for workshop, *_ in rows])
    return [
        WorkshopView(
            id=workshop.id,
            code=workshop.code,
            title=workshop.title,
            description=workshop.description,
            pillar=workshop.pillar,
            public=workshop.public,
            archived_at=workshop.archived_at,
            organization_id=workshop.organization_id,
            organization=organization.name,
            contact_phone=workshop.contact_phone or "",
            organization_phone=organization.phone or "",
            target_groups=groups.get(workshop.id, ()),
            sessions=count or 0,
            first_starts_at=first,
            latest_starts_at=latest,
        )
        for workshop, organization, count, first, latest in rows
    ]


def find_organization(db: Db, actor: Actor) -> OrganizerView:
    """Return the actor's organization; with the id 0 and without a name if they have none."""
    organization = db.get(Organization, actor.organization_id) if actor.organization_id else None
    if organization is None:
        return OrganizerView(0, "", "")
    return OrganizerView(organization.id, organization.name, organization.phone or "")


def suggest_workshop_code(db: Db, year: int | None = None) -> str:
    """Return a code that no workshop has: LD for "literasi digital", the year (this WITA year) and the next number."""
    stem = f"LD-{year or wita_today().year}"
    return next_code(stem, db.exec(select(Workshop.code).where(col(Workshop.code).startswith(f"{stem}-"))))


def next_code(stem: str, taken: Iterable[str]) -> str:
    """Return `stem` with a number that is one higher than the highest of the codes `taken`, such as "LD-2026-3".

    Codes that don't consist of the stem and a number are ignored; the first number is 1.
    """
    endings = (code.removeprefix(f"{stem}-") for code in taken)
    return f"{stem}-{max((int(ending) for ending in endings if ending.isdecimal()), default=0) + 1}"


def list_target_group_codes(db: Db, workshop_id: int) -> tuple[str, ...]:
    """Return the codes of a workshop's target groups, sorted; () if it is for everyone."""
    code = col(WorkshopTargetGroup.target_group_code)
    of_workshop = col(WorkshopTargetGroup.workshop_id) == workshop_id
    return tuple(db.scalars(select_columns(code).where(of_workshop).order_by(code)))


def _load_target_groups(db: Db, ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Return the codes of the target groups, sorted, by workshop id; a workshop for everyone is missing."""
    code = col(WorkshopTargetGroup.target_group_code)
    groups: dict[int, tuple[str, ...]] = {}
    for workshop_id, group in db.execute(
        select_columns(col(WorkshopTargetGroup.workshop_id), code)
        .where(in_values(db, col(WorkshopTargetGroup.workshop_id), ids))
        .order_by(code)
    ):
        groups[workshop_id] = (*groups.get(workshop_id, ()), group)
    return groups
