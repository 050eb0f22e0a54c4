"""Which participants a list has, and in which order: the ids alone, from which `participants` loads a page.

For an actor who sees all people the statements read indexes in the order of the list, and stop at the end of the page.
For others what is shown of a person depends on their own registrations (`ShownPeople`), which are grouped first.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, Subquery, func, or_, select, union_all
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col

from app.database import Db
from app.models import Area, Attendance, AttendanceStatus, Participant, Registration, WorkshopSession
from app.people.values.phones import national_digits
from app.permissions import Actor, Permission, Scope
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.registrations import registration_conditions, session_conditions
from app.queries.people.shown_people import ShownPeople
from app.queries.scope import registrations_within
from app.queries.workshops.workshop_sessions import COUNTED_AS_REGISTERED
from app.reports.periods import Period

# A search for fewer digits would return a large part of the city.
MIN_PHONE_DIGITS = 4

Column: TypeAlias = Mapped[Any] | ColumnElement[Any]

MAX_COUNTED = 10_000
"""More people of a figure of the coverage report are not counted again for the list of them."""


@dataclass(frozen=True)
class Presence:
    """A filter for the people that a figure of the coverage report counts: present in a period, with its filters.

    With `registered`, the people who were registered. People from outside the city are in no such figure.
    """

    period: Period
    filters: CoverageFilters
    registered: bool = False


@dataclass(frozen=True)
class ParticipantFilters:
    """Filters for participants. `search` is part of a name, a kelurahan's name or a phone number.

    `kelurahan` and `target_group` are codes. The kelurahan is where people live now; with `presence` both are those of
    the counted registrations, as in the coverage report.
    """

    search: str = ""
    kelurahan: str = ""
    target_group: str = ""
    presence: Presence | None = None


class ParticipantSort(StrEnum):
    """By what participants are sorted: `SESSIONS` is their number, `LATEST` the start of the latest."""

    NAME = "name"
    KELURAHAN = "kelurahan"
    SESSIONS = "sessions"
    LATEST = "latest"


@dataclass(frozen=True)
class ParticipantOrder:
    """An order of participants; those that are equal by it follow by name. Sessions and dates begin with the most."""

    key: ParticipantSort = ParticipantSort.NAME
    descending: bool = False

    @classmethod
    def parse(cls, text: str) -> "ParticipantOrder":
        """Return the order of a URL's parameter, a key that is preceded by "-" if it is descending; else by name."""
        key = text.removeprefix("-")
        is_known = key in set(ParticipantSort)
        return cls(ParticipantSort(key), descending=text.startswith("-")) if is_known else cls()

    def __str__(self) -> str:
        return f"-{self.key}" if self.descending else self.key.value


@dataclass(frozen=True)
class _People:
    """A statement for ids of people, and the columns of it by which they are searched and sorted.

    `measure` is the number of their sessions or the start of the latest; None if the order does not need it. With
    `in_order` the statement finds them in the order of the list, so that it stops when a page is full.
    """

    ids: Select[Any]
    name: Column
    kelurahan_code: Column
    phone: Column
    measure: ColumnElement[Any] | None
    in_order: bool = False


def select_participant_ids(
    db: Db, actor: Actor, filters: ParticipantFilters, order: ParticipantOrder
) -> Select[Any]:
    """Return the statement for the ids of the participants who match the filters, in this order.

    They have a registration of any status within the actor's scope for seeing participants.
    """
    sees_all = actor.scope(Permission.PARTICIPANT_READ) is Scope.ALL
    people = _everyone(order) if sees_all else _shown_people(actor, order)
    statement = people.ids.where(*_conditions(db, actor, filters, people))
    terms: list[ColumnElement[Any]] = []
    if people.measure is not None:
        terms = [people.measure.asc() if order.descending else people.measure.desc()]
    elif order.key is ParticipantSort.KELURAHAN:
        ranks = _rank_kelurahan()
        statement = statement.outerjoin(ranks, ranks.c.code == people.kelurahan_code)
        # Places outside the city have no rank and come last.
        is_outside, rank = ranks.c.rank.is_(None), ranks.c.rank
        terms = [is_outside.desc(), rank.desc()] if order.descending else [is_outside, rank]
    elif order.descending:
        return statement.order_by(people.name.desc(), col(Participant.id).desc())
    return statement.order_by(*terms, people.name, col(Participant.id))


def _everyone(order: ParticipantOrder) -> _People:
    """Return everybody who has a registration. Registrations are grouped only for an order that counts them."""
    person_id: ColumnElement[int] = col(Registration.participant_id).label("participant_id")
    grouped: Any = None
    measure = None
    if order.key is ParticipantSort.SESSIONS:
        grouped = select(person_id, func.count().label("measure"))
    elif order.key is ParticipantSort.LATEST:
        grouped = select(person_id, func.max(col(WorkshopSession.starts_at)).label("measure")).join(
            WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id)
        )
    ids = select(col(Participant.id))
    if grouped is None:
        registered = select(col(Registration.id)).where(
            col(Registration.participant_id) == col(Participant.id)
        )
        ids = ids.where(registered.exists())
    else:
        registrations = grouped.group_by(col(Registration.participant_id)).subquery()
        ids = ids.join(registrations, registrations.c.participant_id == col(Participant.id))
        measure = registrations.c.measure
    return _People(
        ids,
        name=col(Participant.name),
        kelurahan_code=col(Participant.kelurahan_code),
        phone=col(Participant.phone),
        measure=measure,
        in_order=order.key is ParticipantSort.NAME,
    )


def _shown_people(actor: Actor, order: ParticipantOrder) -> _People:
    """Return the people of the actor's own sessions as these say who they are."""
    measures: dict[str, ColumnElement[Any]] = {
        ParticipantSort.SESSIONS: func.count(),
        ParticipantSort.LATEST: func.max(col(WorkshopSession.starts_at)),
    }
    measured = {"measure": measures[order.key]} if order.key in measures else {}
    shown = ShownPeople(actor, measured)
    return _People(
        shown.select(col(Participant.id)),
        name=shown.name,
        kelurahan_code=shown.kelurahan_code,
        phone=shown.phone,
        measure=next(iter(shown.measures), None),
    )


def _rank_kelurahan() -> Subquery:
    """Return the codes of all kelurahan with their place in the order of kecamatan and names, from 1."""
    kelurahan, kecamatan = aliased(Area), aliased(Area)
    by_name = (col(kecamatan.name), col(kelurahan.name), col(kelurahan.code))
    return (
        select(col(kelurahan.code).label("code"), func.row_number().over(order_by=by_name).label("rank"))
        .join(kecamatan, col(kecamatan.code) == col(kelurahan.parent_code))
        .subquery()
    )


def _conditions(
    db: Db, actor: Actor, filters: ParticipantFilters, people: _People
) -> list[ColumnElement[bool]]:
    """Return the conditions of the filters.

    Search ignores case. With `presence`, kelurahan and target group narrow the registrations that are counted.
    """
    conditions: list[ColumnElement[bool]] = []
    if text := filters.search.strip():
        conditions.append(_matches(db, text, people))
    if filters.presence:
        conditions.append(_is_counted(db, actor, filters, filters.presence, in_order=people.in_order))
        return conditions
    if filters.kelurahan:
        conditions.append(people.kelurahan_code == filters.kelurahan)
    if filters.target_group:
        of_group = select(col(Registration.participant_id)).where(
            col(Registration.target_group_code) == filters.target_group,
            registrations_within(actor, Permission.PARTICIPANT_READ),
        )
        conditions.append(col(Participant.id).in_(of_group))
    return conditions


def _matches(db: Db, text: str, people: _People) -> ColumnElement[bool]:
    """Return the condition that name, kelurahan or phone contains the text.

    A condition on one column is answered by the index of this column: what cannot match is not compared, and several
    conditions are united.
    """
    matches = [people.name.icontains(text, autoescape=True)]
    kelurahan = select(col(Area.code)).where(col(Area.name).icontains(text, autoescape=True))
    if codes := db.scalars(kelurahan).all():
        matches.append(people.kelurahan_code.in_(codes))
    digits = national_digits(text)
    if len(digits) >= MIN_PHONE_DIGITS:
        matches.append(people.phone.contains(digits, autoescape=True))
    if len(matches) == 1 or not people.in_order:
        return or_(*matches)
    return col(Participant.id).in_(union_all(*(select(col(Participant.id)).where(one) for one in matches)))


def _is_counted(
    db: Db, actor: Actor, filters: ParticipantFilters, presence: Presence, *, in_order: bool
) -> ColumnElement[bool]:
    """Return the condition that a person is counted, because of a registration within the actor's scope.

    The people are gathered first, unless they are many and found `in_order`: then a page is full before all of them
    have been looked at.
    """
    counted = _select_counted_people(filters, presence).where(
        registrations_within(actor, Permission.PARTICIPANT_READ)
    )
    if not in_order or _count(db, counted) <= MAX_COUNTED:
        return col(Participant.id).in_(counted)
    return (
        counted.where(col(Registration.participant_id) == col(Participant.id)).correlate(Participant).exists()
    )


def count_counted_people(db: Db, actor: Actor, filters: ParticipantFilters) -> tuple[int, int]:
    """Return how many people a figure of the coverage report counts: within the actor's scope, and in all.

    `MAX_COUNTED` + 1 stands for any larger number. (0, 0) without `presence`. The search is left out.
    """
    if not filters.presence:
        return 0, 0
    everyone = _select_counted_people(filters, filters.presence)
    counted = _count(db, everyone)
    if actor.scope(Permission.PARTICIPANT_READ) is Scope.ALL:
        return counted, counted
    return _count(db, everyone.where(registrations_within(actor, Permission.PARTICIPANT_READ))), counted


def _count(db: Db, people: "Select[int]") -> int:
    """Return the number of different people, at most `MAX_COUNTED` + 1."""
    first = people.distinct().limit(MAX_COUNTED + 1).subquery()
    return db.scalar(select(func.count()).select_from(first)) or 0


def _select_counted_people(filters: ParticipantFilters, presence: Presence) -> Select[int]:
    """Return the query for the ids of people whom the coverage report counts, of all organizations.

    They are people from the city who were present, or with `presence.registered` were confirmed or came as walk-ins.
    """
    statement = (
        select(col(Registration.participant_id))
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .where(
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
