"""The areas and target groups that everything else refers to."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import col, select

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
from app.people import reference as sheets


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
    .order_by(col(Area.code))
)


def kelurahan(db: Db) -> list[KelurahanView]:
    """Every kelurahan that is valid today, in code order."""
    today = wita_today()
    return kelurahan_between(db, today, today)


def kelurahan_and(db: Db, present: str | None) -> list[KelurahanView]:
    """Every kelurahan that is valid today, and the one where something lies already, though it may have ended."""
    today = wita_today()
    offered = _KELURAHAN.where(_valid_between(today, today) | (col(Area.code) == present))
    return [KelurahanView(*line) for line in db.execute(offered)]


def kelurahan_between(db: Db, first: date, last: date) -> list[KelurahanView]:
    """Every kelurahan that is valid on some day from the first to the last, in code order."""
    return [KelurahanView(*line) for line in db.execute(_KELURAHAN.where(_valid_between(first, last)))]


def is_valid(area: Area, level: AreaLevel) -> bool:
    """Whether this is an area of that level, today."""
    today = wita_today()
    return area.level is level and area.valid_from <= today <= (area.valid_to or today)


def target_groups(db: Db, language: Language) -> list[TargetGroupView]:
    """The groups in the order in which reports show them."""
    label = col(TargetGroup.label_id if language == "id" else TargetGroup.label_en)
    statement = select_columns(col(TargetGroup.code), label).order_by(col(TargetGroup.position))
    return [TargetGroupView(*line) for line in db.execute(statement)]


def names(db: Db, language: Language) -> dict[str, str]:
    """What kelurahan (of any time) and target groups are called, by their codes."""
    places = (KelurahanView(*line) for line in db.execute(_KELURAHAN))
    return {place.code: place.name for place in places} | {
        group.code: group.label for group in target_groups(db, language)
    }


def sheet_reference(db: Db) -> sheets.Reference:
    """Return the places and groups that the reader of sheets knows; six queries."""
    today = wita_today()
    areas = db.exec(select(Area).where(_valid_between(today, today)).order_by(Area.code)).all()
    aliases: dict[str, list[str]] = defaultdict(list)
    for alias in db.exec(select(AreaAlias)):
        aliases[alias.area_code].append(alias.alias)
    candidates: dict[str, list[str]] = defaultdict(list)
    for candidate in db.exec(select(AmbiguousPlaceCandidate).order_by(AmbiguousPlaceCandidate.area_code)):
        candidates[candidate.text].append(candidate.area_code)
    synonyms: dict[str, list[str]] = defaultdict(list)
    for synonym in db.exec(select(TargetGroupSynonym)):
        synonyms[synonym.target_group_code].append(synonym.synonym)
    return sheets.Reference(
        kelurahan=tuple(
            sheets.Kelurahan(area.code, area.name, area.parent_code, tuple(aliases[area.code]), area.bps_code)
            for area in areas
            if area.level is AreaLevel.KELURAHAN and area.parent_code
        ),
        kecamatan={area.code: area.name for area in areas if area.level is AreaLevel.KECAMATAN},
        ambiguous=tuple(
            sheets.AmbiguousPlace(place.text, tuple(candidates[place.text]), place.why)
            for place in db.exec(select(AmbiguousPlace))
        )
        + tuple(
            # A kecamatan's short name names none of its kelurahan: listed so that all of them are offered.
            sheets.AmbiguousPlace(alias, (area.code,), "a kecamatan")
            for area in areas
            if area.level is AreaLevel.KECAMATAN
            for alias in aliases[area.code]
        ),
        target_groups=tuple(
            sheets.TargetGroup(
                group.code, group.label_id, (group.label_id, group.label_en), tuple(synonyms[group.code])
            )
            for group in db.exec(select(TargetGroup).order_by(col(TargetGroup.position)))
        ),
    )
