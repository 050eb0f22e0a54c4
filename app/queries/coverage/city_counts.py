"""Counts of the distinct people of a coverage report for all of its rows and totals, in one statement.

Counts of distinct people can't be added up: a person with registrations in two kelurahan counts in both, but once in
the city. Yet most people have a single cell, that is, one kelurahan and target group. They are counted by cell and
these counts are added up; only people with several cells are grouped by person again for each grouping.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import CTE, CompoundSelect, Select, Subquery, func, select, text, union_all
from sqlmodel import col

from app.database import Db, is_postgresql
from app.models import Area
from app.queries.coverage.aggregates import (
    NO_PEOPLE,
    Keys,
    PeopleCount,
    count_people_by,
    group_by_person,
    load_counts,
    with_outcome_rank,
)
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.kinds import count_by_kind
from app.queries.coverage.registrations import counted_registrations, period_parameters
from app.reports.periods import Period, year_period

ANY_PERIOD = year_period(2000)
"""A placeholder in the cached statement."""

Grouping = Literal["cell", "kelurahan", "kecamatan", "group", "city", "everyone", "moved"]


@dataclass(frozen=True)
class CityCounts:
    """Counts of distinct people by grouping and keys.

    The keys are codes: of kelurahan and target group for "cell", none for "city", "everyone" and "moved". People from
    outside the city have None as kelurahan; they are in "everyone", but neither in "kecamatan", "group" nor "city".
    "moved" counts people who were present in more than one kelurahan.
    """

    counts: Mapping[str, Mapping[Keys, PeopleCount]]

    def get(self, grouping: Grouping, *keys: str | None) -> PeopleCount:
        """Return the count for these keys, `NO_PEOPLE` (all zero) if there are no people."""
        return self.counts.get(grouping, {}).get(keys, NO_PEOPLE)

    @property
    def city(self) -> PeopleCount:
        """All people from the city."""
        return self.get("city")

    @property
    def outside(self) -> int:
        """The number of people present who live outside the city."""
        return self.get("kelurahan", None).participants

    @property
    def waiting(self) -> int:
        """The number of people who are only on a waiting list, also from outside the city."""
        everyone = self.get("everyone")
        return everyone.people - everyone.registered

    @property
    def moved(self) -> int:
        """The number of people present in more than one kelurahan."""
        return self.get("moved").people


def count_city(
    db: Db, period: Period, filters: CoverageFilters, kecamatan_of: Mapping[str, str | None]
) -> CityCounts:
    """Count the people of a report in one query; `kecamatan_of` has the kecamatan of each kelurahan.

    On PostgreSQL it also sets work_mem until the transaction ends.
    """
    _set_work_mem(db)
    statement = _build_statement(replace(filters, from_=None, to=None), postgresql=is_postgresql(db))
    counts = load_counts(db, statement, period_parameters(period))
    for (kelurahan, group), count in counts.pop("single_cell", {}).items():
        for grouping, keys in _groupings(kelurahan, group, kecamatan_of):
            counts[grouping][keys] = counts[grouping].get(keys, NO_PEOPLE).plus(count)
    return CityCounts(counts)


def _set_work_mem(db: Db) -> None:
    """Raise PostgreSQL's work_mem from 4 to 16 MB until the transaction ends; on SQLite do nothing.

    Two years of a million registrations take 1.5 instead of 2.1 s. With 48 MB they take 2.3 s, as the planner stops
    using parallel workers.
    """
    if is_postgresql(db):
        db.execute(text("SET LOCAL work_mem = '16MB'"))


@lru_cache(maxsize=16)
def _build_statement(filters: CoverageFilters, *, postgresql: bool) -> CompoundSelect[*tuple[Any, ...]]:
    """Return the statement for `load_counts`, which expects the parameters of `period_parameters`.

    It counts the people with a single cell as "single_cell", and the people with several cells in each grouping. Cached
    per filters, since building takes longer than executing it in a small city (15 against 2 ms).
    """
    registrations = counted_registrations(ANY_PERIOD, filters)
    single_cell, several = _count_by_cell(registrations) if postgresql else count_by_kind(registrations)
    inside = select(several).where(several.c.kelurahan.is_not(None)).subquery()
    in_kecamatan = (
        select(inside, col(Area.parent_code).label("kecamatan"))
        .join(Area, col(Area.code) == inside.c.kelurahan)
        .subquery()
    )
    present = select(inside).where(inside.c.attendances > 0).subquery()
    present_in_kelurahan = group_by_person(present, "kelurahan").subquery()
    moved = group_by_person(present_in_kelurahan).having(func.count() > 1).subquery()
    return union_all(
        single_cell,
        count_people_by("cell", several, "kelurahan", "target_group"),
        count_people_by("kelurahan", group_by_person(several, "kelurahan").subquery(), "kelurahan"),
        count_people_by("kecamatan", group_by_person(in_kecamatan, "kecamatan").subquery(), "kecamatan"),
        count_people_by("group", group_by_person(inside, "target_group").subquery(), "target_group"),
        count_people_by("city", group_by_person(inside).subquery()),
        count_people_by("everyone", group_by_person(several).subquery()),
        count_people_by("moved", moved),
    )


def _count_by_cell(registrations: Subquery) -> tuple[Select[*tuple[Any, ...]], CTE]:
    """Return two parts of the statement, for people with a single cell and for people with several.

    The first counts the former by kelurahan and target group; the second has a row per person and cell of the latter,
    as `group_by_person` selects them.
    """
    cells = group_by_person(with_outcome_rank(registrations), "kelurahan", "target_group").cte("cells")
    with_several = (
        select(cells.c.person).group_by(cells.c.person).having(func.count() > 1).cte("with_several")
    )
    has_several = select(with_several).where(with_several.c.person == cells.c.person).exists()
    several = select(cells).where(has_several).cte("several").prefix_with("MATERIALIZED")
    single = select(cells).where(~has_several).subquery()
    return count_people_by("single_cell", single, "kelurahan", "target_group"), several


def _groupings(
    kelurahan: str | None, group: str | None, kecamatan_of: Mapping[str, str | None]
) -> Iterator[tuple[Grouping, Keys]]:
    """Yield the groupings in which the people of a cell count, with their keys.

    People from outside the city (kelurahan None) have no kecamatan, and count neither by group nor for the city.
    """
    yield "cell", (kelurahan, group)
    yield "everyone", ()
    yield "kelurahan", (kelurahan,)
    if kelurahan is not None:
        yield "kecamatan", (kecamatan_of[kelurahan],)
        yield "group", (group,)
        yield "city", ()
