"""The attendance of a workshop: its people with their outcome at each of its sessions."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import case, func, select, tuple_
from sqlmodel import col

from app.database import Db
from app.models import (
    Attendance,
    AttendanceStatus,
    Participant,
    Registration,
)
from app.people.values.phones import national_digits
from app.permissions import Actor, Permission
from app.queries.in_values import in_values
from app.queries.people.participant_filters import MIN_PHONE_DIGITS
from app.queries.people.participants import place_name
from app.queries.people.shown_people import ShownPeople
from app.queries.workshops.workshop_sessions import (
    COUNTED_AS_REGISTERED,
    WorkshopSessionView,
    list_workshop_sessions,
)
from app.queries.workshops.workshops import WorkshopView, get_workshop_view

PAGE_LENGTH = 50


@dataclass(frozen=True)
class WorkshopPerson:
    """A person with a seat in sessions of a workshop.

    `outcomes` has their sessions by id, with None where no attendance is recorded; sessions for which they have no seat
    are left out. `present` is the number of sessions at which they were present. `place` is where they live now, or
    lived then if their record is not open to the actor (`ShownPeople`).
    """

    id: int
    name: str
    place: str
    rt: str | None
    outcomes: dict[int, AttendanceStatus | None]
    present: int


@dataclass(frozen=True)
class AttendanceFilters:
    """`search` is part of a name or phone number; `at_least` is the number of sessions at which people were present."""

    search: str = ""
    at_least: int = 0


@dataclass(frozen=True)
class WorkshopAttendance:
    """A page of a workshop's people in the order of names, with the sessions that take place, the earliest first.

    `count` is the number of all people who match the filters. `following` is the `after` of the next page, None on the
    last.
    """

    workshop: WorkshopView
    workshop_sessions: tuple[WorkshopSessionView, ...]
    people: tuple[WorkshopPerson, ...]
    count: int
    following: int | None


def get_workshop_attendance(
    db: Db,
    actor: Actor,
    workshop_code: str,
    filters: AttendanceFilters,
    *,
    after: int | None = None,
    limit: int | None = PAGE_LENGTH,
) -> WorkshopAttendance:
    """Return a page of at most `limit` of the workshop's people, or all of them.

    The page begins behind the participant with the id `after`; it is empty if they no longer exist. Cancelled sessions
    are left out. Raises `Forbidden` if the actor's role may not see participants, and `NotFound` if the workshop is not
    within the actor's scope.
    """
    actor.require(Permission.PARTICIPANT_READ)
    workshop = get_workshop_view(db, actor, workshop_code)
    workshop_sessions = tuple(
        workshop_session
        for workshop_session in list_workshop_sessions(db, actor, workshop_code)
        if workshop_session.cancelled_at is None
    )
    session_ids = [workshop_session.id for workshop_session in workshop_sessions]
    shown_people = _select_people(db, actor, session_ids)
    name, person_id, (present_count,) = shown_people.name, col(Participant.id), shown_people.measures
    conditions = []
    if filters.at_least > 0:
        conditions.append(present_count >= filters.at_least)
    if text := filters.search.strip():
        condition = name.icontains(text, autoescape=True)
        digits = national_digits(text)
        if len(digits) >= MIN_PHONE_DIGITS:
            condition |= shown_people.phone.contains(digits)
        conditions.append(condition)
    statement = shown_people.select().where(*conditions).order_by(name, person_id)
    if after is not None:
        name_of_after = shown_people.select(name).where(person_id == after).correlate(None).scalar_subquery()
        statement = statement.where(tuple_(name, person_id) > tuple_(name_of_after, after))
    lines = db.execute(statement.limit(limit + 1) if limit is not None else statement).all()
    shown = lines if limit is None else lines[:limit]
    outcomes = _load_outcomes(db, session_ids, {person.id for person, *_ in shown})
    return WorkshopAttendance(
        workshop,
        workshop_sessions,
        tuple(
            WorkshopPerson(
                person.id,
                shown_name,
                place_name(kelurahan, (person if is_open else registration).outside_place),
                (person if is_open else registration).rt,
                outcomes[person.id],
                present,
            )
            for person, registration, shown_name, kelurahan, is_open, present in shown
        ),
        count=db.scalars(
            select(func.count()).select_from(shown_people.select(person_id).where(*conditions).subquery())
        ).one(),
        following=shown[-1][0].id if len(lines) > len(shown) else None,
    )


def _select_people(db: Db, actor: Actor, session_ids: Collection[int]) -> ShownPeople:
    """Return the people with a seat in these sessions, with the number of sessions at which they were present."""
    return ShownPeople(
        actor,
        {"present": func.count(case((col(Attendance.status) == AttendanceStatus.PRESENT, 1)))},
        in_values(db, col(Registration.workshop_session_id), session_ids),
        col(Registration.status).in_(COUNTED_AS_REGISTERED),
    )


def _load_outcomes(
    db: Db, session_ids: Collection[int], people: Collection[int]
) -> dict[int, dict[int, AttendanceStatus | None]]:
    """Return the outcome of each person (by id) at each session (by id) in which they have a seat."""
    outcomes: dict[int, dict[int, AttendanceStatus | None]] = {person_id: {} for person_id in people}
    statement = (
        select(
            col(Registration.participant_id),
            col(Registration.workshop_session_id),
            col(Attendance.status),
        )
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(
            in_values(db, col(Registration.workshop_session_id), session_ids),
            in_values(db, col(Registration.participant_id), people),
            col(Registration.status).in_(COUNTED_AS_REGISTERED),
        )
    )
    for person_id, session_id, status in db.execute(statement):
        outcomes[person_id][session_id] = status
    return outcomes
