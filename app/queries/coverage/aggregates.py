"""SQL expressions that count distinct people, and the counts that they return.

A count takes three steps: `with_outcome_rank` prepares the registrations, `group_by_person` leaves one row per person,
and `count_people_by` counts these rows.
"""

from collections import defaultdict
from collections.abc import Mapping
from enum import IntEnum
from operator import add
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    FromClause,
    Integer,
    Select,
    SQLColumnExpression,
    Subquery,
    case,
    cast,
    func,
    literal,
    select,
)

from app.database import Db
from app.models import AttendanceStatus, RegistrationStatus, Sex
from app.reports.coverage.report import SexKey

Keys = tuple[str | None, ...]
"""The values by which rows were grouped."""
MAX_KEYS = 2


class OutcomeRank(IntEnum):
    """The outcome of a registration, such that the MAX over a person's registrations tells what is still to do."""

    WAITING = 0
    RECORDED = 1
    PRESENT = 2
    TO_COME = 3
    LIST_MISSING = 4


class PeopleCount(NamedTuple):
    """Counts of distinct people, and the number of their attendances.

    `people`        all of them, including those on a waiting list
    `registered`    without those who are only on a waiting list
    `participants`  present at least once; `men` and `women` are those whose sex is recorded
    `to_come`, `list_missing`  without an outcome of a session to come, or of one that is over
    """

    people: int = 0
    registered: int = 0
    attendances: int = 0
    participants: int = 0
    to_come: int = 0
    list_missing: int = 0
    men: int = 0
    women: int = 0

    def plus(self, other: "PeopleCount") -> "PeopleCount":
        """Return the sum of two counts that have no people in common."""
        return PeopleCount(*map(add, self, other))

    @property
    def by_sex(self) -> dict[SexKey, int]:
        """The participants by sex, with all three keys."""
        return {"L": self.men, "P": self.women, "unknown": self.participants - self.men - self.women}


NO_PEOPLE = PeopleCount()


def with_outcome_rank(registrations: Subquery) -> Subquery:
    """Add to a subquery of `counted_registrations` the columns `outcome_rank` and `attendances`.

    `attendances` is 1 for a registration with attendance "present" that is not on the waiting list, else 0. Of the
    other columns it keeps person, workshop_session, kelurahan, target_group and sex.
    """
    columns = registrations.c
    waiting = columns.status == RegistrationStatus.WAITLISTED
    present = columns.outcome == AttendanceStatus.PRESENT
    return select(
        columns.person,
        columns.workshop_session,
        columns.kelurahan,
        columns.target_group,
        columns.sex,
        case(
            (waiting, OutcomeRank.WAITING),
            (present, OutcomeRank.PRESENT),
            (columns.outcome.is_not(None), OutcomeRank.RECORDED),
            (columns.to_come.is_not(None), OutcomeRank.TO_COME),
            else_=OutcomeRank.LIST_MISSING,
        ).label("outcome_rank"),
        case((waiting, 0), (present, 1), else_=0).label("attendances"),
    ).subquery()


def group_by_person(rows: FromClause, *by: str) -> Select[*tuple[Any, ...]]:
    """Select one row per person and combination of the columns `by`, from rows of `with_outcome_rank`.

    The columns are person, those of `by`, `outcome_rank` (the highest), `attendances` (the sum) and `sex` (the
    greatest).
    """
    columns = rows.c
    keys = [columns[name] for name in by]
    return select(
        columns.person,
        *keys,
        func.max(columns.outcome_rank).label("outcome_rank"),
        integer_sum(columns.attendances).label("attendances"),
        func.max(columns.sex).label("sex"),
    ).group_by(columns.person, *keys)


def count_people_by(grouping: str, people: FromClause, *by: str) -> Select[*tuple[Any, ...]]:
    """Select the columns of `key_columns` and of `PeopleCount`, grouped by at most two columns.

    `people` comes from `group_by_person` and has each person once per combination of these columns. `grouping` is the
    name under which `load_counts` returns the counts. Without columns there is one row, of all people.
    """
    columns = people.c
    keys = [columns[name] for name in by]
    was_present = columns.attendances > 0
    return select(
        *key_columns(grouping, *keys),
        func.count(),
        count_where(columns.outcome_rank > OutcomeRank.WAITING),
        integer_sum(columns.attendances),
        count_where(was_present),
        count_where(columns.outcome_rank == OutcomeRank.TO_COME),
        count_where(columns.outcome_rank == OutcomeRank.LIST_MISSING),
        count_where(was_present & (columns.sex == Sex.L)),
        count_where(was_present & (columns.sex == Sex.P)),
    ).group_by(*keys)


def key_columns(grouping: str, *keys: SQLColumnExpression[Any]) -> list[SQLColumnExpression[Any]]:
    """Return the columns before the counts, equally many for each grouping of a UNION: name, number of keys, keys."""
    padding = [literal("")] * (MAX_KEYS - len(keys))
    return [literal(grouping), literal(len(keys)), *keys, *padding]


def load_counts(
    db: Db, statement: CompoundSelect[*tuple[Any, ...]], parameters: Mapping[str, object] | None = None
) -> defaultdict[str, dict[Keys, PeopleCount]]:
    """Execute a UNION of `count_people_by` statements and return the counts by grouping, then by keys.

    Keys without people are missing, as are groupings without any, which give an empty dictionary.
    """
    counts: defaultdict[str, dict[Keys, PeopleCount]] = defaultdict(dict)
    for grouping, key_count, *values in db.execute(statement, parameters):
        keys = tuple(values[:key_count])
        counts[grouping][keys] = PeopleCount(*(value or 0 for value in values[MAX_KEYS:]))
    return counts


def integer_sum(column: ColumnElement[int]) -> ColumnElement[int]:
    """Return the SUM as an integer; PostgreSQL's SUM of a SUM is a decimal."""
    return cast(func.sum(column), Integer)


def count_where(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """Return the number of the rows for which the condition holds."""
    return func.count().filter(condition)
