"""Workshops with a public page, as citizens see them: their sessions to come, and the seats that are left."""

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
from app.queries.registrations.seats import Seats, get_seats_by_session
from app.queries.registrations.window import RegistrationWindow, get_closing_time, get_registration_window


@dataclass(frozen=True)
class PublicSession:
    """A session on a public page. `opens_at` and `closes_at` are the times of registration.

    `venue` and `cancelled_why` are "" if there is none; `opens_at` None means open since the session was created.
    """

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
        """Whether the session's own cap is reached, so that no one gets a seat; False without a cap."""
        capacity = self.seats.capacity
        return capacity is not None and self.seats.session_cap(capacity).left == 0


@dataclass(frozen=True)
class PublicWorkshop:
    """A public workshop with its sessions that are not over, also cancelled ones, the earliest first.

    `target_groups` are the workshop's, or all groups if it has none.
    """

    code: str
    title: str
    description: str
    organization: str
    pillar: str | None
    target_groups: tuple[TargetGroupView, ...]
    sessions: tuple[PublicSession, ...]


@dataclass(frozen=True)
class PublicWorkshopLine:
    """A public workshop in a list, with the start of its next session and the number of its sessions to come."""

    code: str
    title: str
    organization: str
    next_starts_at: datetime
    sessions: int


def _is_public() -> ColumnElement[bool]:
    """Return the condition that a workshop has a public page: it is public and not archived."""
    return col(Workshop.public) & col(Workshop.archived_at).is_(None)


def list_public_workshops(db: Db) -> list[PublicWorkshopLine]:
    """Return the public workshops with sessions to come, by the start of the next session, then by code.

    Sessions that have begun or are cancelled are not counted; a workshop with no others is left out.
    """
    next_starts_at = func.min(col(WorkshopSession.starts_at))
    rows = db.execute(
        select(col(Workshop.code), col(Workshop.title), col(Organization.name), next_starts_at, func.count())
        .join(Organization, col(Organization.id) == col(Workshop.organization_id))
        .join(WorkshopSession, col(WorkshopSession.workshop_id) == col(Workshop.id))
        .where(
            _is_public(), col(WorkshopSession.cancelled_at).is_(None), col(WorkshopSession.starts_at) > now()
        )
        .group_by(col(Workshop.id), col(Organization.id))
        .order_by(next_starts_at, col(Workshop.code))
    )
    return [PublicWorkshopLine(*row) for row in rows]


def get_public_workshop(db: Db, code: str, language: Language) -> PublicWorkshop:
    """Return the public workshop with this code, ignoring case, with its sessions.

    Raises `NotFound` if there is none; one without sessions to come has a page all the same.
    """
    moment = now()
    rows = db.execute(
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
    if not rows:
        raise _not_found(code)
    workshop, organization, *_first_session = rows[0]
    sessions = [(row, venue or "") for _workshop, _organization, row, venue in rows if row]
    seats = get_seats_by_session(db, [row for row, _venue in sessions])
    return PublicWorkshop(
        code=workshop.code,
        title=workshop.title,
        description=workshop.description,
        organization=organization,
        pillar=workshop.pillar,
        target_groups=list_selectable_groups(db, workshop.id, language),
        sessions=tuple(_public_session(row, venue, seats[row.id], moment) for row, venue in sessions),
    )


def get_public_session(db: Db, workshop_code: str, session_code: str) -> WorkshopSession:
    """Return the row of a session of a public workshop, also if it is over or cancelled.

    Raises `NotFound` unless the workshop is public and has this session. Case is ignored in the workshop's code, not in
    the session's.
    """
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
        raise _not_found(workshop_code)
    return workshop_session


def list_selectable_groups(db: Db, workshop_id: int, language: Language) -> tuple[TargetGroupView, ...]:
    """Return the target groups that a registration for the workshop may have, in the order of reports.

    They are the workshop's, or all groups if it has none, with labels in the language.
    """
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
    workshop_groups = [group for group in groups if group.target_group_code is not None]
    return tuple(
        TargetGroupView(group.code, group.label_id if language == "id" else group.label_en)
        for group in workshop_groups or groups
    )


def _public_session(
    workshop_session: WorkshopSession, venue: str, seats: Seats, moment: datetime
) -> PublicSession:
    return PublicSession(
        code=workshop_session.code,
        starts_at=workshop_session.starts_at,
        ends_at=workshop_session.ends_at,
        mode=workshop_session.mode,
        venue=venue,
        window=get_registration_window(workshop_session, moment),
        opens_at=workshop_session.registration_opens_at,
        closes_at=get_closing_time(workshop_session),
        cancelled_why=workshop_session.cancelled_why or "",
        seats=seats,
    )


def _not_found(code: str) -> NotFound:
    return NotFound(N_("There is no registration page %(workshop)s."), workshop=code)
