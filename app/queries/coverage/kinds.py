"""The people of the coverage report counted in SQLite's way.

SQLite groups by sorting only. What it sorts must be short, so all that a registration says becomes one number: the
place, the group and the sex, which are its kind, and the standing. Whoever is of one kind in all registrations, as most
people are, is counted by it; the registrations of the others are looked up again.
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
# The database's own numbers will do: they are led back to codes in the same statement.
PLACE, GROUP = (literal_column(f"{table}.rowid", Integer) for table in ("area", "target_group"))
SEXES = {Sex.L: 1, Sex.P: 2}
# Where each begins in the number, in bits from its end.
SEX_AT, GROUP_AT, PLACE_AT = 3, 5, 20


def counted_by_kind(facts: Subquery) -> tuple[Select[*tuple[Any, ...]], CTE]:
    """The counts "single_cell" of those in one kelurahan and group, and the cells of the others as
    `group_by_person` gives them."""
    lines = with_outcome_rank(facts)
    found = _found(lines)
    of_several_kinds = select(-found.c.said).where(found.c.said < 0)
    others = select(lines).where(lines.c.person.in_(of_several_kinds)).subquery()
    several = group_by_person(others, "kelurahan", "target_group").cte("several").prefix_with("MATERIALIZED")
    return _settled(found), several


def _found(lines: Subquery) -> CTE:
    """People counted by what is `said` of them; those of several kinds alone, with their number below zero."""
    said = _said(lines).c
    least, most = func.min(said.said), func.max(said.said)
    of_one_kind = _bits(least, SEX_AT) == _bits(most, SEX_AT)
    folded = (
        select(
            case((of_one_kind, most), else_=-said.person).label("said"),
            count_where(_standing(said.said) == OutcomeRank.PRESENT).label("attendances"),
        )
        .group_by(said.person)
        .subquery()
        .c
    )
    return (
        select(
            folded.said,
            func.count().label("people"),
            func.sum(folded.attendances).label("attendances"),
            count_where(folded.attendances > 0).label("participants"),
        )
        .group_by(folded.said)
        .cte("found")
        .prefix_with("MATERIALIZED")
    )


def _said(lines: Subquery) -> Subquery:
    """A person and a number for each registration; the offset has it made before the sort, which then moves no more."""
    sex = case(SEXES, value=lines.c.sex, else_=0)
    number = (
        func.coalesce(PLACE.bitwise_lshift(PLACE_AT), 0)
        + GROUP.bitwise_lshift(GROUP_AT)
        + sex.bitwise_lshift(SEX_AT)
        + lines.c.outcome_rank
    )
    return (
        select(lines.c.person, number.label("said"))
        .outerjoin(Area, col(Area.code) == lines.c.kelurahan)
        .outerjoin(TargetGroup, col(TargetGroup.code) == lines.c.target_group)
        .offset(0)
        .subquery()
    )


def _settled(found: CTE) -> Select[*tuple[Any, ...]]:
    """Those of one kind by the codes of their kelurahan and group."""
    counted, said = found.c, found.c.said
    standing, sex = _standing(said), _bits(said, SEX_AT, GROUP_AT)
    registered, to_come, list_missing = (
        func.sum(counted.people).filter(condition)
        for condition in (
            standing > OutcomeRank.WAITING,
            standing == OutcomeRank.TO_COME,
            standing == OutcomeRank.LIST_MISSING,
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
            *(func.sum(counted.participants).filter(sex == number) for number in SEXES.values()),
        )
        .select_from(found)
        .outerjoin(Area, _bits(said, PLACE_AT) == PLACE)
        .join(TargetGroup, _bits(said, GROUP_AT, PLACE_AT) == GROUP)
        .where(said >= 0)
        .group_by(col(Area.code), col(TargetGroup.code))
    )


def _standing(said: Number) -> Number:
    return _bits(said, 0, SEX_AT)


def _bits(said: Number, first: int, end: int | None = None) -> Number:
    """The part of the number from one bit on, up to another or all."""
    part = said.bitwise_rshift(first) if first else said
    return part if end is None else part.bitwise_and(2 ** (end - first) - 1)
