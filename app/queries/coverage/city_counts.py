"""Counts of the distinct people of a coverage report for all of its rows and totals.

Counts of distinct people can't be added up: a person with registrations in two kelurahan counts in both, but once in
the city. Yet most people have a single cell, that is, one kelurahan and target group. They are counted by cell and
these counts are added up; only people with several cells are grouped by person again for each grouping.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.models import FactKind
from app.queries.coverage.counting import (
    NO_PEOPLE,
    PeopleByKey,
    PeopleCount,
    count_attendances,
    count_people,
    group_by_person,
)
from app.queries.coverage.facts import Fact, Facts, Numbers

Grouping = Literal["cell", "kelurahan", "kecamatan", "group", "city", "everyone"]
GROUPINGS: tuple[Grouping, ...] = ("cell", "kelurahan", "kecamatan", "group", "city", "everyone")
Keys = tuple[str | None, ...]
"""The codes by which people are grouped."""


@dataclass(frozen=True)
class CityCounts:
    """Counts of distinct people by grouping and keys.

    The keys are codes: of kelurahan and target group for "cell", none for "city" and "everyone". People from outside
    the city have None as kelurahan; they are in "everyone", but neither in "kecamatan", "group" nor "city". `moved` is
    the number of people who were present in more than one kelurahan.
    """

    counts: Mapping[tuple[Grouping, Keys], PeopleCount]
    moved: int

    def get(self, grouping: Grouping, *keys: str | None) -> PeopleCount:
        """Return the count for these keys, `NO_PEOPLE` (all zero) if there are no people."""
        return self.counts.get((grouping, keys), NO_PEOPLE)

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


def count_city(facts: Facts, kecamatan_of: Mapping[str, str | None]) -> CityCounts:
    """Count the people of a report; `kecamatan_of` has the kecamatan of each kelurahan."""
    kelurahan = facts.codes.listed(FactKind.KELURAHAN)
    groups = facts.codes.listed(FactKind.TARGET_GROUP)
    cells = [(place, group) for place in kelurahan for group in groups]
    cell = facts.kelurahan * len(groups) + facts.group
    people = group_by_person(facts.person, cell, facts.facts)
    has_several = people.with_several_keys
    several = people.where(has_several)

    counts: defaultdict[tuple[Grouping, Keys], PeopleCount] = defaultdict(PeopleCount)
    in_single_cell = count_people(people.where(~has_several), len(cells))
    attendances = count_attendances(cell, facts.facts, len(cells))
    for (place, group), count, attended in zip(cells, in_single_cell, attendances, strict=True):
        for grouping, keys in _keys(place, group, kecamatan_of):
            counts[grouping, keys] = counts[grouping, keys].plus(count._replace(attendances=attended))
    for grouping in GROUPINGS:
        keys_of_cells = [dict(_keys(place, group, kecamatan_of)).get(grouping) for place, group in cells]
        for keys, count in _count_again(several, keys_of_cells).items():
            counts[grouping, keys] = counts[grouping, keys].plus(count)
    return CityCounts(counts, moved=_count_moved(several, len(groups)))


def _keys(
    kelurahan: str | None, group: str | None, kecamatan_of: Mapping[str, str | None]
) -> Iterator[tuple[Grouping, Keys]]:
    """Yield the groupings in which the people of a cell count, with their keys.

    People from outside the city (kelurahan None) have no kecamatan, and count neither by group nor for the city.
    """
    yield "cell", (kelurahan, group)
    yield "everyone", ()
    yield "kelurahan", (kelurahan,)
    if kelurahan is not None:
        yield "kecamatan", (kecamatan_of.get(kelurahan),)
        yield "group", (group,)
        yield "city", ()


def _count_again(people: PeopleByKey, keys_of_cells: list[Keys | None]) -> dict[Keys, PeopleCount]:
    """Return the counts of people by the keys that their cells have; cells with None are left out."""
    numbers: dict[Keys, int] = {}
    key_of: Numbers = np.array(
        [-1 if keys is None else numbers.setdefault(keys, len(numbers)) for keys in keys_of_cells], np.int64
    )
    counted = people.where(key_of[people.key] >= 0).regrouped(key_of)
    return dict(zip(numbers, count_people(counted, len(numbers)), strict=True))


def _count_moved(people: PeopleByKey, group_count: int) -> int:
    """Return how many people were present in more than one kelurahan; keys are cells."""
    present = people.where((people.key >= group_count) & ((people.facts & Fact.PRESENT) > 0))
    by_kelurahan = group_by_person(present.person, present.key // group_count, present.facts)
    several = by_kelurahan.person[by_kelurahan.with_several_keys]
    return len(np.unique(several))
