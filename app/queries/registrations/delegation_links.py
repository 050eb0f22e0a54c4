"""Delegation links: the list for organizers, and the page of one link for the staff of its kelurahan."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
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
from app.queries.registrations.registrations import RegistrationView, list_registrations_of_link
from app.queries.registrations.seats import Cap, get_seats
from app.queries.registrations.window import RegistrationWindow, get_registration_window
from app.queries.workshops.group_question import list_selectable_groups
from app.queries.workshops.workshop_sessions import get_workshop_session


@dataclass(frozen=True)
class DelegationLinkView:
    """A link in the list; `used` is the number of its registrations that are not cancelled."""

    id: int
    kelurahan_code: str
    kelurahan: str
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    used: int

    @property
    def is_valid(self) -> bool:
        """Whether the link is neither revoked nor expired."""
        return self.revoked_at is None and self.expires_at > now()


@dataclass(frozen=True)
class DelegationView:
    """The page of a link: the session, the caps of the kelurahan and the groups, and the link's registrations."""

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
    def seats_left(self) -> int | None:
        """The number of people from the kelurahan who still get a seat, None if there is no limit.

        It is the smaller of what the session's and the kelurahan's cap leave; the caps of groups are not considered.
        """
        return min((cap.left for cap in self.caps if cap.kind != "group"), default=None)


def list_delegation_links(db: Db, actor: Actor, session_code: str) -> list[DelegationLinkView]:
    """Return all links of a session, also expired and revoked ones, by kecamatan and kelurahan, then the newest first.

    Raises `NotFound` if the session is out of the actor's scope for recording attendance.
    """
    workshop_session = get_workshop_session(db, actor, session_code, Permission.ATTENDANCE_WRITE)
    kecamatan = aliased(Area)
    used = (
        select(func.count())
        .where(
            col(Registration.delegation_link_id) == col(DelegationLink.id),
            col(Registration.status) != RegistrationStatus.CANCELLED,
        )
        .scalar_subquery()
    )
    rows = db.execute(
        select(DelegationLink, col(Area.name), col(User.name), used)
        .join(Area, col(Area.code) == col(DelegationLink.kelurahan_code))
        .outerjoin(User, col(User.id) == col(DelegationLink.created_by))
        .where(col(DelegationLink.workshop_session_id) == workshop_session.id)
        .join(kecamatan, col(kecamatan.code) == col(Area.parent_code))
        .order_by(col(kecamatan.name), col(Area.name), col(DelegationLink.id).desc())
    )
    return [
        DelegationLinkView(
            id=link.id,
            kelurahan_code=link.kelurahan_code,
            kelurahan=kelurahan,
            created_by=created_by or "",
            expires_at=link.expires_at,
            revoked_at=link.revoked_at,
            used=count,
        )
        for link, kelurahan, created_by, count in rows
    ]


def get_delegation(db: Db, link: DelegationLink, language: Language) -> DelegationView:
    """Return the page of a link: the session, and what the link itself has registered.

    The page is returned for expired and revoked links, too; the caller checks whether it may be shown. `caps` are the
    session's, the kelurahan's, and those of each target group that can be chosen.
    """
    workshop_session, workshop, venue, kelurahan = db.execute(
        select(WorkshopSession, Workshop, col(Venue.name), col(Area.name))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .join(Area, col(Area.code) == link.kelurahan_code)
        .outerjoin(Venue, col(Venue.id) == col(WorkshopSession.venue_id))
        .where(col(WorkshopSession.id) == link.workshop_session_id)
    ).one()
    groups = list_selectable_groups(db, workshop.id, language)
    seats = get_seats(db, workshop_session)
    group_caps = (cap for group in groups for cap in seats.caps(None, group.code) if cap.kind == "group")
    return DelegationView(
        workshop_title=workshop.title,
        workshop_id=workshop.id,
        session_code=workshop_session.code,
        starts_at=workshop_session.starts_at,
        ends_at=workshop_session.ends_at,
        mode=workshop_session.mode,
        venue=venue or "",
        window=get_registration_window(workshop_session, now()),
        kelurahan=kelurahan,
        kelurahan_code=link.kelurahan_code,
        expires_at=link.expires_at,
        target_groups=groups,
        caps=(*seats.caps(link.kelurahan_code, ""), *group_caps),
        registered=tuple(list_registrations_of_link(db, link)),
    )
