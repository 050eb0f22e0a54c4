"""Made-up boundaries of all kelurahan, as an administrator uploads them: the parts of a rectangle nearest to each."""

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import shapely

from app.models import BoundarySet, BoundaryStage

DATA = Path(__file__).parent.parent / "app" / "data"
EDGE = 0.02
"""How far, in degrees, the rectangle reaches beyond the outermost kelurahan."""

Feature = dict[str, Any]


def make_features() -> list[Feature]:
    """Return a feature for each kelurahan, in the order of codes."""
    with (DATA / "kelurahan.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    points = shapely.MultiPoint([(float(row["longitude"]), float(row["latitude"])) for row in rows])
    city = shapely.box(*points.bounds).buffer(EDGE, join_style="mitre")
    cells = shapely.voronoi_polygons(points, extend_to=city, ordered=True).geoms
    return [
        {
            "type": "Feature",
            "properties": {"WADMKD": row["name"], "KODE": row["code"].replace(".", "")},
            "geometry": orjson.loads(shapely.to_geojson(cell.intersection(city))),
        }
        for row, cell in zip(rows, cells, strict=True)
    ]


def make_geojson(change: Callable[[list[Feature]], None] | None = None, **members: object) -> bytes:
    """Return the boundaries as GeoJSON, after `change` of the features; `members` are further ones of the file."""
    features = make_features()
    if change:
        change(features)
    return orjson.dumps({"type": "FeatureCollection", "features": features, **members})


def make_boundary_set(stage: BoundaryStage = BoundaryStage.SHOWN) -> BoundarySet:
    """Return the boundaries as the database has them."""
    return BoundarySet(
        stage=stage,
        geojson=make_geojson(_use_ids).decode(),
        source="Kantor Contoh",
        as_of=date(2025, 6, 1),
        remarks=[],
        checksum="0" * 64,
    )


def _use_ids(features: list[Feature]) -> None:
    for feature in features:
        digits = feature["properties"]["KODE"]
        feature["id"] = ".".join((digits[:2], digits[2:4], digits[4:6], digits[6:]))


def change_positions(feature: Feature, change: Callable[[list[float]], list[float]]) -> None:
    """Change every position of a feature whose geometry is a Polygon."""
    rings = feature["geometry"]["coordinates"]
    feature["geometry"]["coordinates"] = [[change(position) for position in ring] for ring in rings]
