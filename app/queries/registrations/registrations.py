"""Registrations: as views for lists, tickets and pages, and as rows for services that change them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import (
    Area,
    Attendance,
    AttendanceStatus,
    Basis,
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
from app.queries.in_values import in_values
from app.queries.messages.contacts import reachable_contact, uses_record_contacts
from app.queries.people.participant_filters import MIN_PHONE_DIGITS
from app.queries.people.participants import place_name
from app.queries.people.records import shown_name
from app.queries.registrations.seats import Cap, Seats, get_seats
from app.queries.registrations.sorting import RegistrationOrder
from app.queries.scope import registrations_within
from app.queries.workshops.workshop_sessions import COUNTED_AS_REGISTERED


@dataclass(frozen=True)
class RegistrationView:
    """A registration as it is shown; `phone` is masked, `email` is not. Both are given for it, or the record's where
    `queries.messages.contacts` allows.

    `name` is that of the record, or as it was typed if the record is not open to the session's organization
    (`opens_record`).
    `place` is the kelurahan's name, or a place outside the city, where the person lived then. `attendance` is None if
    none is recorded. `waiting_for` are the caps that keep a person waiting, and `ahead` is the number of people before
    them in the session's queue; () and 0 for a person who does not wait.
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
    basis: Basis
    consent_notice: str | None
    consented_at: datetime | None
    informed_notice: str | None
    informed_at: datetime | None
    opens_record: bool
    contact_confirmed_at: datetime | None
    waiting_number: int | None
    ahead: int = 0
    waiting_for: tuple[Cap, ...] = ()

    @property
    def name_on_ticket(self) -> str:
        """The name as it was typed by a user without an account, else the name of the person's record."""
        return self.name_given or self.name


@dataclass(frozen=True)
class RegistrationFilters:
    """Filters of a session's registrations; empty ones do not filter.

    `search` is part of a name, at least four digits of a phone number, or a whole code. `kelurahan` is a code or
    "outside". `outcome` selects registrations with a seat by their attendance: "none" if none is recorded.
    """

    search: str = ""
    status: RegistrationStatus | None = None
    kelurahan: str = ""
    target_group: str = ""
    outcome: AttendanceStatus | Literal["none"] | None = None


def get_registration(db: Db, actor: Actor, code: str, permission: Permission) -> Registration:
    """Return the registration with this code, ignoring case. Raises `NotFound` for an unknown code.

    Raises `Forbidden` without `permission`, and `NotFound`, too, if it is out of the actor's scope for it.
    """
    actor.require(permission)
    registration = db.scalars(
        select(Registration).where(
            col(Registration.code) == code.strip().upper(), registrations_within(actor, permission)
        )
    ).first()
    if registration is None:
        raise _not_found(code)
    return registration


def get_registration_by_ticket(db: Db, code: str) -> Registration:
    """Return the registration with this code, ignoring case. Raises `NotFound` for an unknown code.

    Its status does not matter, and no permission is checked: anyone who has a ticket may see it.
    """
    registration = db.scalars(
        select(Registration).where(col(Registration.code) == code.strip().upper())
    ).first()
    if registration is None:
        raise _not_found(code)
    return registration


def get_registration_of_link(db: Db, link: DelegationLink, code: str) -> Registration:
    """Return the registration with this code if the delegation link made it. Raises `NotFound` for all others.

    It is not found any more once it was moved to another session: the link is for one session. No permission is
    checked: anyone who has the link may see what it registered.
    """
    registration = get_registration_by_ticket(db, code)
    if (registration.delegation_link_id, registration.workshop_session_id) != (
        link.id,
        link.workshop_session_id,
    ):
        raise _not_found(code)
    return registration


def get_registration_view(db: Db, registration: Registration) -> RegistrationView:
    """Return one registration as it is shown. The caller has loaded it within the actor's scope."""
    workshop_session = db.get_one(WorkshopSession, registration.workshop_session_id)
    (view,) = _list_views(db, workshop_session, col(Registration.id) == registration.id)
    return view


def list_registrations(
    db: Db,
    actor: Actor,
    workshop_session: WorkshopSession,
    filters: RegistrationFilters | None = None,
    *,
    after: int = 0,
    limit: int | None = None,
) -> list[RegistrationView]:
    """Return the registrations of a session that match the filters, in the order of their ids, also cancelled ones.

    A page begins after the registration with the id `after` and has at most `limit` of them. Empty if the session is
    out of the actor's scope for recording attendance.
    """
    conditions = [
        *_in_session(actor, workshop_session),
        *_conditions(filters or RegistrationFilters()),
        col(Registration.id) > after,
    ]
    return _list_views(db, workshop_session, *conditions, limit=limit)


def list_sorted_registrations(
    db: Db,
    actor: Actor,
    workshop_session: WorkshopSession,
    filters: RegistrationFilters,
    order: RegistrationOrder,
    *,
    page: int = 1,
    size: int | None = None,
) -> list[RegistrationView]:
    """Return a page of the registrations of a session that match the filters, also cancelled ones, in this order.

    A page has at most `size` of them; without it there is one page. Empty if the session is out of the actor's scope
    for recording attendance.
    """
    return _list_views(
        db,
        workshop_session,
        *_in_session(actor, workshop_session),
        *_conditions(filters),
        order_by=order.order_by(),
        offset=(page - 1) * size if size else None,
        limit=size,
    )


def list_chosen_registrations(
    db: Db, actor: Actor, workshop_session: WorkshopSession, ids: Collection[int]
) -> list[RegistrationView]:
    """Return the registrations with these ids by name, without those of other sessions or out of the actor's scope."""
    return _list_views(
        db,
        workshop_session,
        *_in_session(actor, workshop_session),
        in_values(db, col(Registration.id), ids),
        order_by=RegistrationOrder().order_by(),
    )


def count_registrations(
    db: Db, actor: Actor, workshop_session: WorkshopSession, filters: RegistrationFilters
) -> int:
    """Return how many registrations `list_sorted_registrations` lists on all its pages."""
    statement = (
        select(func.count())
        .select_from(Registration)
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(*_in_session(actor, workshop_session), *_conditions(filters))
    )
    return db.scalar(statement) or 0


def list_registrations_with_code(
    db: Db, actor: Actor, workshop_session: WorkshopSession, code: str
) -> list[RegistrationView]:
    """Return the session's registration with this code; [] for others, or out of the actor's scope."""
    return _list_views(
        db, workshop_session, *_in_session(actor, workshop_session), col(Registration.code) == code
    )


def list_at_the_door(
    db: Db,
    actor: Actor,
    workshop_session: WorkshopSession,
    search: str,
    *,
    registered: bool,
    page: int,
    size: int,
) -> list[RegistrationView]:
    """Return a page of the session's people who are `registered`, or of all others, in the order of names.

    `search` is part of "name place". Empty if the session is out of the actor's scope for recording attendance.
    """
    return _list_views(
        db,
        workshop_session,
        *_at_the_door(actor, workshop_session, search, registered=registered),
        order_by=RegistrationOrder().order_by(),
        offset=(page - 1) * size,
        limit=size,
    )


def count_at_the_door(
    db: Db, actor: Actor, workshop_session: WorkshopSession, search: str, *, registered: bool
) -> int:
    """Return how many registrations `list_at_the_door` lists on all its pages."""
    statement = (
        select(func.count())
        .select_from(Registration)
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .outerjoin(Area, col(Area.code) == col(Registration.kelurahan_code))
        .where(*_at_the_door(actor, workshop_session, search, registered=registered))
    )
    return db.scalar(statement) or 0


def _at_the_door(
    actor: Actor, workshop_session: WorkshopSession, search: str, *, registered: bool
) -> Iterator[ColumnElement[bool]]:
    yield from _in_session(actor, workshop_session)
    has_seat = col(Registration.status).in_(COUNTED_AS_REGISTERED)
    yield has_seat if registered else ~has_seat
    if text := search.strip():
        place = func.coalesce(col(Area.name), col(Registration.outside_place), "")
        yield (shown_name() + " " + place).icontains(text, autoescape=True)


def list_waiting(
    db: Db, actor: Actor, workshop_session: WorkshopSession, *, limit: int | None = None
) -> list[RegistrationView]:
    """Return the first `limit` registrations on a session's waiting list, or all, by their waiting number.

    This is the order in which people get free seats if they fit the caps. Empty if the session is out of the actor's
    scope for recording attendance.
    """
    is_waiting = col(Registration.status) == RegistrationStatus.WAITLISTED
    conditions = (*_in_session(actor, workshop_session), is_waiting)
    return _list_views(
        db, workshop_session, *conditions, order_by=[col(Registration.waiting_number).asc()], limit=limit
    )


def _in_session(actor: Actor, workshop_session: WorkshopSession) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a registration is of the session and within the scope for recording attendance."""
    return (
        col(Registration.workshop_session_id) == workshop_session.id,
        registrations_within(actor, Permission.ATTENDANCE_WRITE),
    )


def _conditions(filters: RegistrationFilters) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions of the filters, on a statement of `_select_views`.

    A search looks at the name and phone that are shown.
    """
    if text := filters.search.strip():
        condition = shown_name().icontains(text, autoescape=True)
        condition |= col(Registration.code) == text.upper()
        digits = national_digits(text)
        if len(digits) >= MIN_PHONE_DIGITS:
            phone = reachable_contact(col(Registration.contact_phone), col(Participant.phone))
            condition |= phone.contains(digits)
        yield condition
    if filters.status:
        yield col(Registration.status) == filters.status
    if filters.kelurahan == OUTSIDE:
        yield col(Registration.kelurahan_code).is_(None)
    elif filters.kelurahan:
        yield col(Registration.kelurahan_code) == filters.kelurahan
    if filters.target_group:
        yield col(Registration.target_group_code) == filters.target_group
    if filters.outcome:
        attendance = None if filters.outcome == "none" else filters.outcome
        yield col(Registration.status).in_(COUNTED_AS_REGISTERED)
        yield col(Attendance.status).is_not_distinct_from(attendance)


def list_registrations_of_link(db: Db, link: DelegationLink) -> list[RegistrationView]:
    """Return the registrations that a delegation link has made for its session, by id, also cancelled ones.

    The caller checks whether the link is valid.
    """
    workshop_session = db.get_one(WorkshopSession, link.workshop_session_id)
    return _list_views(
        db,
        workshop_session,
        col(Registration.delegation_link_id) == link.id,
        col(Registration.workshop_session_id) == link.workshop_session_id,
    )


def _list_views(
    db: Db,
    workshop_session: WorkshopSession,
    *conditions: ColumnElement[bool],
    order_by: Sequence[ColumnElement[Any]] = (),
    offset: int | None = None,
    limit: int | None = None,
) -> list[RegistrationView]:
    """Return at most `limit` registrations that fulfil all conditions, in the order `order_by`, then by id.

    `workshop_session` is the session of all of them. No permission is checked.
    """
    statement = _select_views(workshop_session).where(*conditions).order_by(*order_by, col(Registration.id))
    rows = db.execute(statement.offset(offset).limit(limit)).all()
    has_waiting = any(registration.status is RegistrationStatus.WAITLISTED for registration, *_ in rows)
    seats = get_seats(db, workshop_session) if has_waiting else None
    return [
        _to_view(
            registration,
            person,
            session_code,
            kelurahan,
            attendance,
            ahead,
            _waiting_for(registration, seats),
        )
        for registration, person, session_code, kelurahan, attendance, ahead in rows
    ]


def _waiting_for(registration: Registration, seats: Seats | None) -> tuple[Cap, ...]:
    """Return the full caps that keep a registration waiting, () if it is not on the waiting list."""
    if seats is None or registration.status is not RegistrationStatus.WAITLISTED:
        return ()
    return seats.full_caps(registration.kelurahan_code, registration.target_group_code)


def _select_views(
    workshop_session: WorkshopSession,
) -> Select[Registration, Participant, str, str, AttendanceStatus, int]:
    """Return the statement for a session's registrations; its rows are the arguments of `_to_view`, but `waiting_for`.

    Its last column, `ahead`, is the number of people before in the session's queue, 0 for people who do not wait.
    """
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
        .where(
            col(Registration.workshop_session_id) == workshop_session.id,
            col(Registration.status) == RegistrationStatus.WAITLISTED,
        )
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


def _to_view(
    registration: Registration,
    person: Participant,
    session_code: str,
    kelurahan: str | None,
    attendance: AttendanceStatus | None,
    ahead: int,
    waiting_for: tuple[Cap, ...],
) -> RegistrationView:
    reachable = uses_record_contacts(registration, person)
    phone = registration.contact_phone or (person.phone if reachable else None)
    name_given = registration.name_given
    return RegistrationView(
        id=registration.id,
        code=registration.code,
        session_code=session_code,
        participant_id=person.id,
        name=person.name if registration.opens_record else name_given or person.name,
        name_given=name_given,
        kelurahan_code=registration.kelurahan_code,
        place=place_name(kelurahan, registration.outside_place),
        rt=registration.rt,
        sex=registration.sex.value if registration.sex else None,
        target_group=registration.target_group_code,
        phone=phone and mask_phone(phone),
        email=registration.contact_email or (person.email if reachable else None),
        status=registration.status,
        channel=registration.channel,
        attendance=attendance,
        created_at=registration.created_at,
        basis=registration.basis,
        consent_notice=registration.consent_notice,
        consented_at=registration.consented_at,
        informed_notice=registration.informed_notice,
        informed_at=registration.informed_at,
        opens_record=registration.opens_record,
        contact_confirmed_at=registration.contact_confirmed_at,
        waiting_number=registration.waiting_number,
        ahead=ahead,
        waiting_for=waiting_for,
    )


def _not_found(code: str) -> NotFound:
    return NotFound(N_("There is no registration %(registration)s."), registration=code)
