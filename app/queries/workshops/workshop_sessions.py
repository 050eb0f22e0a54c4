"""Sessions as lists, pages and the API show them, with the number of registrations and recorded attendances."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import aliased
from sqlmodel import col, func

from app.database import Db
from app.errors import NotFound
from app.i18n import N_, wita, wita_today
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
from app.queries.registrations.seats import get_group_seats_by_session
from app.queries.scope import sessions_within
from app.queries.workshops.workshops import next_code
from app.spreadsheets.attendance.minutes import MinutesRule, find_minutes_rule

COUNTED_AS_REGISTERED = (RegistrationStatus.CONFIRMED, RegistrationStatus.WALK_IN)


class SessionPhase(StrEnum):
    """`TODAY` begins with the WITA day on which a session starts, and lasts until the session has ended."""

    BEFORE = "before"
    TODAY = "today"
    AFTER = "after"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class WorkshopSessionView:
    """A session. `registered`, `present`, `absent` and `excused` count registrations that are confirmed or walk-in.

    `waiting` counts the waiting list. `organization_id`, `archived` and `public` are the workshop's. `venue` is ""
    without one.
    `places_of_group` has the number of seats of each group that has a limit of its own. `min_minutes` is None where
    half of the session counts as present in an online meeting.
    """

    id: int
    code: str
    workshop_id: int
    workshop_code: str
    workshop_title: str
    organization_id: int
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
    series_code: str | None
    min_minutes: int | None
    archived: bool
    public: bool
    registered: int
    waiting: int
    present: int
    absent: int
    excused: int

    @property
    def minutes_rule(self) -> MinutesRule:
        """How many minutes in an online meeting count as present."""
        return find_minutes_rule(self.starts_at, self.ends_at, self.min_minutes)

    @property
    def has_limits(self) -> bool:
        """Whether the number of seats is limited for the session, for each kelurahan, or for a group."""
        return bool(self.capacity or self.places_per_kelurahan or self.places_of_group)

    @property
    def recorded(self) -> int:
        """The number of people whose attendance is recorded: present, absent or excused."""
        return self.present + self.absent + self.excused

    @property
    def is_recorded(self) -> bool:
        """Whether every registration has an outcome; False without registrations."""
        return self.recorded > 0 and self.recorded == self.registered

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= now()

    @property
    def is_over(self) -> bool:
        return self.ends_at < now()

    @property
    def phase(self) -> SessionPhase:
        if self.cancelled_at is not None:
            return SessionPhase.CANCELLED
        if self.is_over:
            return SessionPhase.AFTER
        return SessionPhase.TODAY if wita(self.starts_at).date() <= wita_today() else SessionPhase.BEFORE


def get_workshop_session(
    db: Db, actor: Actor, code: str, permission: Permission = Permission.WORKSHOP_READ
) -> WorkshopSession:
    """Return the row of the session with this code. Raises `NotFound` if there is none.

    Raises `Forbidden` without `permission`, and `NotFound`, too, if the session is out of the actor's scope for it.
    """
    actor.require(permission)
    workshop_session = db.scalars(
        select(WorkshopSession)
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .where(col(WorkshopSession.code) == code, sessions_within(actor, permission))
    ).first()
    if workshop_session is None:
        raise NotFound(N_("There is no session %(workshop_session)s."), workshop_session=code)
    return workshop_session


def get_workshop_session_view(
    db: Db, actor: Actor, code: str, permission: Permission = Permission.WORKSHOP_READ
) -> WorkshopSessionView:
    """Return the session with this code as pages show it. Raises `NotFound` if there is none.

    Raises `Forbidden` without `permission`, and `NotFound`, too, if the session is out of the actor's scope for it.
    """
    actor.require(permission)
    views = _list_views(db, actor, permission, col(WorkshopSession.code) == code)
    if not views:
        raise NotFound(N_("There is no session %(workshop_session)s."), workshop_session=code)
    return views[0]


def list_workshop_sessions(db: Db, actor: Actor, workshop_code: str) -> list[WorkshopSessionView]:
    """Return all sessions of a workshop, the earliest first, also cancelled ones.

    Empty if there is no workshop of this code within the actor's scope for seeing workshops.
    """
    return _list_views(db, actor, Permission.WORKSHOP_READ, col(Workshop.code) == workshop_code)


def list_workshop_sessions_without_attendance(db: Db, actor: Actor, limit: int) -> list[WorkshopSessionView]:
    """Return at most `limit` sessions that are over and have no attendance recorded, the latest first.

    Only sessions within the actor's scope for seeing workshops that are neither cancelled nor of an archived workshop,
    also without registrations.
    """
    recorded = select(col(Attendance.registration_id)).join(
        Registration, col(Registration.id) == col(Attendance.registration_id)
    )
    return _list_views(
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
    """Return at most `limit` sessions that are not over and have people on the waiting list, the earliest first.

    Only sessions within the actor's scope for recording attendance that are neither cancelled nor of an archived
    workshop.
    """
    waiting = aliased(Registration)
    has_waiting_list = (
        select(col(waiting.id))
        .where(
            col(waiting.workshop_session_id) == col(WorkshopSession.id),
            col(waiting.status) == RegistrationStatus.WAITLISTED,
        )
        .exists()
    )
    return _list_views(
        db,
        actor,
        Permission.ATTENDANCE_WRITE,
        _takes_place(),
        col(WorkshopSession.ends_at) >= now(),
        has_waiting_list,
        limit=limit,
    )


def list_coming_workshop_sessions(db: Db, actor: Actor, limit: int) -> list[WorkshopSessionView]:
    """Return at most `limit` sessions that are not over, the earliest first; they may have begun.

    Only sessions within the actor's scope for seeing workshops that are neither cancelled nor of an archived workshop.
    """
    return _list_views(
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
    """Return the sessions that start from `since` on and before `before`, the earliest first.

    Only sessions within the actor's scope for seeing workshops. Cancelled sessions are among them, those of archived
    workshops are not.
    """
    starts = col(WorkshopSession.starts_at)
    is_not_archived = col(Workshop.archived_at).is_(None)
    return _list_views(db, actor, Permission.WORKSHOP_READ, is_not_archived, starts >= since, starts < before)


def list_series(db: Db, actor: Actor, series_code: str) -> list[WorkshopSessionView]:
    """Return the sessions of a series within the actor's scope for seeing workshops, the earliest first."""
    return _list_views(db, actor, Permission.WORKSHOP_READ, col(WorkshopSession.series_code) == series_code)


def list_clashing_sessions(
    db: Db, actor: Actor, venue: str, starts_at: datetime, ends_at: datetime
) -> list[WorkshopSessionView]:
    """Return the sessions that are held in the venue of this name between the two times, the earliest first.

    Cancelled ones and those out of the actor's scope for seeing workshops are left out.
    """
    return _list_views(
        db,
        actor,
        Permission.WORKSHOP_READ,
        _takes_place(),
        col(Venue.name) == venue,
        col(WorkshopSession.starts_at) < ends_at,
        col(WorkshopSession.ends_at) > starts_at,
    )


def find_last_session(db: Db, actor: Actor, workshop_code: str = "") -> WorkshopSessionView | None:
    """Return the latest session of a workshop that isn't cancelled, or else that of the actor's organization.

    None without any. The form of a new session begins with its times and venue.
    """
    is_held = col(WorkshopSession.cancelled_at).is_(None)
    for of_whom in (
        col(Workshop.code) == workshop_code,
        col(Workshop.organization_id) == actor.organization_id,
    ):
        views = _list_views(db, actor, Permission.WORKSHOP_READ, is_held, of_whom, latest_first=True, limit=1)
        if views:
            return views[0]
    return None


def _takes_place() -> ColumnElement[bool]:
    """Return the condition that a session is neither cancelled nor of an archived workshop."""
    return col(WorkshopSession.cancelled_at).is_(None) & col(Workshop.archived_at).is_(None)


def suggest_session_code(db: Db, workshop_code: str) -> str:
    """Return a code that no session has: the workshop's code and the next number, such as "SPBE-2025-2"."""
    taken = db.scalars(
        select(col(WorkshopSession.code)).where(
            col(WorkshopSession.code).startswith(f"{workshop_code}-", autoescape=True)
        )
    )
    return next_code(workshop_code, taken)


def _list_views(
    db: Db,
    actor: Actor,
    permission: Permission,
    *conditions: ColumnElement[bool],
    latest_first: bool = False,
    limit: int | None = None,
) -> list[WorkshopSessionView]:
    """Return at most `limit` sessions that fulfil all conditions, by start.

    Only sessions within the actor's scope for `permission`. The conditions may be on `WorkshopSession` and `Workshop`.
    A session that lacks registrations has zeros.
    """

    def outcomes(status: AttendanceStatus) -> ColumnElement[int]:
        return func.count(case((col(Attendance.status) == status, 1)))

    has_seat = col(Registration.status).in_(COUNTED_AS_REGISTERED)
    waits = col(Registration.status) == RegistrationStatus.WAITLISTED
    statement = (
        select(
            WorkshopSession,
            Workshop,
            col(Venue.name),
            func.count(case((has_seat, 1))),
            func.count(case((waits, 1))),
            outcomes(AttendanceStatus.PRESENT),
            outcomes(AttendanceStatus.ABSENT),
            outcomes(AttendanceStatus.EXCUSED),
        )
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .outerjoin(Venue, col(Venue.id) == col(WorkshopSession.venue_id))
        .outerjoin(
            Registration,
            (col(Registration.workshop_session_id) == col(WorkshopSession.id)) & (has_seat | waits),
        )
        .outerjoin(Attendance, (col(Attendance.registration_id) == col(Registration.id)) & has_seat)
        .where(sessions_within(actor, permission), *conditions)
        .group_by(col(WorkshopSession.id), col(Workshop.id), col(Venue.id))
        .limit(limit)
    )
    starts = col(WorkshopSession.starts_at)
    rows = db.execute(
        statement.order_by(starts.desc() if latest_first else starts, col(WorkshopSession.id))
    ).all()
    places_of_group = get_group_seats_by_session(db, [workshop_session.id for workshop_session, *_ in rows])
    return [
        WorkshopSessionView(
            id=workshop_session.id,
            code=workshop_session.code,
            workshop_id=workshop.id,
            workshop_code=workshop.code,
            workshop_title=workshop.title,
            organization_id=workshop.organization_id,
            starts_at=workshop_session.starts_at,
            ends_at=workshop_session.ends_at,
            mode=workshop_session.mode,
            venue=venue or "",
            online_link=workshop_session.online_link,
            capacity=workshop_session.capacity,
            places_per_kelurahan=workshop_session.places_per_kelurahan,
            places_of_group=places_of_group[workshop_session.id],
            registration_opens_at=workshop_session.registration_opens_at,
            registration_closes_at=workshop_session.registration_closes_at,
            cancelled_at=workshop_session.cancelled_at,
            cancelled_why=workshop_session.cancelled_why,
            series_code=workshop_session.series_code,
            min_minutes=workshop_session.min_minutes,
            archived=workshop.archived_at is not None,
            public=workshop.public,
            registered=registered,
            waiting=waiting,
            present=present,
            absent=absent,
            excused=excused,
        )
        for workshop_session, workshop, venue, registered, waiting, present, absent, excused in rows
    ]
