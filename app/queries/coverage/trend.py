"""The trend of participation by month and by year."""

from collections import defaultdict
from datetime import date

from sqlalchemy import CTE, ColumnElement, Integer, cast, func, literal, literal_column, select, union_all
from sqlmodel import col

from app.database import Db
from app.i18n import Language, month_text, wita_today
from app.models import Attendance, AttendanceStatus, Registration, WorkshopSession
from app.models.base import YEARS
from app.queries.coverage.breakdowns import session_month
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.registrations import registration_conditions, session_conditions
from app.queries.workshops.workshop_sessions import COUNTED_AS_REGISTERED
from app.reports.coverage.trend import Step, Trend, TrendPart
from app.reports.periods import (
    MONTHS_PER_YEAR,
    Period,
    intersection,
    months_before,
    months_between,
    months_from,
    year_period,
)

MIN_MONTHS = 12

Counts = dict[tuple[Step, str], dict[int, int]]
"""Counts by step and measure ("participants", "newcomers", "kelurahan"), then by number of the month or year."""


def load_trend(db: Db, period: Period, filters: CoverageFilters, language: Language) -> Trend:
    """Return the trend up to the end of a report's period, or to the present month if that is earlier.

    Takes one query. It reads all earlier attendances, too, because people are new only once.
    """
    counts = _load_counts(db, period, filters)
    last = max(min(period.to, wita_today()), period.from_)
    months = months_between(min(period.from_, months_before(last, MIN_MONTHS - 1)), last)
    years = range(min([last.year, *counts["year", "participants"]]), last.year + 1)
    return Trend(
        months=tuple(
            _part(
                "month",
                _month_number(month),
                f"{month:%Y-%m}",
                month_text(month, language),
                _days_until(months_from(month, 1), period),
                counts,
            )
            for month in months
        ),
        years=tuple(
            _part("year", year, str(year), str(year), _days_until(year_period(year), period), counts)
            for year in years
        ),
    )


def _part(step: Step, number: int, key: str, label: str, days: Period, counts: Counts) -> TrendPart:
    """Return a month or year with its counts, 0 where there are none."""
    return TrendPart(
        key=key,
        label=label,
        period=days,
        participants=counts[step, "participants"].get(number, 0),
        newcomers=counts[step, "newcomers"].get(number, 0),
        kelurahan=counts[step, "kelurahan"].get(number, 0),
    )


def _days_until(days: Period, period: Period) -> Period:
    """Return the days up to the last day of `period`."""
    return intersection(days, Period(from_=days.from_, to=period.to))


def _load_counts(db: Db, period: Period, filters: CoverageFilters) -> Counts:
    """Return the counts of all months and years up to the end of the period; those without people are missing."""
    visits = _present_visits(db, period, filters)
    people = (
        select(visits.c.person, visits.c.month)
        .group_by(visits.c.person, visits.c.month)
        .cte("person_months")
        .prefix_with("MATERIALIZED")
    )
    first = (
        select(people.c.person, func.min(people.c.month).label("month"))
        .group_by(people.c.person)
        .cte("first_months")
        .prefix_with("MATERIALIZED")
    )
    people_by_year = select(people.c.person, _year_of(people).label("year")).distinct().subquery()
    places = (
        select(visits.c.kelurahan, visits.c.month)
        .group_by(visits.c.kelurahan, visits.c.month)
        .cte("places")
        .prefix_with("MATERIALIZED")
    )
    statement = union_all(
        *(
            select(literal(step), literal(measure), number, count).group_by(number)
            for step, measure, number, count in (
                ("month", "participants", people.c.month, func.count()),
                ("month", "newcomers", first.c.month, func.count()),
                ("month", "kelurahan", places.c.month, func.count()),
                ("year", "participants", people_by_year.c.year, func.count()),
                ("year", "newcomers", _year_of(first), func.count()),
                ("year", "kelurahan", _year_of(places), func.count(places.c.kelurahan.distinct())),
            )
        )
    )
    counts: Counts = defaultdict(dict)
    for step, measure, number, count in db.execute(statement):
        counts[step, measure][number] = count
    return counts


def _year_of(rows: CTE) -> ColumnElement[int]:
    """Return the year of the number of a month; without a bind parameter, so that PostgreSQL can group by it."""
    year: ColumnElement[int] = rows.c.month // literal_column(str(MONTHS_PER_YEAR), Integer)
    return year


def _present_visits(db: Db, period: Period, filters: CoverageFilters) -> CTE:
    """Return person, kelurahan and number of the month for each attendance up to the end of the period.

    Only people from the city count, as in the report.
    """
    month = session_month(db)
    until = Period(from_=date(YEARS[0], 1, 1), to=period.to)
    sessions = (
        select(
            col(WorkshopSession.id),
            (
                cast(func.substr(month, 1, 4), Integer) * MONTHS_PER_YEAR
                + cast(func.substr(month, 6, 2), Integer)
                - 1
            ).label("month"),
        )
        .where(*session_conditions(until, filters))
        .cte("trend_sessions")
        .prefix_with("MATERIALIZED")
    )
    return (
        select(
            col(Registration.participant_id).label("person"),
            col(Registration.kelurahan_code).label("kelurahan"),
            sessions.c.month,
        )
        .join(sessions, sessions.c.id == col(Registration.workshop_session_id))
        .join(Attendance, col(Attendance.registration_id) == col(Registration.id))
        .where(
            col(Attendance.status) == AttendanceStatus.PRESENT,
            col(Registration.status).in_(COUNTED_AS_REGISTERED),
            col(Registration.kelurahan_code).is_not(None),
            *registration_conditions(filters),
        )
        .cte("visits")
        .prefix_with("MATERIALIZED")
    )


def _month_number(month: date) -> int:
    """Return the number of a month as the statement counts them."""
    return month.year * MONTHS_PER_YEAR + month.month - 1
