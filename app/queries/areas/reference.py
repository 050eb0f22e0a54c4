"""The areas and target groups that everything else refers to."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import ColumnElement, or_
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.database import Db
from app.i18n import Language, wita_today
from app.models import (
    AmbiguousPlace,
    AmbiguousPlaceCandidate,
    Area,
    AreaAlias,
    AreaLevel,
    TargetGroup,
    TargetGroupSynonym,
)
from app.people.values import reference as sheets


@dataclass(frozen=True)
class KelurahanView:
    code: str
    name: str
    official_name: str
    kecamatan_code: str
    kecamatan: str
    valid_to: date | None


@dataclass(frozen=True)
class TargetGroupView:
    """`label` is in the reader's language."""

    code: str
    label: str


_Kecamatan = aliased(Area)


def _valid_between(first: date, last: date) -> ColumnElement[bool]:
    return (col(Area.valid_from) <= last) & or_(col(Area.valid_to).is_(None), col(Area.valid_to) >= first)


_KELURAHAN = (
    select_columns(
        col(Area.code),
        col(Area.name),
        col(Area.official_name),
        col(_Kecamatan.code),
        col(_Kecamatan.name),
        col(Area.valid_to),
    )
    .join(_Kecamatan, col(_Kecamatan.code) == col(Area.parent_code))
    .where(col(Area.level) == AreaLevel.KELURAHAN)
)


class NamedKelurahan(Protocol):
    """What has the names of a kelurahan and of its kecamatan."""

    @property
    def name(self) -> str: ...

    @property
    def kecamatan(self) -> str: ...


def reading_order(kelurahan: NamedKelurahan) -> tuple[str, str]:
    """Return the key by which lists and forms sort kelurahan: by kecamatan, then by name. Reports sort by code."""
    return kelurahan.kecamatan.casefold(), kelurahan.name.casefold()


def list_kelurahan(db: Db) -> list[KelurahanView]:
    """Return every kelurahan that is valid today, by `reading_order`."""
    today = wita_today()
    return list_kelurahan_between(db, today, today)


def list_kelurahan_with(db: Db, present: str | None) -> list[KelurahanView]:
    """Return every kelurahan that is valid today, and the `present` one of a saved record, even if it is closed."""
    today = wita_today()
    offered = _KELURAHAN.where(_valid_between(today, today) | (col(Area.code) == present))
    return sorted((KelurahanView(*line) for line in db.execute(offered)), key=reading_order)


def list_kelurahan_between(db: Db, first: date, last: date) -> list[KelurahanView]:
    """Return every kelurahan that is valid on some day from the first to the last, by `reading_order`."""
    valid = db.execute(_KELURAHAN.where(_valid_between(first, last)))
    return sorted((KelurahanView(*line) for line in valid), key=reading_order)


def is_valid_area(area: Area, level: AreaLevel) -> bool:
    """Return whether this is an area of that level and valid today."""
    today = wita_today()
    return area.level is level and area.valid_from <= today <= (area.valid_to or today)


def list_target_groups(db: Db, language: Language) -> list[TargetGroupView]:
    """Return the target groups in the order in which reports show them."""
    label = col(TargetGroup.label_id if language == "id" else TargetGroup.label_en)
    statement = select_columns(col(TargetGroup.code), label).order_by(col(TargetGroup.position))
    return [TargetGroupView(*line) for line in db.execute(statement)]


def get_place_and_group_names(db: Db, language: Language) -> dict[str, str]:
    """Return the names of all kelurahan, also closed ones, and the labels of all target groups, by code."""
    places = sorted((KelurahanView(*line) for line in db.execute(_KELURAHAN)), key=reading_order)
    return {place.code: place.name for place in places} | {
        group.code: group.label for group in list_target_groups(db, language)
    }


_Rows = tuple[tuple[Any, ...], ...]

_REFERENCE_TABLES = (
    select_columns(
        *(col(Area.code), col(Area.name), col(Area.parent_code), col(Area.level), col(Area.bps_code)),
        *(col(Area.valid_from), col(Area.valid_to)),
    ).order_by(col(Area.code)),
    select_columns(col(AreaAlias.area_code), col(AreaAlias.alias)),
    select_columns(col(AmbiguousPlace.text), col(AmbiguousPlace.why)),
    select_columns(col(AmbiguousPlaceCandidate.text), col(AmbiguousPlaceCandidate.area_code)).order_by(
        col(AmbiguousPlaceCandidate.area_code)
    ),
    select_columns(col(TargetGroup.code), col(TargetGroup.label_id), col(TargetGroup.label_en)).order_by(
        col(TargetGroup.position)
    ),
    select_columns(col(TargetGroupSynonym.target_group_code), col(TargetGroupSynonym.synonym)),
)


def load_reference(db: Db) -> sheets.Reference:
    """Return the places and groups that the reader of sheets knows, as of today; six queries.

    The six tables hold a few hundred rows and are read each time. `Reference` is made anew only when one of them has
    changed, because its users keep an index of all names beside it: making both takes 4 ms, half as long as the rest
    of a registration.
    """
    return _reference(wita_today(), *(tuple(map(tuple, db.execute(table))) for table in _REFERENCE_TABLES))


@lru_cache(maxsize=1)
def _reference(
    today: date,
    areas: _Rows,
    aliases: _Rows,
    ambiguous: _Rows,
    candidates: _Rows,
    groups: _Rows,
    synonyms: _Rows,
) -> sheets.Reference:
    aliases_of, candidates_of, synonyms_of = map(_by_first, (aliases, candidates, synonyms))
    valid_areas = [area[:5] for area in areas if area[5] <= today <= (area[6] or today)]
    kelurahan = tuple(
        sheets.Kelurahan(code, name, kecamatan, aliases_of[code], bps_code)
        for code, name, kecamatan, level, bps_code in valid_areas
        if level is AreaLevel.KELURAHAN and kecamatan
    )
    kecamatan = {code: name for code, name, _, level, _ in valid_areas if level is AreaLevel.KECAMATAN}
    return sheets.Reference(
        kelurahan=kelurahan,
        kecamatan=kecamatan,
        ambiguous=tuple(sheets.AmbiguousPlace(text, candidates_of[text], why) for text, why in ambiguous)
        + tuple(
            # A kecamatan's short name names none of its kelurahan: listed so that all of them are offered.
            sheets.AmbiguousPlace(alias, (code,), "a kecamatan")
            for code in kecamatan
            for alias in aliases_of[code]
        ),
        target_groups=tuple(
            sheets.TargetGroup(code, label_id, (label_id, label_en), synonyms_of[code])
            for code, label_id, label_en in groups
        ),
    )


def _by_first(rows: _Rows) -> Mapping[str, tuple[str, ...]]:
    """Return the second values of the rows by the first."""
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for first, second in rows:
        found[first] += (second,)
    return found
