"""Count the people of the coverage report on SQLite, which groups by sorting.

`count_by_kind` stands in for `_count_by_cell` of `city_counts`, with the same columns. It sorts one number for each
registration (its kind, which is place, group and sex, and its outcome rank) instead of texts. Only the people of
several kinds are looked up again. The report of 100,000 attendances takes 1.4 instead of 2.1 times the floor of
`benchmarks.coverage`, whose bound is 2. The cost is this module, which only works with SQLite's rowids.
"""

from typing import Any

from sqlalchemy import CTE, ColumnElement, Integer, Select, Subquery, case, func, literal_column, select
from sqlmodel import col

from app.models import Area, Sex, TargetGroup
from app.queries.coverage.aggregates import (
    OutcomeRank,
    count_where,
    group_by_person,
    key_columns,
    with_outcome_rank,
)

Number = ColumnElement[int]
# Rowids may change between statements; these are turned back into codes in the same one.
PLACE, GROUP = (literal_column(f"{table}.rowid", Integer) for table in ("area", "target_group"))
SEXES = {Sex.L: 1, Sex.P: 2}
# The bit of the number at which each begins.
SEX_AT, GROUP_AT, PLACE_AT = 3, 5, 20


def count_by_kind(registrations: Subquery) -> tuple[Select[*tuple[Any, ...]], CTE]:
    """Return two parts of a statement for SQLite: counts of people of one kind, and the people of several kinds.

    A kind is a kelurahan, target group and sex. The first part counts the people all of whose registrations are of one
    kind, as "single_cell" by kelurahan and target group; the second has a row per person and cell of all others, as
    `group_by_person` selects them (a single row where only the sex differs).
    """
    ranked = with_outcome_rank(registrations)
    kinds = _count_kinds(ranked)
    of_several_kinds = select(-kinds.c.number).where(kinds.c.number < 0)
    others = select(ranked).where(ranked.c.person.in_(of_several_kinds)).subquery()
    several = group_by_person(others, "kelurahan", "target_group").cte("several").prefix_with("MATERIALIZED")
    return _count_people(kinds), several


def _count_kinds(ranked: Subquery) -> CTE:
    """Return a row for each kind and outcome rank: `number`, and its people, attendances and participants.

    Each person of several kinds has a row of their own instead, with their negative id as `number`.
    """
    numbered = _with_number(ranked).c
    lowest, highest = func.min(numbered.number), func.max(numbered.number)
    of_one_kind = _bits(lowest, SEX_AT) == _bits(highest, SEX_AT)
    folded = (
        select(
            case((of_one_kind, highest), else_=-numbered.person).label("number"),
            count_where(_rank_bits(numbered.number) == OutcomeRank.PRESENT).label("attendances"),
        )
        .group_by(numbered.person)
        .subquery()
        .c
    )
    return (
        select(
            folded.number,
            func.count().label("people"),
            func.sum(folded.attendances).label("attendances"),
            count_where(folded.attendances > 0).label("participants"),
        )
        .group_by(folded.number)
        .cte("kinds")
        .prefix_with("MATERIALIZED")
    )


def _with_number(ranked: Subquery) -> Subquery:
    """Return `person` and `number` of each registration: place, target group, sex and outcome rank in one number.

    The offset makes SQLite build the number before it sorts.
    """
    sex = case(SEXES, value=ranked.c.sex, else_=0)
    number = (
        func.coalesce(PLACE.bitwise_lshift(PLACE_AT), 0)
        + GROUP.bitwise_lshift(GROUP_AT)
        + sex.bitwise_lshift(SEX_AT)
        + ranked.c.outcome_rank
    )
    return (
        select(ranked.c.person, number.label("number"))
        .outerjoin(Area, col(Area.code) == ranked.c.kelurahan)
        .outerjoin(TargetGroup, col(TargetGroup.code) == ranked.c.target_group)
        .offset(0)
        .subquery()
    )


def _count_people(kinds: CTE) -> Select[*tuple[Any, ...]]:
    """Select the counts of the people of one kind, by the codes of their kelurahan and target group.

    The columns are those of `count_people_by`. Rows for people of several kinds are left out.
    """
    counted, number = kinds.c, kinds.c.number
    outcome_rank, sex = _rank_bits(number), _bits(number, SEX_AT, GROUP_AT)
    registered, to_come, list_missing = (
        func.sum(counted.people).filter(condition)
        for condition in (
            outcome_rank > OutcomeRank.WAITING,
            outcome_rank == OutcomeRank.TO_COME,
            outcome_rank == OutcomeRank.LIST_MISSING,
        )
    )
    return (
        select(
            *key_columns("single_cell", col(Area.code), col(TargetGroup.code)),
            func.sum(counted.people),
            registered,
            func.sum(counted.attendances),
            func.sum(counted.participants),
            to_come,
            list_missing,
            *(func.sum(counted.participants).filter(sex == bits) for bits in SEXES.values()),
        )
        .select_from(kinds)
        .outerjoin(Area, _bits(number, PLACE_AT) == PLACE)
        .join(TargetGroup, _bits(number, GROUP_AT, PLACE_AT) == GROUP)
        .where(number >= 0)
        .group_by(col(Area.code), col(TargetGroup.code))
    )


def _rank_bits(number: Number) -> Number:
    """Return the outcome rank that a number contains."""
    return _bits(number, 0, SEX_AT)


def _bits(number: Number, first: int, end: int | None = None) -> Number:
    """Return the bits of the number from the position `first` up to but not including `end`, or all from there."""
    part = number.bitwise_rshift(first) if first else number
    return part if end is None else part.bitwise_and(2 ** (end - first) - 1)
