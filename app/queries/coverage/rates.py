"""The people of a coverage report against how many live there, where a source tells that."""

from app.database import Db
from app.models import AreaLevel, Indicator
from app.permissions import Actor
from app.queries.coverage.census import Census
from app.queries.coverage.counts import CoverageFilters
from app.queries.coverage.denominators import DenominatorView, denominators, known_on
from app.reports.coverage.rates import Rate
from app.reports.periods import Period

UMKM_GROUP = "umkm"


def coverage_rates(
    db: Db, actor: Actor, counted: Census, period: Period, filters: CoverageFilters
) -> tuple[Rate, ...]:
    """By area, of what was known on the period's last day. Within one kecamatan there is no rate of the city.

    Where another group is counted alone, there is none of the UMKM.
    """
    rates = []
    for line in known_on(denominators(db, actor), period.to).values():
        participants = _participants(line, counted)
        if participants is None or not _is_counted(line, filters):
            continue
        rates.append(
            Rate(
                area=line.area_code,
                name=line.area,
                measure="umkm" if line.indicator is Indicator.UMKM else "penduduk",
                participants=participants,
                known=line.value,
                as_of=line.as_of,
                source=line.source,
            )
        )
    return tuple(rates)


def _is_counted(line: DenominatorView, filters: CoverageFilters) -> bool:
    """Whether the filters leave the people with whom the number is compared."""
    in_area = filters.kecamatan is None or line.area_code.startswith(filters.kecamatan)
    in_group = line.indicator is not Indicator.UMKM or filters.group in (None, UMKM_GROUP)
    return in_area and in_group


def _participants(line: DenominatorView, counted: Census) -> int | None:
    """The people to compare with the number; None where the report doesn't count them (RT have a report of theirs)."""
    match line.indicator, line.level:
        case Indicator.POPULATION, AreaLevel.KOTA:
            return counted.city.participants
        case Indicator.POPULATION, AreaLevel.KECAMATAN:
            return counted.of("kecamatan", line.area_code).participants
        case Indicator.POPULATION, AreaLevel.KELURAHAN:
            return counted.of("kelurahan", line.area_code).participants
        case Indicator.UMKM, AreaLevel.KOTA:
            return counted.of("group", UMKM_GROUP).participants
        case Indicator.UMKM, AreaLevel.KELURAHAN:
            return counted.of("cells", line.area_code, UMKM_GROUP).participants
        case _:
            return None
