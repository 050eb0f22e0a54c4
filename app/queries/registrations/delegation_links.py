"""Delegation links as organizers see them, and what a kelurahan's staff see who hold one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from app.database import Db
from app.i18n import Language
from app.models import (
    Area,
    DelegationLink,
    Registration,
    RegistrationStatus,
    User,
    Venue,
    Workshop,
    WorkshopSession,
)
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.areas.reference import TargetGroupView
from app.queries.registrations.registrations import RegistrationView, registrations_of_link
from app.queries.registrations.seats import Cap, seats_of
from app.queries.registrations.window import RegistrationWindow, registration_window
from app.queries.workshops.public_workshops import groups_to_choose_from
from app.queries.workshops.workshop_sessions import get_workshop_session


@dataclass(frozen=True)
class DelegationLinkView:
    """`used` counts those whom the link registered and who haven't cancelled."""

    id: int
    kelurahan_code: str
    kelurahan: str
    made_by: str
    expires_at: datetime
    revoked_at: datetime | None
    used: int

    @property
    def is_valid(self) -> bool:
        return self.revoked_at is None and self.expires_at > now()


@dataclass(frozen=True)
class DelegationView:
    """What the holder of a link sees: the session, their kelurahan's caps, whom the link has registered.

    `left` is how many more may come from the kelurahan, None where nothing limits them.
    """

    workshop_title: str
    workshop_id: int
    session_code: str
    starts_at: datetime
    ends_at: datetime
    mode: str
    venue: str
    window: RegistrationWindow
    kelurahan: str
    kelurahan_code: str
    expires_at: datetime
    target_groups: tuple[TargetGroupView, ...]
    caps: tuple[Cap, ...]
    registered: tuple[RegistrationView, ...]

    @property
    def left(self) -> int | None:
        return min((cap.left for cap in self.caps if cap.kind != "group"), default=None)


def delegation_links(db: Db, actor: Actor, session_code: str) -> list[DelegationLinkView]:
    """The links of a session, those of one kelurahan together, the newest of them first."""
    workshop_session = get_workshop_session(db, actor, session_code, Permission.ATTENDANCE_WRITE)
    used = (
        select(func.count())
        .where(
            col(Registration.delegation_link_id) == col(DelegationLink.id),
            col(Registration.status) != RegistrationStatus.CANCELLED,
        )
        .scalar_subquery()
    )
    lines = db.execute(
        select(DelegationLink, col(Area.name), col(User.name), used)
        .join(Area, col(Area.code) == col(DelegationLink.kelurahan_code))
        .outerjoin(User, col(User.id) == col(DelegationLink.created_by))
        .where(col(DelegationLink.workshop_session_id) == workshop_session.id)
        .order_by(col(Area.name), col(DelegationLink.id).desc())
    )
    return [
        DelegationLinkView(
            id=link.id,
            kelurahan_code=link.kelurahan_code,
            kelurahan=kelurahan,
            made_by=made_by or "",
            expires_at=link.expires_at,
            revoked_at=link.revoked_at,
            used=count,
        )
        for link, kelurahan, made_by, count in lines
    ]


def delegation(db: Db, link: DelegationLink, language: Language) -> DelegationView:
    """What the link is for, and how far it has been used."""
    held, workshop, venue, kelurahan = db.execute(
        select(WorkshopSession, Workshop, col(Venue.name), col(Area.name))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .join(Area, col(Area.code) == link.kelurahan_code)
        .outerjoin(Venue, col(Venue.id) == col(WorkshopSession.venue_id))
        .where(col(WorkshopSession.id) == link.workshop_session_id)
    ).one()
    groups = groups_to_choose_from(db, workshop.id, language)
    seats = seats_of(db, held)
    of_groups = (cap for group in groups for cap in seats.caps(None, group.code) if cap.kind == "group")
    return DelegationView(
        workshop_title=workshop.title,
        workshop_id=workshop.id,
        session_code=held.code,
        starts_at=held.starts_at,
        ends_at=held.ends_at,
        mode=held.mode,
        venue=venue or "",
        window=registration_window(held, now()),
        kelurahan=kelurahan,
        kelurahan_code=link.kelurahan_code,
        expires_at=link.expires_at,
        target_groups=groups,
        caps=(*seats.caps(link.kelurahan_code, ""), *of_groups),
        registered=tuple(registrations_of_link(db, link)),
    )
