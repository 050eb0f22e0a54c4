"""The counting behind the coverage report: distinct people, never added up from parts."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, Subquery, case, func, select
from sqlmodel import col

from app.database import Db
from app.i18n import utc
from app.models import (
    Attendance,
    AttendanceStatus,
    Registration,
    RegistrationStatus,
    Sex,
    Workshop,
    WorkshopSession,
)
from app.models.base import now
from app.queries.workshop_sessions import COUNTED_AS_REGISTERED
from app.reports.coverage import SEXES, Period
from app.reports.coverage import Sex as SexKey


@dataclass(frozen=True)
class CoverageFilters:
    """What to narrow the report to. Without a period it is the latest WITA year in which a session started."""

    from_: date | None = None
    to: date | None = None
    workshop: str | None = None
    group: str | None = None
    sex: Literal["L", "P"] | None = None


@dataclass(frozen=True)
class Tally:
    """Distinct people registered, attendances, distinct people present; registrations without an outcome."""

    registered: int = 0
    attendances: int = 0
    participants: int = 0
    to_come: int = 0
    list_missing: int = 0


def registrations_that_count(period: Period, filters: CoverageFilters) -> Subquery:
    """One line per registration that counts: who, from where, in which group, and with what outcome.

    A session that was cancelled was not held: nobody counts for it.
    """
    ended = col(WorkshopSession.ends_at) <= now()
    unrecorded = col(Attendance.registration_id).is_(None)
    statement = (
        select(
            col(Registration.participant_id).label("person"),
            col(Registration.kelurahan_code).label("kelurahan"),
            col(Registration.target_group_code).label("target_group"),
            col(Registration.sex).label("sex"),
            col(Registration.status).label("status"),
            case(
                (col(Attendance.status) == AttendanceStatus.PRESENT, col(Registration.participant_id))
            ).label("present"),
            case((unrecorded & ~ended, 1)).label("to_come"),
            case((unrecorded & ended, 1)).label("list_missing"),
        )
        .join(WorkshopSession, col(WorkshopSession.id) == col(Registration.workshop_session_id))
        .outerjoin(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(
            col(WorkshopSession.starts_at) >= _midnight(period.from_),
            col(WorkshopSession.starts_at) < _midnight(period.to + timedelta(days=1)),
            col(WorkshopSession.cancelled_at).is_(None),
            col(Registration.status) != RegistrationStatus.CANCELLED,
        )
    )
    if filters.workshop:
        statement = statement.join(Workshop, col(Workshop.id) == col(WorkshopSession.workshop_id)).where(
            col(Workshop.code) == filters.workshop
        )
    if filters.group:
        statement = statement.where(col(Registration.target_group_code) == filters.group)
    if filters.sex:
        statement = statement.where(col(Registration.sex) == Sex(filters.sex))
    return statement.subquery()


def _midnight(day: date) -> datetime:
    return utc(datetime.combine(day, time.min))


def _registered(facts: Subquery) -> ColumnElement[bool]:
    return facts.c.status.in_(COUNTED_AS_REGISTERED)


def tallies(db: Db, facts: Subquery, *by: ColumnElement[str]) -> dict[tuple[str, ...], Tally]:
    """Figures of everyone within the city, by the columns given."""
    statement = (
        select(
            *by,
            func.count(facts.c.person.distinct()),
            func.count(facts.c.present),
            func.count(facts.c.present.distinct()),
            func.count(facts.c.to_come),
            func.count(facts.c.list_missing),
        )
        .where(_registered(facts), facts.c.kelurahan.is_not(None))
        .group_by(*by)
    )
    return {tuple(line[: len(by)]): Tally(*line[len(by) :]) for line in db.execute(statement)}


def people_by_sex(
    db: Db, facts: Subquery, *by: ColumnElement[str]
) -> dict[tuple[str, ...], dict[SexKey, int]]:
    """People present by sex: each person once, so that the three add up to the participants."""
    people = (
        select(*by, facts.c.present, func.max(facts.c.sex).label("sex"))
        .where(_registered(facts), facts.c.kelurahan.is_not(None), facts.c.present.is_not(None))
        .group_by(*by, facts.c.present)
        .subquery()
    )
    columns = [people.c[column.key] for column in by if column.key]
    found: dict[tuple[str, ...], dict[SexKey, int]] = defaultdict(lambda: dict.fromkeys(SEXES, 0))
    for *place, sex, count in db.execute(
        select(*columns, people.c.sex, func.count()).group_by(*columns, people.c.sex)
    ):
        found[tuple(place)][sex.value if sex else "unknown"] = count
    return found


def people_from_outside(db: Db, facts: Subquery) -> int:
    return db.scalars(
        select(func.count(facts.c.present.distinct())).where(_registered(facts), facts.c.kelurahan.is_(None))
    ).one()


def people_only_waiting(db: Db, facts: Subquery) -> int:
    people = select(facts.c.person).group_by(facts.c.person)
    waiting = people.having(func.count(case((_registered(facts), 1))) == 0).subquery()
    return db.scalars(select(func.count()).select_from(waiting)).one()


def people_in_several_kelurahan(db: Db, facts: Subquery) -> int:
    people = (
        select(facts.c.present)
        .where(_registered(facts), facts.c.kelurahan.is_not(None), facts.c.present.is_not(None))
        .group_by(facts.c.present)
        .having(func.count(facts.c.kelurahan.distinct()) > 1)
        .subquery()
    )
    return db.scalars(select(func.count()).select_from(people)).one()
