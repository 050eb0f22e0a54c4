"""The areas and target groups that everything else refers to."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, String, bindparam, or_
from sqlalchemy import select as select_columns
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import col, select

from app.database import Db, lines
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


def _valid_between(
    first: date | BindParameter[date], last: date | BindParameter[date]
) -> ColumnElement[bool]:
    return (col(Area.valid_from) <= last) & or_(col(Area.valid_to).is_(None), col(Area.valid_to) >= first)


# Put together once: forms without an account ask it with every visit.
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
_VALID_KELURAHAN = _KELURAHAN.where(_valid_between(bindparam("first"), bindparam("last")))


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
    return [KelurahanView(*line) for line in lines(db, _VALID_KELURAHAN, {"first": first, "last": last})]


def is_valid(area: Area, level: AreaLevel) -> bool:
    """Whether this is an area of that level, today."""
    today = wita_today()
    return area.level is level and area.valid_from <= today <= (area.valid_to or today)


def target_groups(db: Db, language: Language) -> list[TargetGroupView]:
    """The groups in the order in which reports show them."""
    label = col(TargetGroup.label_id if language == "id" else TargetGroup.label_en)
    statement = select_columns(col(TargetGroup.code), label).order_by(col(TargetGroup.position))
    return [TargetGroupView(*line) for line in lines(db, statement)]


def names(db: Db, language: Language) -> dict[str, str]:
    """What kelurahan (of any time) and target groups are called, by their codes."""
    places = (KelurahanView(*line) for line in db.execute(_KELURAHAN))
    return {place.code: place.name for place in places} | {
        group.code: group.label for group in target_groups(db, language)
    }


class _Said(FunctionElement[str]):
    """All that stands in these columns of a table, as one text: a list of JSON of each row's."""

    type = String()
    inherit_cache = True


@compiles(_Said, "sqlite")
def _said_on_sqlite(said: _Said, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_group_array(json_array({compiler.process(said.clauses, **options)}))"


@compiles(_Said, "postgresql")
def _said_on_postgresql(said: _Said, compiler: SQLCompiler, **options: Any) -> str:
    return (
        f"coalesce(CAST(json_agg(json_build_array({compiler.process(said.clauses, **options)})) AS text), '')"
    )


def _said_by(*columns: Mapped[Any]) -> ColumnElement[str]:
    return select_columns(_Said(*columns)).scalar_subquery()


_TABLES_SAID = (
    _said_by(
        *(col(Area.code), col(Area.level), col(Area.parent_code), col(Area.name), col(Area.bps_code)),
        *(col(Area.valid_from), col(Area.valid_to)),
    ),
    _said_by(col(AreaAlias.alias), col(AreaAlias.area_code)),
    _said_by(col(AmbiguousPlace.text), col(AmbiguousPlace.why)),
    _said_by(col(AmbiguousPlaceCandidate.text), col(AmbiguousPlaceCandidate.area_code)),
    _said_by(
        col(TargetGroup.code), col(TargetGroup.position), col(TargetGroup.label_id), col(TargetGroup.label_en)
    ),
    _said_by(col(TargetGroupSynonym.synonym), col(TargetGroupSynonym.target_group_code)),
)
# All that the tables of places and groups say, as one text.
REFERENCE_SAID = reduce(add, _TABLES_SAID)
_REFERENCE_SAID = select_columns(REFERENCE_SAID)

# The one that was asked for last, by the day and what the tables said: whoever changes them, in this process or in
# another, makes it another one.
_kept: dict[tuple[date, str], sheets.Reference] = {}


def sheet_reference(db: Db, said: str | None = None) -> sheets.Reference:
    """What the reader of sheets knows of places and groups; one query while they stay as they are, and none for whoever
    has asked for `REFERENCE_SAID`."""
    today, said = wita_today(), _reference_said(db) if said is None else said
    kept = _kept.get((today, said))
    if kept is None:
        kept = _sheet_reference(db)
        if _reference_said(db) == said and wita_today() == today:
            _kept.clear()
            _kept[today, said] = kept
    return kept


def _reference_said(db: Db) -> str:
    return str(lines(db, _REFERENCE_SAID).scalar_one())


def _sheet_reference(db: Db) -> sheets.Reference:
    """A constant number of queries."""
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
