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

# Places, ambiguous texts and target groups, with a row for each alias, candidate or synonym, which comes last.
_REFERENCE = (
    select_columns(
        *(col(Area.code), col(Area.name), col(Area.parent_code), col(Area.level), col(Area.bps_code)),
        *(col(Area.valid_from), col(Area.valid_to), col(AreaAlias.alias)),
    )
    .outerjoin(AreaAlias, col(AreaAlias.area_code) == col(Area.code))
    .order_by(col(Area.code), col(AreaAlias.alias)),
    select_columns(col(AmbiguousPlace.text), col(AmbiguousPlace.why), col(AmbiguousPlaceCandidate.area_code))
    .outerjoin(AmbiguousPlaceCandidate, col(AmbiguousPlaceCandidate.text) == col(AmbiguousPlace.text))
    .order_by(col(AmbiguousPlace.text), col(AmbiguousPlaceCandidate.area_code)),
    select_columns(
        *(col(TargetGroup.code), col(TargetGroup.label_id), col(TargetGroup.label_en)),
        col(TargetGroupSynonym.synonym),
    )
    .outerjoin(TargetGroupSynonym, col(TargetGroupSynonym.target_group_code) == col(TargetGroup.code))
    .order_by(col(TargetGroup.position), col(TargetGroupSynonym.synonym)),
)


def load_reference(db: Db) -> sheets.Reference:
    """Return the places and groups that the reader of sheets knows, as of today; three queries.

    They have a few hundred rows and are read each time. `Reference` is made anew only when one of them has changed,
    because its users keep an index of all names beside it: making both takes 4 ms, half as long as the rest of a
    registration.
    """
    return _reference(wita_today(), *(tuple(map(tuple, db.execute(statement))) for statement in _REFERENCE))


@lru_cache(maxsize=1)
def _reference(today: date, areas: _Rows, ambiguous: _Rows, groups: _Rows) -> sheets.Reference:
    valid_areas = [
        (*area, aliases)
        for (*area, valid_from, valid_to), aliases in _group_by_all_but_last(areas).items()
        if valid_from <= today <= (valid_to or today)
    ]
    return sheets.Reference(
        kelurahan=tuple(
            sheets.Kelurahan(code, name, kecamatan, aliases, bps_code)
            for code, name, kecamatan, level, bps_code, aliases in valid_areas
            if level is AreaLevel.KELURAHAN and kecamatan
        ),
        kecamatan={
            code: name for code, name, _, level, *_rest in valid_areas if level is AreaLevel.KECAMATAN
        },
        ambiguous=tuple(
            sheets.AmbiguousPlace(text, candidates, why)
            for (text, why), candidates in _group_by_all_but_last(ambiguous).items()
        )
        + tuple(
            # A kecamatan's short name names none of its kelurahan: listed so that all of them are offered.
            sheets.AmbiguousPlace(alias, (code,), "a kecamatan")
            for code, _, _, level, _, aliases in valid_areas
            if level is AreaLevel.KECAMATAN
            for alias in aliases
        ),
        target_groups=tuple(
            sheets.TargetGroup(code, label_id, (label_id, label_en), synonyms)
            for (code, label_id, label_en), synonyms in _group_by_all_but_last(groups).items()
        ),
    )


def _group_by_all_but_last(rows: _Rows) -> Mapping[tuple[Any, ...], tuple[str, ...]]:
    """Return the last values of the rows by all values before them, in the same order; () for a single None."""
    grouped: dict[tuple[Any, ...], tuple[str, ...]] = defaultdict(tuple)
    for *columns, last in rows:
        grouped[tuple(columns)] += () if last is None else (last,)
    return grouped
