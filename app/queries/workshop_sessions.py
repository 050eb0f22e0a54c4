"""Sessions as lists and pages show them, with how far their attendance has come."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, select
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
from app.queries.scope import workshops_within
from app.queries.workshops import numbered

COUNTED_AS_REGISTERED = (RegistrationStatus.CONFIRMED, RegistrationStatus.WALK_IN)


@dataclass(frozen=True)
class WorkshopSessionView:
    """`registered` and the three outcomes count registrations that are confirmed or walk-in."""

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
    registered: int
    present: int
    absent: int
    excused: int

    @property
    def recorded(self) -> int:
        return self.present + self.absent + self.excused

    @property
    def is_over(self) -> bool:
        return self.ends_at < now()


def workshop_session_by_code(db: Db, actor: Actor, code: str, permission: Permission) -> WorkshopSession:
    """The row itself, for changing it. Raises `NotFound` where it isn't within the actor's reach."""
    found = db.scalars(
        select(WorkshopSession)
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .where(col(WorkshopSession.code) == code, workshops_within(actor, permission))
    ).first()
    if found is None:
        raise NotFound(N_("There is no session %(workshop_session)s."), workshop_session=code)
    return found


def workshop_session(
    db: Db, actor: Actor, code: str, permission: Permission = Permission.WORKSHOP_READ
) -> WorkshopSessionView:
    """One session. Raises `NotFound` where it isn't within the actor's reach."""
    found = _views(db, actor, permission, col(WorkshopSession.code) == code)
    if not found:
        raise NotFound(N_("There is no session %(workshop_session)s."), workshop_session=code)
    return found[0]


def workshop_sessions(db: Db, actor: Actor, workshop_code: str) -> list[WorkshopSessionView]:
    """A workshop's sessions in the order in which they are held."""
    return _views(db, actor, Permission.WORKSHOP_READ, col(Workshop.code) == workshop_code)


def workshop_sessions_without_attendance(db: Db, actor: Actor, limit: int) -> list[WorkshopSessionView]:
    """The sessions that are over and have no outcome of anyone, the latest first."""
    recorded = select(col(Attendance.registration_id)).join(
        Registration, col(Registration.id) == col(Attendance.registration_id)
    )
    return _views(
        db,
        actor,
        Permission.WORKSHOP_READ,
        col(WorkshopSession.ends_at) < now(),
        ~recorded.where(col(Registration.workshop_session_id) == col(WorkshopSession.id)).exists(),
        latest_first=True,
        limit=limit,
    )


def coming_workshop_sessions(db: Db, actor: Actor, limit: int) -> list[WorkshopSessionView]:
    """The sessions that are not over yet, the next one first."""
    return _views(db, actor, Permission.WORKSHOP_READ, col(WorkshopSession.ends_at) >= now(), limit=limit)


def free_session_code(db: Db, workshop_code: str) -> str:
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

    statement = (
        select(
            WorkshopSession,
            col(Workshop.code),
            col(Workshop.title),
            col(Venue.name),
            func.count(col(Registration.id)),
            outcomes(AttendanceStatus.PRESENT),
            outcomes(AttendanceStatus.ABSENT),
            outcomes(AttendanceStatus.EXCUSED),
        )
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .outerjoin(Venue, col(Venue.id) == col(WorkshopSession.venue_id))
        .outerjoin(
            Registration,
            (col(Registration.workshop_session_id) == col(WorkshopSession.id))
            & col(Registration.status).in_(COUNTED_AS_REGISTERED),
        )
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(workshops_within(actor, permission), *conditions)
        .group_by(col(WorkshopSession.id), col(Workshop.id), col(Venue.id))
        .limit(limit)
    )
    starts = col(WorkshopSession.starts_at)
    statement = statement.order_by(starts.desc() if latest_first else starts, col(WorkshopSession.id))
    return [
        WorkshopSessionView(
            id=found.id,
            code=found.code,
            workshop_id=found.workshop_id,
            workshop_code=workshop_code,
            workshop_title=title,
            starts_at=found.starts_at,
            ends_at=found.ends_at,
            mode=found.mode,
            venue=venue or "",
            online_link=found.online_link,
            capacity=found.capacity,
            registered=registered,
            present=present,
            absent=absent,
            excused=excused,
        )
        for found, workshop_code, title, venue, registered, present, absent, excused in db.execute(statement)
    ]
