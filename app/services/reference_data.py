"""Load the city's reference data: areas, their other names, target groups, denominators, indicators, privacy notice.

Data is loaded only into empty tables, so that changes by administrators are kept. The privacy notice is loaded until an
administrator publishes another.
"""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import select

from app.database import Db, writing
from app.models import (
    AmbiguousPlace,
    AmbiguousPlaceCandidate,
    Area,
    AreaAlias,
    AreaLevel,
    Denominator,
    EvaluationIndicator,
    Indicator,
    TargetGroup,
    TargetGroupSynonym,
)
from app.schema import upgrade
from app.services.locks import lock_reference_data
from app.services.privacy.notices import load_shipped_notice

DATA_FOLDER = Path(__file__).parent.parent / "data"
KOTA = "64.71"
# Earlier than any workshop in the database: the source does not say when an area was formed.
VALID_FROM = date(2000, 1, 1)


def set_up_database(engine: Engine) -> Path | None:
    """Apply the migrations, load the reference data into empty tables, and commit both.

    Return the path of the copy that `upgrade` made before, if it made one.
    """
    copy = upgrade(engine)
    with writing(engine) as db:
        load_reference_data(db)
    return copy


def load_reference_data(db: Db) -> None:
    """Load areas with their other names, target groups, denominators and indicators: each only if its table is empty.

    Of the privacy notice, see `load_shipped_notice`.
    Flushes, and waits while another server loads them.
    """
    lock_reference_data(db)
    if db.exec(select(Area.code)).first() is None:
        _load_areas(db)
        _load_other_names(db)
    if db.exec(select(TargetGroup.code)).first() is None:
        _load_target_groups(db)
    if db.exec(select(Denominator.id)).first() is None:
        _load_denominators(db)
    if db.exec(select(EvaluationIndicator.id)).first() is None:
        _load_indicators(db)
    load_shipped_notice(db)


def _load_areas(db: Db) -> None:
    """Add the city, its kecamatan and its kelurahan, and flush."""
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
    for row in _read_csv("kecamatan.csv"):
        db.add(
            Area(
                code=row["code"],
                level=AreaLevel.KECAMATAN,
                parent_code=KOTA,
                name=row["name"],
                official_name=row["name"],
                bps_code=row["bps_code"],
                valid_from=VALID_FROM,
            )
        )
    db.flush()
    for row in _read_csv("kelurahan.csv"):
        db.add(
            Area(
                code=row["code"],
                level=AreaLevel.KELURAHAN,
                parent_code=row["kecamatan_code"],
                name=row["name"],
                official_name=row["official_name"],
                bps_code=row["bps_code"],
                latitude=float(row["latitude"]),
                longitude=float(row["longitude"]),
                tile_column=int(row["tile_column"]),
                tile_row=int(row["tile_row"]),
                valid_from=VALID_FROM,
            )
        )
    db.flush()


def _load_other_names(db: Db) -> None:
    """Add the aliases of kelurahan and the ambiguous place names with their candidates."""
    for row in _read_csv("kelurahan-aliases.csv"):
        db.add(AreaAlias(alias=row["alias"], area_code=row["code"]))
    for row in _read_csv("kelurahan-ambiguous.csv"):
        db.add(AmbiguousPlace(text=row["text"], why=row["why"]))
        db.flush()
        for code in filter(None, row["candidates"].split("|")):
            db.add(AmbiguousPlaceCandidate(text=row["text"], area_code=code))
    db.flush()


def _load_target_groups(db: Db) -> None:
    """Add the target groups with their synonyms, in the file's order."""
    for position, row in enumerate(_read_csv("target-groups.csv"), start=1):
        db.add(
            TargetGroup(
                code=row["code"], label_id=row["label_id"], label_en=row["label_en"], position=position
            )
        )
        db.flush()
        for synonym in filter(None, row["synonyms"].split("|")):
            db.add(TargetGroupSynonym(synonym=synonym, target_group_code=row["code"]))
    db.flush()


def _load_denominators(db: Db) -> None:
    for row in _read_csv("denominators.csv"):
        db.add(
            Denominator(
                area_code=row["area_code"],
                indicator=Indicator(row["indicator"]),
                value=int(row["value"]),
                as_of=date.fromisoformat(row["as_of"]),
                source=row["source"],
            )
        )
    db.flush()


def _load_indicators(db: Db) -> None:
    """Add the indicators of evaluations. All are provisional until an administrator has compared them."""
    for row in _read_csv("indicators.csv"):
        db.add(
            EvaluationIndicator(
                instrument=row["instrument"],
                code=row["code"],
                dimension=row["dimension"],
                name=row["name"],
                levels=[row[f"level_{level}"] for level in range(1, 6)],
                source=row["source"],
                as_of=date.fromisoformat(row["as_of"]),
                provisional=row["provisional"] == "yes",
            )
        )
    db.flush()


def _read_csv(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a file in `app/data`, as texts by column name."""
    with (DATA_FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
