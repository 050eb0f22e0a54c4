"""Kelurahan and ambiguous place names, for administrators."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import AmbiguousPlace, AmbiguousPlaceCandidate, Area, AreaAlias, AreaLevel
from app.permissions import Actor, Permission
from app.queries.areas.reference import reading_order


@dataclass(frozen=True)
class KelurahanDetails:
    """A kelurahan with its aliases (other spellings of its name, sorted). `valid_to` is its last day."""

    code: str
    name: str
    kecamatan_code: str
    kecamatan: str
    tile_column: int | None
    tile_row: int | None
    valid_from: date
    valid_to: date | None
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class AmbiguousPlaceView:
    """A text that could mean several kelurahan; `candidates` are their names."""

    text: str
    why: str
    candidates: tuple[str, ...]


def get_city(db: Db) -> Area:
    """Return the city whose database this is: the one area of the level kota."""
    return db.exec(select(Area).where(col(Area.level) == AreaLevel.KOTA)).one()


def list_kelurahan_details(db: Db, actor: Actor) -> list[KelurahanDetails]:
    """Return every kelurahan by `reading_order`, including those that no longer exist or don't exist yet.

    Raises `Forbidden` for everyone but administrators.
    """
    actor.require(Permission.USER_WRITE)
    areas = {area.code: area for area in db.exec(select(Area).order_by(Area.code))}
    aliases: dict[str, list[str]] = defaultdict(list)
    for alias in db.exec(select(AreaAlias).order_by(AreaAlias.alias)):
        aliases[alias.area_code].append(alias.alias)
    details = (
        KelurahanDetails(
            code=area.code,
            name=area.name,
            kecamatan_code=area.parent_code,
            kecamatan=areas[area.parent_code].name,
            tile_column=area.tile_column,
            tile_row=area.tile_row,
            valid_from=area.valid_from,
            valid_to=area.valid_to,
            aliases=tuple(aliases[area.code]),
        )
        for area in areas.values()
        if area.level is AreaLevel.KELURAHAN and area.parent_code
    )
    return sorted(details, key=reading_order)


def get_kelurahan_details(db: Db, actor: Actor, code: str) -> KelurahanDetails:
    """Return a kelurahan by code. Raises `NotFound`, and `Forbidden` for everyone but administrators."""
    for kelurahan in list_kelurahan_details(db, actor):
        if kelurahan.code == code:
            return kelurahan
    raise NotFound(N_("There is no such kelurahan."))


def get_kelurahan(db: Db, actor: Actor, code: str) -> Area:
    """Return the row of a kelurahan by its code.

    Raises `NotFound` for any other code, also of a kecamatan, and `Forbidden` for everyone but administrators.
    """
    actor.require(Permission.USER_WRITE)
    area = db.get(Area, code)
    if area is None or area.level is not AreaLevel.KELURAHAN:
        raise NotFound(N_("There is no such kelurahan."))
    return area


def list_ambiguous_places(db: Db, actor: Actor) -> list[AmbiguousPlaceView]:
    """Return the ambiguous place names, sorted, each with the names of its candidates in the order of their codes.

    Raises `Forbidden` for everyone but administrators.
    """
    actor.require(Permission.USER_WRITE)
    candidates: dict[str, list[str]] = defaultdict(list)
    statement = (
        select(AmbiguousPlaceCandidate.text, Area.name)
        .join(Area, col(Area.code) == col(AmbiguousPlaceCandidate.area_code))
        .order_by(Area.code)
    )
    for text, name in db.exec(statement):
        candidates[text].append(name)
    return [
        AmbiguousPlaceView(place.text, place.why, tuple(candidates[place.text]))
        for place in db.exec(select(AmbiguousPlace).order_by(AmbiguousPlace.text))
    ]
