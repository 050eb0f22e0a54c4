"""Workshops as citizens see them: those with a public page, their coming sessions, and what is left."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_, Language
from app.models import Organization, TargetGroup, Venue, Workshop, WorkshopSession, WorkshopTargetGroup
from app.models.base import now
from app.queries.areas.reference import TargetGroupView
from app.queries.registrations.seats import Seats, seats_by_session
from app.queries.registrations.window import RegistrationWindow, closes_at, registration_window


@dataclass(frozen=True)
class PublicSession:
    """`opens_at` and `closes_at` are when registration does; `cancelled_why` says why the session isn't held."""

    code: str
    starts_at: datetime
    ends_at: datetime
    mode: str
    venue: str
    window: RegistrationWindow
    opens_at: datetime | None
    closes_at: datetime
    cancelled_why: str
    seats: Seats

    @property
    def is_full(self) -> bool:
        """Whether no seat is left, for people from any kelurahan."""
        capacity = self.seats.capacity
        return capacity is not None and self.seats.session_cap(capacity).left == 0


@dataclass(frozen=True)
class PublicWorkshop:
    """`target_groups` are the workshop's, or all where everyone is welcome; `sessions` those that aren't over."""

    code: str
    title: str
    description: str
    organization: str
    pillar: str | None
    target_groups: tuple[TargetGroupView, ...]
    sessions: tuple[PublicSession, ...]


@dataclass(frozen=True)
class PublicWorkshopLine:
    code: str
    title: str
    organization: str
    next_starts_at: datetime
    sessions: int


def _is_public() -> ColumnElement[bool]:
    return col(Workshop.public) & col(Workshop.archived_at).is_(None)


def public_workshops(db: Db) -> list[PublicWorkshopLine]:
    """Workshops with sessions to come, the next one first."""
    next_starts_at = func.min(col(WorkshopSession.starts_at))
    found = db.execute(
        select(col(Workshop.code), col(Workshop.title), col(Organization.name), next_starts_at, func.count())
        .join(Organization, col(Organization.id) == col(Workshop.organization_id))
        .join(WorkshopSession, col(WorkshopSession.workshop_id) == col(Workshop.id))
        .where(
            _is_public(), col(WorkshopSession.cancelled_at).is_(None), col(WorkshopSession.starts_at) > now()
        )
        .group_by(col(Workshop.id), col(Organization.id))
        .order_by(next_starts_at, col(Workshop.code))
    )
    return [PublicWorkshopLine(*line) for line in found]


def public_workshop(db: Db, code: str, language: Language) -> PublicWorkshop:
    """One workshop with what is left at its sessions. Raises `NotFound` where it has no public page."""
    moment = now()
    found = db.execute(
        select(Workshop, col(Organization.name), WorkshopSession, col(Venue.name))
        .join(Organization, col(Organization.id) == col(Workshop.organization_id))
        .outerjoin(
            WorkshopSession,
            (col(WorkshopSession.workshop_id) == col(Workshop.id)) & (col(WorkshopSession.ends_at) > moment),
        )
        .outerjoin(Venue, col(Venue.id) == col(WorkshopSession.venue_id))
        .where(col(Workshop.code) == code.upper(), _is_public())
        .order_by(col(WorkshopSession.starts_at), col(WorkshopSession.id))
    ).all()
    if not found:
        raise _no_workshop(code)
    workshop, organization, *_first_session = found[0]
    held = [(one, venue or "") for _workshop, _organization, one, venue in found if one]
    seats = seats_by_session(db, [one for one, _venue in held])
    return PublicWorkshop(
        code=workshop.code,
        title=workshop.title,
        description=workshop.description,
        organization=organization,
        pillar=workshop.pillar,
        target_groups=groups_to_choose_from(db, workshop.id, language),
        sessions=tuple(_session(one, venue, seats[one.id], moment) for one, venue in held),
    )


def public_session(db: Db, workshop_code: str, session_code: str) -> WorkshopSession:
    """Return a session by its workshop's public page. Raises `NotFound` if the page has no such session."""
    workshop_session = db.scalars(
        select(WorkshopSession)
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .where(
            col(Workshop.code) == workshop_code.upper(),
            col(WorkshopSession.code) == session_code,
            _is_public(),
        )
    ).one_or_none()
    if workshop_session is None:
        raise _no_workshop(workshop_code)
    return workshop_session


def groups_to_choose_from(db: Db, workshop_id: int, language: Language) -> tuple[TargetGroupView, ...]:
    """The groups from which one registers, in the order of reports."""
    groups = db.execute(
        select(
            col(TargetGroup.code),
            col(TargetGroup.label_id),
            col(TargetGroup.label_en),
            col(WorkshopTargetGroup.target_group_code),
        )
        .outerjoin(
            WorkshopTargetGroup,
            (col(WorkshopTargetGroup.target_group_code) == col(TargetGroup.code))
            & (col(WorkshopTargetGroup.workshop_id) == workshop_id),
        )
        .order_by(col(TargetGroup.position))
    ).all()
    chosen = [group for group in groups if group.target_group_code is not None]
    return tuple(
        TargetGroupView(group.code, group.label_id if language == "id" else group.label_en)
        for group in chosen or groups
    )


def groups_of_session(db: Db, session_id: int, language: Language) -> tuple[TargetGroupView, ...]:
    """The groups from which one registers for a session."""
    return groups_to_choose_from(db, db.get_one(WorkshopSession, session_id).workshop_id, language)


def _session(held: WorkshopSession, venue: str, seats: Seats, moment: datetime) -> PublicSession:
    return PublicSession(
        code=held.code,
        starts_at=held.starts_at,
        ends_at=held.ends_at,
        mode=held.mode,
        venue=venue,
        window=registration_window(held, moment),
        opens_at=held.registration_opens_at,
        closes_at=closes_at(held),
        cancelled_why=held.cancelled_why or "",
        seats=seats,
    )


def _no_workshop(code: str) -> NotFound:
    return NotFound(N_("There is no registration page %(workshop)s."), workshop=code)
