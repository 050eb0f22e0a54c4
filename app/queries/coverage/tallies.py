"""What is counted of people, and how: lines of registrations, folded into people, tallied by their parts."""

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
from app.reports.coverage.report import Sex as SexKey

Keys = tuple[str | None, ...]
MOST_KEYS = 2


class OutcomeRank(IntEnum):
    """What is known of a registration; the highest of a person's says what there still is to do."""

    WAITING = 0
    RECORDED = 1
    PRESENT = 2
    TO_COME = 3
    LIST_MISSING = 4


class Tally(NamedTuple):
    """Distinct people, those waiting included; of them registered; attendances; distinct people present; people
    without an outcome of a session to come, and of one that is over; and those present whose sex is known."""

    people: int = 0
    registered: int = 0
    attendances: int = 0
    participants: int = 0
    to_come: int = 0
    list_missing: int = 0
    men: int = 0
    women: int = 0

    def plus(self, others: "Tally") -> "Tally":
        """With other people."""
        return Tally(*map(add, self, others))

    @property
    def by_sex(self) -> dict[SexKey, int]:
        """The three add up to the participants."""
        return {"L": self.men, "P": self.women, "unknown": self.participants - self.men - self.women}


NOBODY = Tally()


def tallied(facts: Subquery) -> Subquery:
    """Each registration with what it adds to a tally; one that waits adds nothing."""
    waits = facts.c.status == RegistrationStatus.WAITLISTED
    present = facts.c.outcome == AttendanceStatus.PRESENT
    return select(
        facts.c.person,
        facts.c.workshop_session,
        facts.c.kelurahan,
        facts.c.target_group,
        facts.c.sex,
        case(
            (waits, OutcomeRank.WAITING),
            (present, OutcomeRank.PRESENT),
            (facts.c.outcome.is_not(None), OutcomeRank.RECORDED),
            (facts.c.to_come.is_not(None), OutcomeRank.TO_COME),
            else_=OutcomeRank.LIST_MISSING,
        ).label("standing"),
        case((waits, 0), (present, 1), else_=0).label("attendances"),
    ).subquery()


def people(lines: FromClause, *by: str) -> Select[*tuple[Any, ...]]:
    """The lines of a person folded into one for each combination of the columns named."""
    column = lines.c
    return select(
        column.person,
        *(column[name] for name in by),
        func.max(column.standing).label("standing"),
        total(column.attendances).label("attendances"),
        func.max(column.sex).label("sex"),
    ).group_by(column.person, *(column[name] for name in by))


def tally(part: str, lines: FromClause, *by: str) -> Select[*tuple[Any, ...]]:
    """The figures of a part by at most two columns, from lines that hold a person once for each combination."""
    column = lines.c
    keys = [column[name] for name in by]
    came = column.attendances > 0
    return select(
        *headed(part, *keys),
        func.count(),
        count_where(column.standing > OutcomeRank.WAITING),
        total(column.attendances),
        count_where(came),
        count_where(column.standing == OutcomeRank.TO_COME),
        count_where(column.standing == OutcomeRank.LIST_MISSING),
        count_where(came & (column.sex == Sex.L)),
        count_where(came & (column.sex == Sex.P)),
    ).group_by(*keys)


def headed(part: str, *keys: SQLColumnExpression[Any]) -> list[SQLColumnExpression[Any]]:
    """The columns that stand before the figures: the part's name, how many keys, and the keys."""
    padding = [literal("")] * (MOST_KEYS - len(keys))
    return [literal(part), literal(len(keys)), *keys, *padding]


def tallies(
    db: Db,
    parts: CompoundSelect[*tuple[Any, ...]],
    given: Mapping[str, object] | None = None,
) -> dict[str, dict[Keys, Tally]]:
    """What a union of statements as `tally` makes them counted, by part and keys."""
    found: dict[str, dict[Keys, Tally]] = defaultdict(dict)
    for part, keys, *line in db.execute(parts, given):
        found[part][tuple(line[:keys])] = Tally(*(figure or 0 for figure in line[MOST_KEYS:]))
    return found


def total(figures: ColumnElement[int]) -> ColumnElement[int]:
    """PostgreSQL makes sums of sums decimals; none here is as large."""
    return cast(func.sum(figures), Integer)


def count_where(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)
