"""Fills an empty database with the city's reference data: areas, the ways their names are written, how many live
there, groups.

Loaded once. From then on the database is the truth, so that what an admin changed there stays.
"""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import select

from app.database import Db, upgrade, writing
from app.models import (
    AmbiguousPlace,
    AmbiguousPlaceCandidate,
    Area,
    AreaAlias,
    AreaLevel,
    Denominator,
    Indicator,
    TargetGroup,
    TargetGroupSynonym,
)
from app.services.locks import lock_reference_data

DATA_FOLDER = Path(__file__).parent.parent / "data"
KOTA = "64.71"
# Before any workshop that may be recorded; the source doesn't tell when each area was formed.
VALID_FROM = date(2000, 1, 1)


def set_up_database(engine: Engine) -> None:
    """Applies the migrations, then adds the reference data where there is none."""
    upgrade(engine)
    with writing(engine) as db:
        load_reference_data(db)


def load_reference_data(db: Db) -> None:
    """Adds the reference data where there is none."""
    lock_reference_data(db)
    if db.exec(select(Area.code)).first() is None:
        _load_areas(db)
        _load_names(db)
    if db.exec(select(TargetGroup.code)).first() is None:
        _load_target_groups(db)
    if db.exec(select(Denominator.id)).first() is None:
        _load_denominators(db)


def _load_areas(db: Db) -> None:
    db.add(
        Area(
            code=KOTA,
            level=AreaLevel.KOTA,
            name="Balikpapan",
            official_name="Kota Balikpapan",
            bps_code="6471",
            valid_from=VALID_FROM,
        )
    )
    db.flush()
    for line in _lines("kecamatan.csv"):
        db.add(
            Area(
                code=line["code"],
                level=AreaLevel.KECAMATAN,
                parent_code=KOTA,
                name=line["name"],
                official_name=line["name"],
                bps_code=line["bps_code"],
                valid_from=VALID_FROM,
            )
        )
    db.flush()
    for line in _lines("kelurahan.csv"):
        db.add(
            Area(
                code=line["code"],
                level=AreaLevel.KELURAHAN,
                parent_code=line["kecamatan_code"],
                name=line["name"],
                official_name=line["official_name"],
                bps_code=line["bps_code"],
                latitude=float(line["latitude"]),
                longitude=float(line["longitude"]),
                tile_column=int(line["tile_column"]),
                tile_row=int(line["tile_row"]),
                valid_from=VALID_FROM,
            )
        )
    db.flush()


def _load_names(db: Db) -> None:
    for line in _lines("kelurahan-aliases.csv"):
        db.add(AreaAlias(alias=line["alias"], area_code=line["code"]))
    for line in _lines("kelurahan-ambiguous.csv"):
        db.add(AmbiguousPlace(text=line["text"], why=line["why"]))
        db.flush()
        for code in filter(None, line["candidates"].split("|")):
            db.add(AmbiguousPlaceCandidate(text=line["text"], area_code=code))
    db.flush()


def _load_target_groups(db: Db) -> None:
    for position, line in enumerate(_lines("target-groups.csv"), start=1):
        db.add(
            TargetGroup(
                code=line["code"], label_id=line["label_id"], label_en=line["label_en"], position=position
            )
        )
        db.flush()
        for synonym in filter(None, line["synonyms"].split("|")):
            db.add(TargetGroupSynonym(synonym=synonym, target_group_code=line["code"]))
    db.flush()


def _load_denominators(db: Db) -> None:
    for line in _lines("denominators.csv"):
        db.add(
            Denominator(
                area_code=line["area_code"],
                indicator=Indicator(line["indicator"]),
                value=int(line["value"]),
                as_of=date.fromisoformat(line["as_of"]),
                source=line["source"],
            )
        )
    db.flush()


def _lines(name: str) -> Iterator[dict[str, str]]:
    with (DATA_FOLDER / name).open(encoding="utf-8", newline="") as source:
        yield from csv.DictReader(source)
