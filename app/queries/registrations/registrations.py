"""Registrations as lists, tickets and pages show them, and the rows behind them for changing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import (
    Area,
    Attendance,
    AttendanceStatus,
    Channel,
    DelegationLink,
    Participant,
    Registration,
    RegistrationStatus,
    Workshop,
    WorkshopSession,
)
from app.people.values.outside_places import OUTSIDE
from app.people.values.phones import mask_phone, national_digits
from app.permissions import Actor, Permission
from app.queries.people.participants import MIN_PHONE_DIGITS, place_name
from app.queries.registrations.seats import Cap, Seats, seats_of
from app.queries.scope import registrations_within
from app.queries.workshops.workshop_sessions import COUNTED_AS_REGISTERED


@dataclass(frozen=True)
class RegistrationView:
    """`place` is the kelurahan's name or where outside the city somebody lives, as it was then; `phone` is masked.

    `waiting_for` are the caps that keep somebody waiting; `ahead` is how many of the session's queue come first.
    """

    id: int
    code: str
    session_code: str
    participant_id: int
    name: str
    name_given: str | None
    kelurahan_code: str | None
    place: str
    rt: str | None
    sex: str | None
    target_group: str
    phone: str | None
    email: str | None
    status: RegistrationStatus
    channel: Channel | None
    attendance: AttendanceStatus | None
    created_at: datetime
    consented_at: datetime | None
    waiting_number: int | None
    ahead: int = 0
    waiting_for: tuple[Cap, ...] = ()

    @property
    def name_on_ticket(self) -> str:
        """As it was given for this registration by somebody without an account, else as on record."""
        return self.name_given or self.name


@dataclass(frozen=True)
class RegistrationFilters:
    """`search` is part of a name or a phone number, or a code; `kelurahan` a code or "outside".

    `outcome` is of those who have a place: "none" where nobody has recorded whether they came.
    """

    search: str = ""
    status: RegistrationStatus | None = None
    kelurahan: str = ""
    target_group: str = ""
    outcome: AttendanceStatus | Literal["none"] | None = None


def registration_by_code(db: Db, actor: Actor, code: str, permission: Permission) -> Registration:
    """The row itself, for changing it. Raises `NotFound` where it isn't within the actor's reach."""
    found = db.scalars(
        select(Registration).where(
            col(Registration.code) == code.strip().upper(), registrations_within(actor, permission)
        )
    ).first()
    if found is None:
        raise _no_registration(code)
    return found


def registration_of_ticket(db: Db, code: str) -> Registration:
    """The row for whoever holds the ticket's code. Raises `NotFound` where no registration bears it."""
    found = db.scalars(select(Registration).where(col(Registration.code) == code.strip().upper())).first()
    if found is None:
        raise _no_registration(code)
    return found


def registration_of_link(db: Db, link: DelegationLink, code: str) -> Registration:
    """The row for whoever holds the delegation link. Raises `NotFound` for one that this link didn't make."""
    found = registration_of_ticket(db, code)
    if found.delegation_link_id != link.id:
        raise _no_registration(code)
    return found


def registration_view(db: Db, registration: Registration) -> RegistrationView:
    """One registration as it is shown, with what keeps it waiting."""
    workshop_session = db.get_one(WorkshopSession, registration.workshop_session_id)
    (found,) = _with_waiting(db, workshop_session, col(Registration.id) == registration.id)
    return found


def registrations(
    db: Db,
    actor: Actor,
    workshop_session: WorkshopSession,
    filters: RegistrationFilters | None = None,
    *,
    after: int = 0,
    limit: int | None = None,
) -> list[RegistrationView]:
    """Everyone registered for a session in the order in which they came, the cancelled too; paged by id."""
    conditions = [
        *_of_session(actor, workshop_session),
        *_conditions(filters or RegistrationFilters()),
        col(Registration.id) > after,
    ]
    return _with_waiting(db, workshop_session, *conditions, limit=limit)


def waiting_list(
    db: Db, actor: Actor, workshop_session: WorkshopSession, *, limit: int | None = None
) -> list[RegistrationView]:
    """Those who wait, in the order in which they get a place as far as they fit."""
    waits = col(Registration.status) == RegistrationStatus.WAITLISTED
    conditions = (*_of_session(actor, workshop_session), waits)
    return _with_waiting(db, workshop_session, *conditions, in_turn=True, limit=limit)


def _of_session(actor: Actor, workshop_session: WorkshopSession) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Registration.workshop_session_id) == workshop_session.id,
        registrations_within(actor, Permission.ATTENDANCE_WRITE),
    )


def _conditions(filters: RegistrationFilters) -> Iterator[ColumnElement[bool]]:
    if text := filters.search.strip():
        found = col(Participant.name).icontains(text, autoescape=True)
        found |= col(Registration.code) == text.upper()
        digits = national_digits(text)
        if len(digits) >= MIN_PHONE_DIGITS:
            found |= func.coalesce(Registration.contact_phone, Participant.phone).contains(digits)
        yield found
    if filters.status:
        yield col(Registration.status) == filters.status
    if filters.kelurahan == OUTSIDE:
        yield col(Registration.kelurahan_code).is_(None)
    elif filters.kelurahan:
        yield col(Registration.kelurahan_code) == filters.kelurahan
    if filters.target_group:
        yield col(Registration.target_group_code) == filters.target_group
    if filters.outcome:
        recorded = None if filters.outcome == "none" else filters.outcome
        yield col(Registration.status).in_(COUNTED_AS_REGISTERED)
        yield col(Attendance.status).is_not_distinct_from(recorded)


def registrations_of_link(db: Db, link: DelegationLink) -> list[RegistrationView]:
    """Whom a delegation link has registered, the cancelled too."""
    workshop_session = db.get_one(WorkshopSession, link.workshop_session_id)
    return _with_waiting(db, workshop_session, col(Registration.delegation_link_id) == link.id)


def _with_waiting(
    db: Db,
    workshop_session: WorkshopSession,
    *conditions: ColumnElement[bool],
    in_turn: bool = False,
    limit: int | None = None,
) -> list[RegistrationView]:
    statement = _lines().where(*conditions).limit(limit)
    if in_turn:
        statement = statement.order_by(col(Registration.waiting_number))
    lines = db.execute(statement.order_by(col(Registration.id))).all()
    waits = any(registration.status is RegistrationStatus.WAITLISTED for registration, *_ in lines)
    seats = seats_of(db, workshop_session) if waits else None
    return [
        _view(registration, person, held, kelurahan, attendance, ahead, _waiting_for(registration, seats))
        for registration, person, held, kelurahan, attendance, ahead in lines
    ]


def _waiting_for(registration: Registration, seats: Seats | None) -> tuple[Cap, ...]:
    if seats is None or registration.status is not RegistrationStatus.WAITLISTED:
        return ()
    return seats.full(registration.kelurahan_code, registration.target_group_code)


def _lines() -> Select[Registration, Participant, str, str, AttendanceStatus, int]:
    """`ahead` counts, for those who wait, the lower numbers in the same queue."""
    queued = (
        select(
            col(Registration.id).label("id"),
            (
                func.row_number().over(
                    partition_by=col(Registration.workshop_session_id),
                    order_by=(col(Registration.waiting_number), col(Registration.id)),
                )
                - 1
            ).label("ahead"),
        )
        .where(col(Registration.status) == RegistrationStatus.WAITLISTED)
        .subquery()
    )
    return (
        select(
            Registration,
            Participant,
            col(WorkshopSession.code),
            col(Area.name),
            col(Attendance.status),
            case((queued.c.ahead.is_(None), 0), else_=queued.c.ahead),
        )
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id))
        .outerjoin(Area, col(Area.code) == col(Registration.kelurahan_code))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .outerjoin(queued, queued.c.id == col(Registration.id))
    )


def _view(
    registration: Registration,
    person: Participant,
    session_code: str,
    kelurahan: str | None,
    attendance: AttendanceStatus | None,
    ahead: int,
    waiting_for: tuple[Cap, ...],
) -> RegistrationView:
    phone = registration.contact_phone or person.phone
    return RegistrationView(
        id=registration.id,
        code=registration.code,
        session_code=session_code,
        participant_id=person.id,
        name=person.name,
        name_given=registration.name_given,
        kelurahan_code=registration.kelurahan_code,
        place=place_name(kelurahan, registration.outside_place),
        rt=registration.rt,
        sex=registration.sex.value if registration.sex else None,
        target_group=registration.target_group_code,
        phone=phone and mask_phone(phone),
        email=registration.contact_email or person.email,
        status=registration.status,
        channel=registration.channel,
        attendance=attendance,
        created_at=registration.created_at,
        consented_at=registration.consented_at,
        waiting_number=registration.waiting_number,
        ahead=ahead,
        waiting_for=waiting_for,
    )


def _no_registration(code: str) -> NotFound:
    return NotFound(N_("There is no registration %(registration)s."), registration=code)
