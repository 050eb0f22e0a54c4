"""The counting behind the coverage report: distinct people, never added up from parts, in one statement."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from operator import add, sub
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Subquery,
    case,
    cast,
    func,
    literal,
    select,
    text,
    union_all,
)
from sqlmodel import col

from app.database import Db, is_postgresql
from app.models import Area, AttendanceStatus, RegistrationStatus, Sex
from app.reports.coverage import Sex as SexKey

Part = Literal["cells", "kelurahan", "kecamatan", "group", "city", "everyone", "moved"]
Keys = tuple[str | None, ...]
MOST_KEYS = 2


class Standing(IntEnum):
    """What is known of a registration; the highest of a person's says what there still is to do."""

    WAITING = 0
    RECORDED = 1
    TO_COME = 2
    LIST_MISSING = 3


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

    def less(self, some: "Tally") -> "Tally":
        """Without some of them."""
        return Tally(*map(sub, self, some))

    @property
    def by_sex(self) -> dict[SexKey, int]:
        """The three add up to the participants."""
        return {"L": self.men, "P": self.women, "unknown": self.participants - self.men - self.women}


NOBODY = Tally()


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


def census(db: Db, facts: Subquery, kecamatan_of: Mapping[str, str | None]) -> Census:
    """Counts them all in one go.

    What a person is in a kelurahan and group is folded once, into a cell. Most people are in a single cell, and add
    up in any way; only those in several are folded anew for each part, where they must be counted once.
    """
    cells = people(tallied(facts), "kelurahan", "target_group").cte("cells")
    in_several = select(cells.c.person).group_by(cells.c.person).having(func.count() > 1)
    several = select(cells).where(cells.c.person.in_(in_several)).cte("several").prefix_with("MATERIALIZED")
    inside = select(several).where(several.c.kelurahan.is_not(None)).subquery()
    in_kecamatan = (
        select(inside, col(Area.parent_code).label("kecamatan"))
        .join(Area, col(Area.code) == inside.c.kelurahan)
        .subquery()
    )
    placed = people(select(inside).where(inside.c.attendances > 0).subquery(), "kelurahan").subquery()
    _make_room(db)
    found = tallies(
        db,
        tally("cells", cells, "kelurahan", "target_group"),
        tally("of several", several, "kelurahan", "target_group"),
        tally("kelurahan", people(several, "kelurahan").subquery(), "kelurahan"),
        tally("kecamatan", people(in_kecamatan, "kecamatan").subquery(), "kecamatan"),
        tally("group", people(inside, "target_group").subquery(), "target_group"),
        tally("city", people(inside).subquery()),
        tally("everyone", people(several).subquery()),
        tally("moved", people(placed).having(func.count() > 1).subquery()),
    )
    for (kelurahan, group), counted in found["cells"].items():
        settled = counted.less(found["of several"].get((kelurahan, group), NOBODY))
        for part, keys in _parts_of(kelurahan, group, kecamatan_of):
            found[part][keys] = found[part].get(keys, NOBODY).plus(settled)
    return Census(found)


def _make_room(db: Db) -> None:
    """PostgreSQL's own 4 MB send the cells of a large city to the disk; with 48 MB it no longer counts in parallel."""
    if is_postgresql(db):
        db.execute(text("SET LOCAL work_mem = '16MB'"))


def _parts_of(
    kelurahan: str | None, group: str | None, kecamatan_of: Mapping[str, str | None]
) -> Iterator[tuple[Part, Keys]]:
    """The parts besides their cell to which people of one kelurahan and group belong, by their keys."""
    yield "everyone", ()
    yield "kelurahan", (kelurahan,)
    if kelurahan is not None:
        yield "kecamatan", (kecamatan_of[kelurahan],)
        yield "group", (group,)
        yield "city", ()


def tallied(facts: Subquery) -> Subquery:
    """Each registration with what it adds to a tally; one that waits adds nothing."""
    waits = facts.c.status == RegistrationStatus.WAITLISTED
    return select(
        facts.c.person,
        facts.c.workshop_session,
        facts.c.kelurahan,
        facts.c.target_group,
        facts.c.sex,
        case(
            (waits, Standing.WAITING),
            (facts.c.outcome.is_not(None), Standing.RECORDED),
            (facts.c.to_come.is_not(None), Standing.TO_COME),
            else_=Standing.LIST_MISSING,
        ).label("standing"),
        case((waits, 0), (facts.c.outcome == AttendanceStatus.PRESENT, 1), else_=0).label("attendances"),
    ).subquery()


def people(lines: FromClause, *by: str) -> Select[*tuple[Any, ...]]:
    """The lines of a person folded into one for each combination of the columns named."""
    column = lines.c
    return select(
        column.person,
        *(column[name] for name in by),
        func.max(column.standing).label("standing"),
        _sum(column.attendances).label("attendances"),
        func.max(column.sex).label("sex"),
    ).group_by(column.person, *(column[name] for name in by))


def tally(part: str, lines: FromClause, *by: str) -> Select[*tuple[Any, ...]]:
    """The figures of a part by at most two columns, from lines that hold a person once for each combination."""
    column = lines.c
    keys = [column[name] for name in by]
    padding = [literal("")] * (MOST_KEYS - len(keys))
    return select(
        literal(part),
        literal(len(keys)),
        *keys,
        *padding,
        func.count(),
        _count(column.standing > Standing.WAITING),
        _sum(column.attendances),
        _count(column.attendances > 0),
        _count(column.standing == Standing.TO_COME),
        _count(column.standing == Standing.LIST_MISSING),
        _count((column.attendances > 0) & (column.sex == Sex.L)),
        _count((column.attendances > 0) & (column.sex == Sex.P)),
    ).group_by(*keys)


def tallies(db: Db, *parts: Select[*tuple[Any, ...]]) -> dict[str, dict[Keys, Tally]]:
    """What `tally` counted, by part and keys; one statement."""
    found: dict[str, dict[Keys, Tally]] = defaultdict(dict)
    for part, keys, *line in db.execute(union_all(*parts)):
        found[part][tuple(line[:keys])] = Tally(*(figure or 0 for figure in line[MOST_KEYS:]))
    return found


def _sum(figures: ColumnElement[int]) -> ColumnElement[int]:
    """PostgreSQL makes sums of sums decimals; none here is as large."""
    return cast(func.sum(figures), Integer)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
