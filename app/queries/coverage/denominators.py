"""Denominators: how many inhabitants, UMKM or RT an area has, according to a source on a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import Area, AreaLevel, Denominator, Indicator
from app.permissions import Actor, Permission


@dataclass(frozen=True)
class DenominatorView:
    """A denominator with its area: `value` inhabitants, UMKM or RT on the day `as_of`."""

    id: int
    area_code: str
    area: str
    level: AreaLevel
    indicator: Indicator
    value: int
    as_of: date
    source: str


DenominatorsByArea = Mapping[tuple[str, Indicator], DenominatorView]
"""Denominators by area code and indicator. A missing one is unknown, and must not be computed from other areas."""


def list_denominators(db: Db, actor: Actor) -> list[DenominatorView]:
    """Return all denominators by area code, then indicator, then the newest day first.

    Of the same day the one recorded last is first. Raises `Forbidden` if the actor's role may not see coverage.
    """
    actor.require(Permission.COVERAGE_READ)
    statement = (
        select(
            col(Denominator.id),
            col(Area.code),
            col(Area.name),
            col(Area.level),
            col(Denominator.indicator),
            col(Denominator.value),
            col(Denominator.as_of),
            col(Denominator.source),
        )
        .join(Area, col(Area.code) == col(Denominator.area_code))
        .order_by(
            col(Denominator.area_code),
            col(Denominator.indicator),
            col(Denominator.as_of).desc(),
            col(Denominator.id).desc(),
        )
    )
    return [DenominatorView(*row) for row in db.execute(statement)]


def latest_denominators(denominators: Iterable[DenominatorView], day: date) -> DenominatorsByArea:
    """Return the newest denominator of each area and indicator that is not later than `day`.

    `denominators` must have the order of `list_denominators`, the newest first.
    """
    latest: dict[tuple[str, Indicator], DenominatorView] = {}
    for denominator in denominators:
        if denominator.as_of <= day:
            latest.setdefault((denominator.area_code, denominator.indicator), denominator)
    return latest


def list_areas(db: Db) -> list[Area]:
    """Return all areas, also closed ones: the kota, the kecamatan by name, the kelurahan by kecamatan and name."""
    areas = {area.code: area for area in db.scalars(select(Area))}
    names = {code: area.name.casefold() for code, area in areas.items()}
    levels = list(AreaLevel)
    return sorted(
        areas.values(),
        key=lambda area: (
            levels.index(area.level),
            names.get(area.parent_code or "", ""),
            names[area.code],
        ),
    )


def load_denominator(db: Db, denominator_id: int) -> Denominator:
    """Return the row of a denominator. Raises `NotFound`. The caller checks the permission."""
    denominator = db.get(Denominator, denominator_id)
    if denominator is None:
        raise NotFound(N_("There is no such figure."))
    return denominator
