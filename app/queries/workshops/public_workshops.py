"""Workshops with a public page, as citizens see them: their sessions to come, and the seats that are left."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, select
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_, Language
from app.models import (
    Area,
    Organization,
    SessionMode,
    TargetGroup,
    Venue,
    Workshop,
    WorkshopSession,
    WorkshopTargetGroup,
)
from app.models.base import now
from app.queries.areas.reference import TargetGroupView
from app.queries.in_values import in_values
from app.queries.registrations.seats import Seats, get_seats_by_session
from app.queries.registrations.window import RegistrationWindow, get_closing_time, get_registration_window
from app.queries.workshops.group_question import GroupQuestion, get_group_question


@dataclass(frozen=True)
class PublicVenue:
    """Where a session is held. `address`, `kelurahan` and its code are "" if they are not known."""

    name: str
    address: str
    kelurahan_code: str
    kelurahan: str

    @property
    def text(self) -> str:
        """Name, address and kelurahan in one line; the word "Kelurahan" is used in both languages."""
        kelurahan = f"Kelurahan {self.kelurahan}" if self.kelurahan else ""
        return ", ".join(filter(None, (self.name, self.address, kelurahan)))


@dataclass(frozen=True)
class PublicSession:
    """A session on a public page. `opens_at` and `closes_at` are the times of registration.

    `venue` is None and `cancelled_why` "" if there is none; `opens_at` None means open since the session was created.
    """

    code: str
    starts_at: datetime
    ends_at: datetime
    mode: SessionMode
    venue: PublicVenue | None
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

    @property
    def has_places(self) -> bool:
        """Whether a person who registers now can get a seat."""
        return self.window is RegistrationWindow.OPEN and not self.is_full

    @property
    def place(self) -> str:
        """The kelurahan of the venue, or the venue if its kelurahan is not known; "" without a venue."""
        return (self.venue.kelurahan or self.venue.name) if self.venue else ""

    @property
    def is_online(self) -> bool:
        """Whether people can take part from elsewhere."""
        return self.mode is not SessionMode.LURING


@dataclass(frozen=True)
class PublicWorkshop:
    """A public workshop with its sessions that are not over, also cancelled ones, the earliest first.

    `question` asks people for their group. `phone` (E.164) is the number for questions, "" if there is none.
    """

    code: str
    title: str
    description: str
    organization: str
    phone: str
    pillar: str | None
    question: GroupQuestion
    sessions: tuple[PublicSession, ...]

    @property
    def audience(self) -> tuple[TargetGroupView, ...]:
        """The groups that the workshop is for, () if it is for everyone."""
        return self.question.audience


def is_public() -> ColumnElement[bool]:
    """Return the condition that a workshop has a public page: it is public and not archived."""
    return col(Workshop.public) & col(Workshop.archived_at).is_(None)


_WORKSHOP = (
    select(Workshop, Organization, WorkshopSession, Venue, col(Area.name))
    .join(Organization, col(Organization.id) == col(Workshop.organization_id))
    .outerjoin(
        WorkshopSession,
        (col(WorkshopSession.workshop_id) == col(Workshop.id))
        & (col(WorkshopSession.ends_at) > bindparam("moment")),
    )
    .outerjoin(Venue, col(Venue.id) == col(WorkshopSession.venue_id))
    .outerjoin(Area, col(Area.code) == col(Venue.kelurahan_code))
    .where(col(Workshop.code) == bindparam("workshop"), is_public())
    .order_by(col(WorkshopSession.starts_at), col(WorkshopSession.id))
)
_SESSION = (
    select(WorkshopSession)
    .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
    .where(
        col(Workshop.code) == bindparam("workshop"),
        col(WorkshopSession.code) == bindparam("session"),
        is_public(),
    )
)


def select_session(sessions: Collection[PublicSession], code: str = "") -> PublicSession | None:
    """Return the session with this code, else the first with places, else the first that is open, else None.

    An open session without places has a waiting list.
    """
    requested = (session for session in sessions if session.code == code)
    with_places = (session for session in sessions if session.has_places)
    is_open = (session for session in sessions if session.window is RegistrationWindow.OPEN)
    return next(requested, None) or next(with_places, None) or next(is_open, None)


def get_public_workshop(db: Db, code: str, language: Language) -> PublicWorkshop:
    """Return the public workshop with this code, ignoring case, with its sessions.

    Raises `NotFound` if there is none; one without sessions to come has a page all the same.
    """
    moment = now()
    rows = db.execute(_WORKSHOP, {"workshop": code.upper(), "moment": moment}).all()
    if not rows:
        raise _not_found(code)
    workshop, organization, *_first_session = rows[0]
    sessions = [
        (row, public_venue(venue, area)) for _workshop, _organization, row, venue, area in rows if row
    ]
    seats = get_seats_by_session(db, [row for row, _venue in sessions])
    return PublicWorkshop(
        code=workshop.code,
        title=workshop.title,
        description=workshop.description,
        organization=organization.name,
        phone=workshop.contact_phone or organization.phone or "",
        pillar=workshop.pillar,
        question=get_group_question(db, workshop.id, language),
        sessions=tuple(public_session(row, venue, seats[row.id], moment) for row, venue in sessions),
    )


def get_public_session(db: Db, workshop_code: str, session_code: str) -> WorkshopSession:
    """Return the row of a session of a public workshop, also if it is over or cancelled.

    Raises `NotFound` unless the workshop is public and has this session. Case is ignored in the workshop's code, not in
    the session's.
    """
    codes = {"workshop": workshop_code.upper(), "session": session_code}
    workshop_session = db.scalars(_SESSION, codes).one_or_none()
    if workshop_session is None:
        raise _not_found(workshop_code)
    return workshop_session


def list_audiences(
    db: Db, workshop_ids: Collection[int], language: Language
) -> defaultdict[int, tuple[TargetGroupView, ...]]:
    """Return the target groups that each workshop is for, by its id, in the order of reports.

    They are () for a workshop that is for everyone. The labels are in the language.
    """
    rows = db.execute(
        select(
            col(WorkshopTargetGroup.workshop_id),
            col(TargetGroup.code),
            col(TargetGroup.label_id if language == "id" else TargetGroup.label_en),
        )
        .join(TargetGroup, col(TargetGroup.code) == col(WorkshopTargetGroup.target_group_code))
        .where(in_values(db, col(WorkshopTargetGroup.workshop_id), workshop_ids))
        .order_by(col(TargetGroup.position))
    )
    audiences = defaultdict[int, tuple[TargetGroupView, ...]](tuple)
    for workshop_id, code, label in rows:
        audiences[workshop_id] += (TargetGroupView(code, label),)
    return audiences


def public_venue(venue: Venue | None, kelurahan: str | None) -> PublicVenue | None:
    """Return the venue for a public page, with the name of its kelurahan; None without one."""
    return (
        PublicVenue(venue.name, venue.address, venue.kelurahan_code or "", kelurahan or "") if venue else None
    )


def public_session(
    workshop_session: WorkshopSession, venue: PublicVenue | None, seats: Seats, moment: datetime
) -> PublicSession:
    """Return the session as a public page shows it at a moment."""
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
