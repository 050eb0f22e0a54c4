"""The areas and target groups that everything else refers to."""

from collections import defaultdict
from dataclasses import dataclass

from sqlmodel import col, select

from app.database import Db
from app.i18n import Language
from app.models import (
    AmbiguousPlace,
    AmbiguousPlaceCandidate,
    Area,
    AreaAlias,
    AreaLevel,
    TargetGroup,
    TargetGroupSynonym,
)
from app.spreadsheets import reference as sheets


@dataclass(frozen=True)
class KelurahanView:
    code: str
    name: str
    official_name: str
    kecamatan_code: str
    kecamatan: str


@dataclass(frozen=True)
class TargetGroupView:
    """`label` is in the reader's language."""

    code: str
    label: str


def kelurahan(db: Db) -> list[KelurahanView]:
    """Every kelurahan that is valid now, in code order."""
    areas = db.exec(select(Area).where(col(Area.valid_to).is_(None)).order_by(Area.code)).all()
    name = {area.code: area.name for area in areas}
    return [
        KelurahanView(area.code, area.name, area.official_name, area.parent_code, name[area.parent_code])
        for area in areas
        if area.level is AreaLevel.KELURAHAN and area.parent_code
    ]


def target_groups(db: Db, language: Language) -> list[TargetGroupView]:
    """The groups in the order in which reports show them."""
    return [
        TargetGroupView(group.code, group.label_id if language == "id" else group.label_en)
        for group in db.exec(select(TargetGroup).order_by(col(TargetGroup.position)))
    ]


def sheet_reference(db: Db) -> sheets.Reference:
    """What the reader of sheets knows of places and groups; a constant number of queries."""
    areas = db.exec(select(Area).where(col(Area.valid_to).is_(None)).order_by(Area.code)).all()
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
            sheets.Kelurahan(area.code, area.name, area.parent_code, tuple(aliases[area.code]))
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
