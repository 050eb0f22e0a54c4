"""Kelurahan that begin and end: a split closes one and opens others, and what was counted before stays with the old."""

import re
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select

from app.database import Db
from app.errors import Conflict, Invalid
from app.i18n import N_
from app.models import Area, AreaAlias, AreaLevel
from app.models.base import YEARS
from app.people.values.place_names import place_key
from app.permissions import Actor, Permission
from app.queries.areas.areas import kelurahan_by_code
from app.services.activities import record, snapshot
from app.services.locks import lock_people_table
from app.services.registrations.recognition import PLEASE_CORRECT

CODE = re.compile(r"(?P<kecamatan>\d\d\.\d\d\.\d\d)\.\d{4}")
LONGEST_NAME = 60
# So many tiles beside or below each other the map may have.
TILES = range(100)


@dataclass(frozen=True)
class KelurahanInput:
    """`code` is the Kemendagri code, which begins with its kecamatan's. The tile is its place on the map."""

    code: str
    name: str
    valid_from: date | None
    tile_column: int | None = None
    tile_row: int | None = None


def open_kelurahan(db: Db, actor: Actor, given: KelurahanInput) -> Area:
    """A kelurahan from a day on. Raises `Conflict` for a code that was ever used, `Invalid` for what can't be."""
    actor.require(Permission.USER_WRITE)
    lock_people_table(db)
    area = _checked(db, given)
    _require_alone(db, area)
    db.add(area)
    db.flush()
    record(db, actor, "create", "area", area.code, after=snapshot(area))
    return area


def set_last_day(db: Db, actor: Actor, code: str, last_day: date | None) -> Area:
    """Closes a kelurahan after its last day; without one it goes on.

    Raises `Invalid` for a day before its first, and where others have taken its name or its tile by then.
    """
    actor.require(Permission.USER_WRITE)
    lock_people_table(db)
    area = kelurahan_by_code(db, actor, code)
    if last_day and (last_day < area.valid_from or last_day.year not in YEARS):
        raise _refused(last_day=N_("Choose a day from the kelurahan's first one on."))
    before = snapshot(area)
    area.valid_to = last_day
    _require_alone(db, area)
    record(db, actor, "change", "area", code, before=before, after=snapshot(area))
    return area


def _checked(db: Db, given: KelurahanInput) -> Area:
    fields = {}
    code = CODE.fullmatch(given.code.strip())
    kecamatan = db.get(Area, code["kecamatan"]) if code else None
    if kecamatan is None or kecamatan.level is not AreaLevel.KECAMATAN:
        fields["code"] = N_(
            "Write the code as 64.71.05.1002; it begins with that of a kecamatan of the city."
        )
    name = " ".join(given.name.split())
    if not place_key(name) or len(name) > LONGEST_NAME:
        fields["name"] = N_("A name is needed, of at most 60 characters.")
    if given.valid_from is None or given.valid_from.year not in YEARS:
        fields["valid_from"] = N_("Fill in a day.")
    tile = (given.tile_column, given.tile_row)
    if tile != (None, None) and not (tile[0] in TILES and tile[1] in TILES):
        fields["tile_column"] = N_("Fill in both numbers, from 0 on, or neither.")
    if fields or code is None or given.valid_from is None:
        raise _refused(**fields)
    if db.get(Area, code[0]):
        raise Conflict(N_("There is an area with this code already."), code="code-taken")
    return Area(
        code=code[0],
        level=AreaLevel.KELURAHAN,
        parent_code=code["kecamatan"],
        name=name,
        official_name=name,
        tile_column=given.tile_column,
        tile_row=given.tile_row,
        valid_from=given.valid_from,
    )


def _require_alone(db: Db, area: Area) -> None:
    """At no time do two kelurahan bear one name, or stand on one tile."""
    ends = area.valid_to or date.max
    others = db.exec(
        select(Area).where(Area.level == AreaLevel.KELURAHAN, Area.code != area.code, Area.valid_from <= ends)
    )
    beside = {
        other.code: other for other in others if other.valid_to is None or other.valid_to >= area.valid_from
    }
    aliases = db.exec(select(AreaAlias).where(col(AreaAlias.area_code).in_(beside)))
    owner = {place_key(alias.alias): alias.area_code for alias in aliases}
    owner |= {place_key(other.name): other.code for other in beside.values()}
    if namesake := owner.get(place_key(area.name)):
        text = N_("%(other)s is called so at that time. Close it first, or choose another name.")
        raise _refused(name=text, last_day=text, other=namesake)
    tile = (area.tile_column, area.tile_row)
    for other in beside.values():
        if area.tile_column is not None and (other.tile_column, other.tile_row) == tile:
            text = N_("%(other)s stands there on the map at that time.")
            raise _refused(tile_column=text, last_day=text, other=other.name)


def _refused(*, other: str = "", **fields: str) -> Invalid:
    """With the sentence of each field; `other` is who stands in the way."""
    return Invalid(PLEASE_CORRECT, fields=fields, other=other)
