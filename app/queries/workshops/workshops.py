"""Workshops as lists and pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam
from sqlalchemy import select as select_columns
from sqlmodel import col, func, select

from app.database import Db, lines
from app.errors import NotFound
from app.i18n import N_, wita_today
from app.models import Organization, Workshop, WorkshopSession, WorkshopTargetGroup
from app.permissions import Actor, Permission
from app.queries.scope import workshops_within


@dataclass(frozen=True)
class WorkshopView:
    id: int
    code: str
    title: str
    description: str
    pillar: str | None
    public: bool
    archived_at: datetime | None
    organization: str
    target_groups: tuple[str, ...]
    sessions: int
    first_starts_at: datetime | None
    latest_starts_at: datetime | None


def get_workshop(db: Db, actor: Actor, code: str, permission: Permission) -> Workshop:
    """The row itself, for changing it. Raises `NotFound` where it isn't within the actor's reach."""
    found = db.exec(
        select(Workshop).where(Workshop.code == code, workshops_within(actor, permission))
    ).first()
    if found is None:
        raise NotFound(N_("There is no workshop %(workshop)s."), workshop=code)
    return found


def list_workshops(
    db: Db,
    actor: Actor,
    *,
    search: str = "",
    archived: bool | None = None,
    after: str | None = None,
    limit: int | None = None,
) -> list[WorkshopView]:
    """The workshops that the actor may see, the newest sessions first; with `after`, in code order for paging.

    `archived` leaves only those that are, or those that aren't.
    """
    conditions: list[ColumnElement[bool]] = []
    if archived is not None:
        at = col(Workshop.archived_at)
        conditions.append(at.is_not(None) if archived else at.is_(None))
    if search:
        conditions.append(
            col(Workshop.title).icontains(search, autoescape=True)
            | col(Workshop.code).icontains(search, autoescape=True)
        )
    if after is not None:
        conditions.append(col(Workshop.code) > after)
    return _views(db, actor, *conditions, by_code=after is not None, limit=limit)


def get_workshop_view(db: Db, actor: Actor, code: str) -> WorkshopView:
    """One workshop. Raises `NotFound` where the actor may not see it."""
    found = _views(db, actor, col(Workshop.code) == code)
    if not found:
        raise NotFound(N_("There is no workshop %(workshop)s."), workshop=code)
    return found[0]


def _views(
    db: Db, actor: Actor, *conditions: ColumnElement[bool], by_code: bool = False, limit: int | None = None
) -> list[WorkshopView]:
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
        select_columns(
            Workshop, col(Organization.name), sessions.c.sessions, sessions.c.first, sessions.c.latest
        )
        .join(Organization, col(Organization.id) == col(Workshop.organization_id))
        .outerjoin(sessions, sessions.c.workshop_id == col(Workshop.id))
        .where(workshops_within(actor, Permission.WORKSHOP_READ), *conditions)
    )
    newest_first = () if by_code else (sessions.c.latest.desc().nulls_first(),)
    found = db.execute(statement.order_by(*newest_first, col(Workshop.code)).limit(limit)).all()
    groups = _target_groups(db, [workshop.id for workshop, *_ in found])
    return [
        WorkshopView(
            id=workshop.id,
            code=workshop.code,
            title=workshop.title,
            description=workshop.description,
            pillar=workshop.pillar,
            public=workshop.public,
            archived_at=workshop.archived_at,
            organization=organization,
            target_groups=groups.get(workshop.id, ()),
            sessions=count or 0,
            first_starts_at=first,
            latest_starts_at=latest,
        )
        for workshop, organization, count, first, latest in found
    ]


def list_own_workshop_codes(db: Db, actor: Actor) -> frozenset[str]:
    """The codes of all workshops that the actor's organization holds."""
    return frozenset(db.exec(select(Workshop.code).where(Workshop.organization_id == actor.organization_id)))


def organization_of(db: Db, actor: Actor) -> str:
    """The name of the organization whose workshops the actor makes."""
    return db.exec(select(Organization.name).where(Organization.id == actor.organization_id)).first() or ""


def suggest_workshop_code(db: Db) -> str:
    """A code that no workshop has yet: LD for "literasi digital", the year, and the next number."""
    stem = f"LD-{wita_today().year}"
    return numbered(stem, db.exec(select(Workshop.code).where(col(Workshop.code).startswith(f"{stem}-"))))


def numbered(stem: str, taken: Iterable[str]) -> str:
    """`stem` with the number after the highest of the codes in `taken` that are made the same way."""
    endings = (code.removeprefix(f"{stem}-") for code in taken)
    return f"{stem}-{max((int(ending) for ending in endings if ending.isdecimal()), default=0) + 1}"


# Put together once: whoever registers asks it while others wait.
_TARGET_GROUPS = (
    select_columns(col(WorkshopTargetGroup.workshop_id), col(WorkshopTargetGroup.target_group_code))
    .where(col(WorkshopTargetGroup.workshop_id).in_(bindparam("ids", expanding=True)))
    .order_by(col(WorkshopTargetGroup.target_group_code))
)


def list_target_group_codes(db: Db, workshop_id: int) -> tuple[str, ...]:
    return _target_groups(db, [workshop_id]).get(workshop_id, ())


def _target_groups(db: Db, ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    groups: dict[int, tuple[str, ...]] = {}
    for workshop_id, group in lines(db, _TARGET_GROUPS, {"ids": ids}):
        groups[workshop_id] = (*groups.get(workshop_id, ()), group)
    return groups
