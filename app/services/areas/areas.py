"""Create kelurahan and set their last day.

When a kelurahan is split, it gets a last day and its successors a first day; attendance counted before stays with it.
"""

import re
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Invalid
from app.i18n import N_
from app.models import Area, AreaAlias, AreaLevel
from app.models.base import YEARS
from app.people.values.place_names import place_key
from app.permissions import Actor, Permission
from app.queries.areas.areas import get_kelurahan
from app.services.activities import log_activity, snapshot
from app.services.locks import lock_people_table

KELURAHAN_CODE = re.compile(r"(?P<kecamatan>\d\d\.\d\d\.\d\d)\.\d{4}")
MAX_NAME_LENGTH = 60
# Columns and rows of the map.
TILE_NUMBERS = range(100)


@dataclass(frozen=True)
class KelurahanInput:
    """A new kelurahan. `code` is its Kemendagri code, which begins with the kecamatan's code.

    The tile is its position on the map of tiles, counted from 0; both numbers are None if it has none.
    """

    code: str
    name: str
    valid_from: date | None
    tile_column: int | None = None
    tile_row: int | None = None


def create_kelurahan(db: Db, actor: Actor, data: KelurahanInput) -> Area:
    """Create a kelurahan that is valid from its first day on, without a last day, and log it.

    Raises `Forbidden` without `USER_WRITE`; `Invalid` for invalid fields, also where another kelurahan of that time has
    the name or tile; `Conflict` if an area has, or had, this code.
    """
    actor.require(Permission.USER_WRITE)
    lock_people_table(db)
    area = _parse_kelurahan(db, data)
    _require_unique(db, area)
    db.add(area)
    db.flush()
    log_activity(db, actor, "create", "area", area.code, after=snapshot(area))
    return area


def set_last_day(db: Db, actor: Actor, code: str, last_day: date | None) -> Area:
    """Set or, with None, remove the last day on which a kelurahan is valid, and log it.

    Raises `Forbidden` without `USER_WRITE`, `NotFound`, and `Invalid` for a day before its first one or after the year
    2100, and if another kelurahan that is valid at the same time has its name or tile.
    """
    actor.require(Permission.USER_WRITE)
    lock_people_table(db)
    area = get_kelurahan(db, actor, code)
    if last_day and (last_day < area.valid_from or last_day.year not in YEARS):
        raise _invalid(last_day=N_("Choose a day from the kelurahan's first one on."))
    before = snapshot(area)
    area.valid_to = last_day
    _require_unique(db, area)
    log_activity(db, actor, "change", "area", code, before=before, after=snapshot(area))
    return area


def _parse_kelurahan(db: Db, data: KelurahanInput) -> Area:
    """Return the new area, not added to `db` yet.

    Raises `Invalid` with the errors of all fields, `Conflict` if an area has this code.
    """
    errors = {}
    code = KELURAHAN_CODE.fullmatch(data.code.strip())
    kecamatan = db.get(Area, code["kecamatan"]) if code else None
    if kecamatan is None or kecamatan.level is not AreaLevel.KECAMATAN:
        errors["code"] = N_(
            "Write the code as 64.71.05.1002; it begins with that of a kecamatan of the city."
        )
    name = " ".join(data.name.split())
    if not place_key(name) or len(name) > MAX_NAME_LENGTH:
        errors["name"] = N_("A name is needed, of at most 60 characters.")
    if data.valid_from is None or data.valid_from.year not in YEARS:
        errors["valid_from"] = N_("Fill in a day.")
    tile = (data.tile_column, data.tile_row)
    if tile != (None, None) and not (tile[0] in TILE_NUMBERS and tile[1] in TILE_NUMBERS):
        errors["tile_column"] = N_("Fill in both numbers, from 0 on, or neither.")
    if errors or code is None or data.valid_from is None:
        raise _invalid(**errors)
    if db.get(Area, code[0]):
        raise Conflict(N_("There is an area with this code already."), code="code-taken")
    return Area(
        code=code[0],
        level=AreaLevel.KELURAHAN,
        parent_code=code["kecamatan"],
        name=name,
        official_name=name,
        tile_column=data.tile_column,
        tile_row=data.tile_row,
        valid_from=data.valid_from,
    )


def _require_unique(db: Db, area: Area) -> None:
    """Raise `Invalid` if another kelurahan that is valid at the same time has this one's name or tile.

    Aliases of the other kelurahan count as names.
    """
    valid_to = area.valid_to or date.max
    statement = select(Area).where(
        Area.level == AreaLevel.KELURAHAN, Area.code != area.code, Area.valid_from <= valid_to
    )
    others = {
        other.code: other
        for other in db.exec(statement)
        if other.valid_to is None or other.valid_to >= area.valid_from
    }
    aliases = db.exec(select(AreaAlias).where(col(AreaAlias.area_code).in_(others)))
    codes = {place_key(alias.alias): alias.area_code for alias in aliases}
    codes |= {place_key(other.name): other.code for other in others.values()}
    if code := codes.get(place_key(area.name)):
        text = N_("%(other)s has this name at that time. Close it first, or choose another name.")
        raise _invalid(name=text, last_day=text, other=code)
    tile = (area.tile_column, area.tile_row)
    for other in others.values():
        if area.tile_column is not None and (other.tile_column, other.tile_row) == tile:
            text = N_("%(other)s stands there on the map at that time.")
            raise _invalid(tile_column=text, last_day=text, other=other.name)


def _invalid(*, other: str = "", **errors: str) -> Invalid:
    """Return the exception with an error for each field; `other` replaces `%(other)s` in them."""
    return Invalid(PLEASE_CORRECT, fields=errors, other=other)
