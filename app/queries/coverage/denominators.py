"""What figures of an area are measured against, as the sources tell it: only for the very areas they name."""

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
    """`value` are inhabitants, UMKM or RT of the area on the day `as_of`; `id` is the line's."""

    id: int
    area_code: str
    area: str
    level: AreaLevel
    indicator: Indicator
    value: int
    as_of: date
    source: str


Known = Mapping[tuple[str, Indicator], DenominatorView]
"""By the code of a kota, kecamatan or kelurahan. What is missing is not known, and isn't to be worked out."""


def denominators(db: Db, actor: Actor) -> list[DenominatorView]:
    """All that was ever recorded: by area and indicator, in each the one that counts first. For every role."""
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
    return [DenominatorView(*line) for line in db.execute(statement)]


def known_on(found: Iterable[DenominatorView], day: date) -> Known:
    """Of what `denominators` gave, the newest that each area has on that day; of one day, what was recorded last."""
    known: dict[tuple[str, Indicator], DenominatorView] = {}
    for line in found:
        if line.as_of <= day:
            known.setdefault((line.area_code, line.indicator), line)
    return known


def areas(db: Db) -> list[Area]:
    """Every area that a source may tell of, the kota first, each kecamatan before its kelurahan."""
    return list(db.scalars(select(Area).order_by(col(Area.code))))


def denominator_by_id(db: Db, actor: Actor, denominator_id: int) -> Denominator:
    """The record itself, for changes. Raises `Forbidden` or `NotFound`."""
    actor.require(Permission.TARGET_WRITE)
    found = db.get(Denominator, denominator_id)
    if found is None:
        raise NotFound(N_("There is no such figure."))
    return found
