"""Participants as lists and pages show them, within the actor's reach: phones masked, no NIK."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import (
    Area,
    Attendance,
    AttendanceStatus,
    Participant,
    Registration,
    WorkshopSession,
)
from app.people.emails import mask_email
from app.people.fields import FORM_TEXT_FIELDS
from app.people.phones import mask_phone, national_digits
from app.permissions import Actor, Permission
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.registrations import registration_conditions, session_conditions
from app.queries.scope import people_within, registrations_within
from app.queries.workshops.workshop_sessions import COUNTED_AS_REGISTERED
from app.reports.periods import Period

PAGE_LENGTH = 50

# Fewer digits would find half of the city.
MIN_PHONE_DIGITS = 4


@dataclass(frozen=True)
class ParticipantView:
    """`place` is the kelurahan's name, or where outside the city the person lives. `phone` and `email` are masked.

    `texts` are the fields of organizers' forms that are plain text, by key.
    """

    id: int
    name: str
    place: str
    rt: str | None
    outside: bool
    sex: str | None
    birth_date: date | None
    phone: str | None
    email: str | None
    texts: Mapping[str, str | None]
    sessions: int
    latest_starts_at: datetime | None


@dataclass(frozen=True)
class Presence:
    """The people behind a figure of the coverage report: who was present in the period, narrowed as the report is.

    With `registered` it is whoever was registered. People from outside the city are in no such figure.
    """

    period: Period
    filters: CoverageFilters
    registered: bool = False


@dataclass(frozen=True)
class ParticipantFilters:
    """`search` is part of a name, a kelurahan's name or a phone number; the others are codes.

    `kelurahan` is where people live now. With `presence` it is where they lived when they were present, and
    `target_group` the group in which they came: the people behind a figure of the coverage report.
    """

    search: str = ""
    kelurahan: str = ""
    target_group: str = ""
    presence: Presence | None = None


@dataclass(frozen=True)
class ParticipantPage:
    """One page in name order; `following` is the id after which the next one begins."""

    participants: tuple[ParticipantView, ...]
    following: int | None


@dataclass(frozen=True)
class PersonSummary:
    """What tells a known person from another of that name; `first_*` is their first session."""

    id: int
    name: str
    place: str
    rt: str | None
    birth_date: date | None
    sex: str | None
    phone: str | None
    first_session: str | None
    first_starts_at: datetime | None


def place_name(kelurahan: str | None, outside_place: str | None) -> str:
    """Where somebody lives, as it is shown: the kelurahan's name, or the place outside the city."""
    return kelurahan or outside_place or ""


def list_participants(
    db: Db,
    actor: Actor,
    filters: ParticipantFilters,
    *,
    after: int | None = None,
    limit: int = PAGE_LENGTH,
) -> ParticipantPage:
    """People registered for sessions within the actor's reach, with how many of those there were."""
    statement = _participants(actor).order_by(col(Participant.name), col(Participant.id)).limit(limit + 1)
    for condition in _conditions(actor, filters):
        statement = statement.where(condition)
    if after is not None:
        name_there = select(col(Participant.name)).where(col(Participant.id) == after).scalar_subquery()
        here = tuple_(col(Participant.name), col(Participant.id))
        statement = statement.where(here > tuple_(name_there, after))
    found = [_view(*row) for row in db.execute(statement)]
    return ParticipantPage(tuple(found[:limit]), found[limit - 1].id if len(found) > limit else None)


def get_participant(db: Db, actor: Actor, participant_id: int) -> ParticipantView:
    """One person. Raises `NotFound` where none of their registrations is within the actor's reach."""
    found = db.execute(_participants(actor).where(col(Participant.id) == participant_id)).first()
    if found is None:
        raise NotFound(N_("There is no such participant."))
    return _view(*found)


def get_participant_to_change(db: Db, actor: Actor, participant_id: int) -> Participant:
    """The record itself, for whoever may register this person. Raises `Forbidden` by role, else as `participant`."""
    actor.require(Permission.ATTENDANCE_WRITE)
    statement = select(Participant).where(
        col(Participant.id) == participant_id,
        people_within(actor, Permission.ATTENDANCE_WRITE, col(Participant.id)),
    )
    found = db.scalars(statement).first()
    if found is None:
        raise NotFound(N_("There is no such participant."))
    return found


def get_person_summaries(db: Db, ids: Collection[int]) -> dict[int, PersonSummary]:
    """Known people by id, whoever's sessions they came to: a person must tell them apart to match a row."""
    first = (
        select(
            col(Registration.participant_id).label("participant_id"),
            col(WorkshopSession.code).label("code"),
            col(WorkshopSession.starts_at).label("starts_at"),
            func.row_number()
            .over(
                partition_by=col(Registration.participant_id),
                order_by=(col(WorkshopSession.starts_at), col(WorkshopSession.id)),
            )
            .label("position"),
        )
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .where(col(Registration.participant_id).in_(ids))
        .subquery()
    )
    statement = (
        select(Participant, col(Area.name), first.c.code, first.c.starts_at)
        .outerjoin(Area, col(Area.code) == col(Participant.kelurahan_code))
        .outerjoin(first, (first.c.participant_id == col(Participant.id)) & (first.c.position == 1))
        .where(col(Participant.id).in_(ids))
    )
    return {
        person.id: PersonSummary(
            id=person.id,
            name=person.name,
            place=place_name(kelurahan, person.outside_place),
            rt=person.rt,
            birth_date=person.birth_date,
            sex=person.sex,
            phone=person.phone and mask_phone(person.phone),
            first_session=code,
            first_starts_at=starts_at,
        )
        for person, kelurahan, code, starts_at in db.execute(statement)
    }


def _participants(actor: Actor) -> Select[Participant, str, int, datetime]:
    reachable = (
        select(
            col(Registration.participant_id).label("participant_id"),
            func.count().label("sessions"),
            func.max(col(WorkshopSession.starts_at)).label("latest"),
        )
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .where(registrations_within(actor, Permission.PARTICIPANT_READ))
        .group_by(col(Registration.participant_id))
        .subquery()
    )
    return (
        select(Participant, col(Area.name), reachable.c.sessions, reachable.c.latest)
        .join(reachable, reachable.c.participant_id == col(Participant.id))
        .outerjoin(Area, col(Area.code) == col(Participant.kelurahan_code))
    )


def _conditions(actor: Actor, filters: ParticipantFilters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if text := filters.search.strip():
        found = col(Participant.name).icontains(text, autoescape=True) | col(Area.name).icontains(
            text, autoescape=True
        )
        digits = national_digits(text)
        if len(digits) >= MIN_PHONE_DIGITS:
            found |= col(Participant.phone).contains(digits, autoescape=True)
        conditions.append(found)
    if filters.presence:
        conditions.append(col(Participant.id).in_(_present(actor, filters, filters.presence)))
        return conditions
    if filters.kelurahan:
        conditions.append(col(Participant.kelurahan_code) == filters.kelurahan)
    if filters.target_group:
        of_group = select(col(Registration.participant_id)).where(
            col(Registration.target_group_code) == filters.target_group,
            registrations_within(actor, Permission.PARTICIPANT_READ),
        )
        conditions.append(col(Participant.id).in_(of_group))
    return conditions


def _present(actor: Actor, filters: ParticipantFilters, presence: Presence) -> Select[int]:
    """Ids of the people whom the coverage report counts, as far as the actor sees them."""
    statement = (
        select(col(Registration.participant_id))
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .where(
            registrations_within(actor, Permission.PARTICIPANT_READ),
            col(Registration.status).in_(COUNTED_AS_REGISTERED),
            col(Registration.kelurahan_code).is_not(None),
            *session_conditions(presence.period, presence.filters),
            *registration_conditions(presence.filters),
        )
    )
    if not presence.registered:
        statement = statement.join(Attendance, col(Attendance.registration_id) == col(Registration.id)).where(
            col(Attendance.status) == AttendanceStatus.PRESENT
        )
    if filters.kelurahan:
        statement = statement.where(col(Registration.kelurahan_code) == filters.kelurahan)
    if filters.target_group:
        statement = statement.where(col(Registration.target_group_code) == filters.target_group)
    return statement


def _view(person: Participant, kelurahan: str | None, sessions: int, latest: datetime) -> ParticipantView:
    return ParticipantView(
        id=person.id,
        name=person.name,
        place=place_name(kelurahan, person.outside_place),
        rt=person.rt,
        outside=person.outside_place is not None,
        sex=person.sex.value if person.sex else None,
        birth_date=person.birth_date,
        phone=person.phone and mask_phone(person.phone),
        email=person.email and mask_email(person.email),
        texts={field: getattr(person, field) for field in FORM_TEXT_FIELDS},
        sessions=sessions,
        latest_starts_at=latest,
    )
