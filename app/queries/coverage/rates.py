"""Rates: the participants of a coverage report per inhabitants or UMKM, for areas with a denominator."""

from app.database import Db
from app.models import AreaLevel, Indicator
from app.permissions import Actor
from app.queries.coverage.city_counts import CityCounts
from app.queries.coverage.denominators import DenominatorView, latest_denominators, list_denominators
from app.queries.coverage.filters import CoverageFilters
from app.reports.coverage.report import Rate
from app.reports.periods import Period

UMKM_GROUP = "umkm"


def load_rates(
    db: Db, actor: Actor, counts: CityCounts, period: Period, filters: CoverageFilters
) -> tuple[Rate, ...]:
    """Return the rates of inhabitants and UMKM, by area code.

    There is one for each newest denominator as of the period's last day, unless the filters leave out people whom it
    counts. Raises `Forbidden` if the actor's role may not see coverage.
    """
    rates = []
    for denominator in latest_denominators(list_denominators(db, actor), period.to).values():
        participants = _participants(denominator, counts)
        if participants is None or not _is_comparable(denominator, filters):
            continue
        rates.append(
            Rate(
                area=denominator.area_code,
                name=denominator.area,
                measure="umkm" if denominator.indicator is Indicator.UMKM else "penduduk",
                participants=participants,
                known=denominator.value,
                as_of=denominator.as_of,
                source=denominator.source,
            )
        )
    return tuple(rates)


def _is_comparable(denominator: DenominatorView, filters: CoverageFilters) -> bool:
    """Return whether the filters by kecamatan and target group leave in all people of the denominator.

    A report on one kecamatan has no rate for the city, a report on another group none for UMKM.
    """
    in_area = filters.kecamatan is None or denominator.area_code.startswith(filters.kecamatan)
    in_group = denominator.indicator is not Indicator.UMKM or filters.group in (None, UMKM_GROUP)
    return in_area and in_group


def _participants(denominator: DenominatorView, counts: CityCounts) -> int | None:
    """Return the participants for the denominator's area and indicator, None if there is no such rate.

    There is none for RT, nor for the UMKM of a kecamatan.
    """
    area = denominator.area_code
    match denominator.indicator, denominator.level:
        case Indicator.POPULATION, AreaLevel.KOTA:
            return counts.city.participants
        case Indicator.POPULATION, AreaLevel.KECAMATAN:
            return counts.get("kecamatan", area).participants
        case Indicator.POPULATION, AreaLevel.KELURAHAN:
            return counts.get("kelurahan", area).participants
        case Indicator.UMKM, AreaLevel.KOTA:
            return counts.get("group", UMKM_GROUP).participants
        case Indicator.UMKM, AreaLevel.KELURAHAN:
            return counts.get("cell", area, UMKM_GROUP).participants
        case _:
            return None
