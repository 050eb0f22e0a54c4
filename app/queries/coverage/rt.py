"""RT coverage: how many RT of each kelurahan had participants. Takes a constant number of queries."""

from collections.abc import Sequence
from operator import attrgetter

from app.database import Db
from app.i18n import Language
from app.models import Area, AreaLevel, FactKind, Indicator
from app.permissions import Actor
from app.queries.coverage.counting import count_distinct
from app.queries.coverage.denominators import (
    DenominatorsByArea,
    latest_denominators,
    list_areas,
    list_denominators,
)
from app.queries.coverage.facts import Fact, Facts, load_facts
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.report import build_coverage_report
from app.reports.coverage.report import CoverageRow
from app.reports.coverage.rt import AreaRt, KelurahanRt, RtCoverage, RtSource


def build_rt_coverage(db: Db, actor: Actor, filters: CoverageFilters, language: Language) -> RtCoverage:
    """Return the RT coverage for the coverage report with these filters.

    The numbers of existing RT are the newest as of the period's last day. A filter by kecamatan narrows all of it.
    Raises like `build_coverage_report`.
    """
    report = build_coverage_report(db, actor, filters, language)
    counts = _count_rt(load_facts(db, report.period, filters))
    denominators = latest_denominators(list_denominators(db, actor), report.period.to)
    kelurahan = tuple(
        _build_kelurahan_rt(row, *counts.get(row.kelurahan, (0, 0)), denominators) for row in report.rows
    )
    areas = sorted(list_areas(db), key=attrgetter("code"))
    kecamatan_of = {area.code: area.parent_code for area in areas}
    kecamatan = [
        _sum_rt(area, [place for place in kelurahan if kecamatan_of[place.code] == area.code], denominators)
        for area in areas
        if area.level is AreaLevel.KECAMATAN and filters.kecamatan in (None, area.code)
    ]
    city = next(area for area in areas if area.level is AreaLevel.KOTA)
    return RtCoverage(
        report=report,
        kelurahan=kelurahan,
        kecamatan=tuple(area for area in kecamatan if area.known),
        total=kecamatan[0] if filters.kecamatan else _sum_rt(city, kelurahan, denominators),
        sources=tuple(
            sorted(
                {
                    RtSource(denominator.source, denominator.as_of)
                    for (code, indicator), denominator in denominators.items()
                    if indicator is Indicator.RT and code.startswith(filters.kecamatan or "")
                }
            )
        ),
    )


def _count_rt(facts: Facts) -> dict[str | None, tuple[int, int]]:
    """Return, by kelurahan, the number of distinct RT of participants and of participants whose RT is recorded."""
    facts = facts.where(facts.from_city & facts.has(Fact.PRESENT) & (facts.rt > 0))
    kelurahan = facts.codes.listed(FactKind.KELURAHAN)
    reached = count_distinct(facts.kelurahan, facts.rt, len(kelurahan))
    people = count_distinct(facts.kelurahan, facts.person, len(kelurahan))
    return dict(zip(kelurahan, zip(reached, people, strict=True), strict=True))


def _build_kelurahan_rt(
    row: CoverageRow, reached: int, people_with_rt: int, denominators: DenominatorsByArea
) -> KelurahanRt:
    """Return the RT of a row's kelurahan; `people_with_rt` is the number of participants whose RT is recorded."""
    return KelurahanRt(
        code=row.kelurahan,
        name=row.name,
        kecamatan=row.kecamatan,
        reached=reached,
        known=_known_rt(row.kelurahan, denominators),
        participants=row.participants,
        without_rt=row.participants - people_with_rt,
        closed_on=row.closed_on,
    )


def _sum_rt(area: Area, kelurahan: Sequence[KelurahanRt], denominators: DenominatorsByArea) -> AreaRt:
    """Return the RT of an area: `reached` is the sum over its kelurahan.

    `known` is the number that a source states for the area itself, else the sum over its open kelurahan, None if one of
    them has none. The RT of a closed kelurahan belong to its successors now, so they don't count among those that
    exist.
    """
    known = [place.known for place in kelurahan if place.closed_on is None]
    sum_known = sum(number for number in known if number) if all(known) else None
    return AreaRt(
        code=area.code,
        name=area.name,
        reached=sum(place.reached for place in kelurahan),
        known=_known_rt(area.code, denominators) or sum_known or None,
    )


def _known_rt(code: str, denominators: DenominatorsByArea) -> int | None:
    """Return the number of RT that a source states for the area, None if there is none."""
    denominator = denominators.get((code, Indicator.RT))
    return denominator.value if denominator else None
