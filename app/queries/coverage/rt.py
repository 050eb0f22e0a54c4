"""How many RT of each kelurahan sent somebody. A constant number of queries."""

from collections.abc import Sequence

from sqlalchemy import Subquery, case, func, select

from app.database import Db
from app.i18n import Language
from app.models import Area, AreaLevel, Indicator
from app.permissions import Actor
from app.queries.coverage.counts import CoverageFilters, registrations_that_count, within_the_city
from app.queries.coverage.denominators import Known, areas, denominators, known_on
from app.queries.coverage.report import coverage
from app.reports.coverage.report import CoverageRow
from app.reports.coverage.rt import RtCoverage, RtOfKelurahan, RtReached, RtSource


def rt_coverage(db: Db, actor: Actor, filters: CoverageFilters, language: Language) -> RtCoverage:
    """The RT behind the coverage report of the same filters; of one kecamatan, where it is narrowed to that.

    Raises as `coverage` does.
    """
    report = coverage(db, actor, filters, language)
    counted = _counted(db, registrations_that_count(report.period, filters))
    known = known_on(denominators(db, actor), report.period.to)
    places = tuple(_of_kelurahan(row, *counted.get(row.kelurahan, (0, 0)), known) for row in report.rows)
    found = areas(db)
    parents = {area.code: area.parent_code for area in found}
    of_kecamatan = [
        _all_of(area, [one for one in places if parents[one.code] == area.code], known)
        for area in found
        if area.level is AreaLevel.KECAMATAN and filters.kecamatan in (None, area.code)
    ]
    city = next(area for area in found if area.level is AreaLevel.KOTA)
    return RtCoverage(
        report=report,
        kelurahan=places,
        kecamatan=tuple(one for one in of_kecamatan if one.known),
        whole=of_kecamatan[0] if filters.kecamatan else _all_of(city, places, known),
        sources=tuple(
            sorted(
                {
                    RtSource(line.source, line.as_of)
                    for (code, indicator), line in known.items()
                    if indicator is Indicator.RT and code.startswith(filters.kecamatan or "")
                }
            )
        ),
    )


def _counted(db: Db, facts: Subquery) -> dict[str, tuple[int, int]]:
    """By kelurahan: distinct RT of those present, and distinct people who named one."""
    named = facts.c.present.is_not(None) & facts.c.rt.is_not(None)
    statement = (
        select(
            facts.c.kelurahan,
            func.count(case((named, facts.c.rt)).distinct()),
            func.count(case((named, facts.c.person)).distinct()),
        )
        .where(within_the_city(facts))
        .group_by(facts.c.kelurahan)
    )
    return {kelurahan: (reached, people) for kelurahan, reached, people in db.execute(statement)}


def _of_kelurahan(row: CoverageRow, reached: int, people_with_rt: int, known: Known) -> RtOfKelurahan:
    return RtOfKelurahan(
        code=row.kelurahan,
        name=row.name,
        kecamatan=row.kecamatan,
        reached=reached,
        known=_recorded(row.kelurahan, known),
        participants=row.participants,
        without_rt=row.participants - people_with_rt,
        closed_on=row.closed_on,
    )


def _all_of(area: Area, inside: Sequence[RtOfKelurahan], known: Known) -> RtReached:
    """An RT lies in one kelurahan, so that they add up; what isn't recorded for the whole is the sum of all parts.

    The RT of a closed kelurahan are its successors' now: there are no more of them.
    """
    parts = [one.known for one in inside if one.closed_on is None]
    summed = sum(number for number in parts if number) if all(parts) else None
    return RtReached(
        code=area.code,
        name=area.name,
        reached=sum(one.reached for one in inside),
        known=_recorded(area.code, known) or summed or None,
    )


def _recorded(code: str, known: Known) -> int | None:
    line = known.get((code, Indicator.RT))
    return line.value if line else None
