"""The counting behind the coverage report: distinct people, never added up from parts, in one statement."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import CTE, CompoundSelect, Select, Subquery, func, select, text, union_all
from sqlmodel import col

from app.database import Db, is_postgresql
from app.models import Area
from app.queries.coverage.counts import TO_BE_GIVEN, Bounds, CoverageFilters, registrations_within
from app.queries.coverage.kinds import count_by_kind
from app.queries.coverage.tallies import NOBODY, Keys, Tally, people, tallied, tallies, tally
from app.reports.periods import Period

Part = Literal["cells", "kelurahan", "kecamatan", "group", "city", "everyone", "moved"]
STATEMENTS_KEPT = 16


@dataclass(frozen=True)
class Census:
    """Figures of people within the city: by kelurahan, kecamatan, group, cell (of both), and all of them.

    `outside` counts those present from elsewhere, `waiting` those who are only on a waiting list, and `moved`
    those present from more than one kelurahan.
    """

    parts: Mapping[str, Mapping[Keys, Tally]]

    def of(self, part: Part, *keys: str | None) -> Tally:
        return self.parts.get(part, {}).get(keys, NOBODY)

    @property
    def city(self) -> Tally:
        return self.of("city")

    @property
    def outside(self) -> int:
        return self.of("kelurahan", None).participants

    @property
    def waiting(self) -> int:
        everyone = self.of("everyone")
        return everyone.people - everyone.registered

    @property
    def moved(self) -> int:
        return self.of("moved").people


def census(
    db: Db, period: Period, filters: CoverageFilters, kecamatan_of: Mapping[str, str | None]
) -> Census:
    """Count all parts in one statement; `filters` name no period of their own here.

    Most people are in one kelurahan and group, a cell: they are counted by it and added up for every part. People in
    several cells are folded anew for each part, so that each counts once.
    """
    _make_room(db)
    statement = _statement(replace(filters, from_=None, to=None), is_postgresql(db))
    found = tallies(db, statement, vars(Bounds.of(period)))
    for (kelurahan, group), settled in found.pop("settled", {}).items():
        for part, keys in _parts_of(kelurahan, group, kecamatan_of):
            found[part][keys] = found[part].get(keys, NOBODY).plus(settled)
    return Census(found)


@lru_cache(STATEMENTS_KEPT)
def _statement(filters: CoverageFilters, postgresql: bool) -> CompoundSelect[*tuple[Any, ...]]:
    """Return the statement, built once for each choice of filters: building takes longer than counting a small city."""
    facts = registrations_within(TO_BE_GIVEN, filters)
    settled, several = _count_by_cell(facts) if postgresql else count_by_kind(facts)
    inside = select(several).where(several.c.kelurahan.is_not(None)).subquery()
    in_kecamatan = (
        select(inside, col(Area.parent_code).label("kecamatan"))
        .join(Area, col(Area.code) == inside.c.kelurahan)
        .subquery()
    )
    placed = people(select(inside).where(inside.c.attendances > 0).subquery(), "kelurahan").subquery()
    return union_all(
        settled,
        tally("cells", several, "kelurahan", "target_group"),
        tally("kelurahan", people(several, "kelurahan").subquery(), "kelurahan"),
        tally("kecamatan", people(in_kecamatan, "kecamatan").subquery(), "kecamatan"),
        tally("group", people(inside, "target_group").subquery(), "target_group"),
        tally("city", people(inside).subquery()),
        tally("everyone", people(several).subquery()),
        tally("moved", people(placed).having(func.count() > 1).subquery()),
    )


def _count_by_cell(facts: Subquery) -> tuple[Select[*tuple[Any, ...]], CTE]:
    """Return the tally `settled` of the people in one cell, and the cells of those who are in several."""
    cells = people(tallied(facts), "kelurahan", "target_group").cte("all_cells")
    in_several = select(cells.c.person).group_by(cells.c.person).having(func.count() > 1).cte("in_several")
    is_in_several = select(in_several).where(in_several.c.person == cells.c.person).exists()
    several = select(cells).where(is_in_several).cte("several").prefix_with("MATERIALIZED")
    return tally(
        "settled", select(cells).where(~is_in_several).subquery(), "kelurahan", "target_group"
    ), several


def _make_room(db: Db) -> None:
    """PostgreSQL's own 4 MB send the cells of a large city to the disk; with 48 MB it no longer counts in parallel."""
    if is_postgresql(db):
        db.execute(text("SET LOCAL work_mem = '16MB'"))


def _parts_of(
    kelurahan: str | None, group: str | None, kecamatan_of: Mapping[str, str | None]
) -> Iterator[tuple[Part, Keys]]:
    """The parts to which people of one kelurahan and group belong, by their keys."""
    yield "cells", (kelurahan, group)
    yield "everyone", ()
    yield "kelurahan", (kelurahan,)
    if kelurahan is not None:
        yield "kecamatan", (kecamatan_of[kelurahan],)
        yield "group", (group,)
        yield "city", ()
