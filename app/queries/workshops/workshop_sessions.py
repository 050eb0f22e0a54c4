"""Sessions as lists and pages show them, with how far their attendance has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import aliased
from sqlmodel import col, func

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import (
    Attendance,
    AttendanceStatus,
    Registration,
    RegistrationStatus,
    Venue,
    Workshop,
    WorkshopSession,
)
from app.models.base import now
from app.permissions import Actor, Permission
from app.queries.registrations.seats import group_places_by_session
from app.queries.scope import workshops_within
from app.queries.workshops.workshops import numbered

COUNTED_AS_REGISTERED = (RegistrationStatus.CONFIRMED, RegistrationStatus.WALK_IN)

Waiting = aliased(Registration)


@dataclass(frozen=True)
class WorkshopSessionView:
    """`registered` and the three outcomes count registrations that are confirmed or walk-in.

    `archived` and `public` are the workshop's; `places_of_group` has the groups with a cap of their own.
    """

    id: int
    code: str
    workshop_id: int
    workshop_code: str
    workshop_title: str
    starts_at: datetime
    ends_at: datetime
    mode: str
    venue: str
    online_link: str
    capacity: int | None
    places_per_kelurahan: int | None
    places_of_group: Mapping[str, int]
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    cancelled_at: datetime | None
    cancelled_why: str | None
    archived: bool
    public: bool
    registered: int
    waiting: int
    present: int
    absent: int
    excused: int

    @property
    def recorded(self) -> int:
        return self.present + self.absent + self.excused

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= now()

    @property
    def is_over(self) -> bool:
        return self.ends_at < now()


def get_workshop_session(
    db: Db, actor: Actor, code: str, permission: Permission = Permission.WORKSHOP_READ
) -> WorkshopSession:
    """Return the row itself. Raises `NotFound` out of the actor's scope."""
    found = db.scalars(
        select(WorkshopSession)
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .where(col(WorkshopSession.code) == code, workshops_within(actor, permission))
    ).first()
    if found is None:
        raise NotFound(N_("There is no session %(workshop_session)s."), workshop_session=code)
    return found


def get_workshop_session_view(
    db: Db, actor: Actor, code: str, permission: Permission = Permission.WORKSHOP_READ
) -> WorkshopSessionView:
    """One session. Raises `NotFound` where it isn't within the actor's reach."""
    found = _views(db, actor, permission, col(WorkshopSession.code) == code)
    if not found:
        raise NotFound(N_("There is no session %(workshop_session)s."), workshop_session=code)
    return found[0]


def list_workshop_sessions(db: Db, actor: Actor, workshop_code: str) -> list[WorkshopSessionView]:
    """A workshop's sessions in the order in which they are held."""
    return _views(db, actor, Permission.WORKSHOP_READ, col(Workshop.code) == workshop_code)


def list_workshop_sessions_without_attendance(db: Db, actor: Actor, limit: int) -> list[WorkshopSessionView]:
    """The sessions that were held and have no outcome of anyone, the latest first."""
    recorded = select(col(Attendance.registration_id)).join(
        Registration, col(Registration.id) == col(Attendance.registration_id)
    )
    return _views(
        db,
        actor,
        Permission.WORKSHOP_READ,
        _takes_place(),
        col(WorkshopSession.ends_at) < now(),
        ~recorded.where(col(Registration.workshop_session_id) == col(WorkshopSession.id)).exists(),
        latest_first=True,
        limit=limit,
    )


def list_workshop_sessions_with_waiting_list(db: Db, actor: Actor, limit: int) -> list[WorkshopSessionView]:
    """The sessions that are not over yet and for which somebody waits, the next one first."""
    waits = select(col(Waiting.id)).where(
        col(Waiting.workshop_session_id) == col(WorkshopSession.id),
        col(Waiting.status) == RegistrationStatus.WAITLISTED,
    )
    return _views(
        db,
        actor,
        Permission.ATTENDANCE_WRITE,
        _takes_place(),
        col(WorkshopSession.ends_at) >= now(),
        waits.exists(),
        limit=limit,
    )


def list_coming_workshop_sessions(db: Db, actor: Actor, limit: int) -> list[WorkshopSessionView]:
    """The sessions that are not over yet, the next one first."""
    return _views(
        db,
        actor,
        Permission.WORKSHOP_READ,
        _takes_place(),
        col(WorkshopSession.ends_at) >= now(),
        limit=limit,
    )


def list_workshop_sessions_between(
    db: Db, actor: Actor, since: datetime, before: datetime
) -> list[WorkshopSessionView]:
    """The sessions that start in a period, `before` excluded; the cancelled too, but none of archived workshops."""
    starts = col(WorkshopSession.starts_at)
    in_use = col(Workshop.archived_at).is_(None)
    return _views(db, actor, Permission.WORKSHOP_READ, in_use, starts >= since, starts < before)


def _takes_place() -> ColumnElement[bool]:
    """Neither cancelled nor of an archived workshop."""
    return col(WorkshopSession.cancelled_at).is_(None) & col(Workshop.archived_at).is_(None)


def suggest_session_code(db: Db, workshop_code: str) -> str:
    """A code that no session has yet: the workshop's, and the next number."""
    taken = db.scalars(
        select(col(WorkshopSession.code)).where(
            col(WorkshopSession.code).startswith(f"{workshop_code}-", autoescape=True)
        )
    )
    return numbered(workshop_code, taken)


def _views(
    db: Db,
    actor: Actor,
    permission: Permission,
    *conditions: ColumnElement[bool],
    latest_first: bool = False,
    limit: int | None = None,
) -> list[WorkshopSessionView]:
    def outcomes(status: AttendanceStatus) -> ColumnElement[int]:
        return func.count(case((col(Attendance.status) == status, 1)))

    has_place = col(Registration.status).in_(COUNTED_AS_REGISTERED)
    waits = col(Registration.status) == RegistrationStatus.WAITLISTED
    statement = (
        select(
            WorkshopSession,
            Workshop,
            col(Venue.name),
            func.count(case((has_place, 1))),
            func.count(case((waits, 1))),
            outcomes(AttendanceStatus.PRESENT),
            outcomes(AttendanceStatus.ABSENT),
            outcomes(AttendanceStatus.EXCUSED),
        )
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .outerjoin(Venue, col(Venue.id) == col(WorkshopSession.venue_id))
        .outerjoin(
            Registration,
            (col(Registration.workshop_session_id) == col(WorkshopSession.id)) & (has_place | waits),
        )
        .outerjoin(Attendance, (col(Attendance.registration_id) == col(Registration.id)) & has_place)
        .where(workshops_within(actor, permission), *conditions)
        .group_by(col(WorkshopSession.id), col(Workshop.id), col(Venue.id))
        .limit(limit)
    )
    starts = col(WorkshopSession.starts_at)
    lines = db.execute(
        statement.order_by(starts.desc() if latest_first else starts, col(WorkshopSession.id))
    ).all()
    places_of_group = group_places_by_session(db, [found.id for found, *_ in lines])
    return [
        WorkshopSessionView(
            id=found.id,
            code=found.code,
            workshop_id=workshop.id,
            workshop_code=workshop.code,
            workshop_title=workshop.title,
            starts_at=found.starts_at,
            ends_at=found.ends_at,
            mode=found.mode,
            venue=venue or "",
            online_link=found.online_link,
            capacity=found.capacity,
            places_per_kelurahan=found.places_per_kelurahan,
            places_of_group=places_of_group[found.id],
            registration_opens_at=found.registration_opens_at,
            registration_closes_at=found.registration_closes_at,
            cancelled_at=found.cancelled_at,
            cancelled_why=found.cancelled_why,
            archived=workshop.archived_at is not None,
            public=workshop.public,
            registered=registered,
            waiting=waiting,
            present=present,
            absent=absent,
            excused=excused,
        )
        for found, workshop, venue, registered, waiting, present, absent, excused in lines
    ]
