"""The boundaries of the kelurahan as stored: GeoJSON in WGS 84, each feature's id being the code of a kelurahan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import orjson
import shapely
from shapely import MultiPolygon


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundaries:
    """A FeatureCollection as text, with the source that an administrator named and the day for which it holds."""

    geojson: str
    source: str
    as_of: date

    @property
    def shapes(self) -> Mapping[str, MultiPolygon]:
        """The boundary of each kelurahan by its code, in degrees of longitude and latitude."""
        return read_shapes(self.geojson)

    @property
    def geometries(self) -> Mapping[str, Mapping[str, Any]]:
        """The GeoJSON geometry of each kelurahan by its code."""
        features = orjson.loads(self.geojson)["features"]
        return {feature["id"]: feature["geometry"] for feature in features}


def feature_collection(shapes: Mapping[str, MultiPolygon]) -> str:
    """Return the shapes as GeoJSON (RFC 7946): outer rings counter-clockwise, a single part as a Polygon."""
    features = [
        {"type": "Feature", "id": code, "properties": {}, "geometry": _geometry(shape)}
        for code, shape in sorted(shapes.items())
    ]
    return orjson.dumps({"type": "FeatureCollection", "features": features}).decode()


def _geometry(shape: MultiPolygon) -> dict[str, Any]:
    oriented = shapely.orient_polygons(shape)
    parts = [
        [[list(position) for position in ring.coords] for ring in (part.exterior, *part.interiors)]
        for part in oriented.geoms
    ]
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


@lru_cache(maxsize=4)
def read_shapes(geojson: str) -> Mapping[str, MultiPolygon]:
    """Return the shapes of stored boundaries by code; those read last are remembered."""
    shapes = {}
    for feature in orjson.loads(geojson)["features"]:
        shape = shapely.geometry.shape(feature["geometry"])
        shapes[feature["id"]] = shape if isinstance(shape, MultiPolygon) else MultiPolygon([shape])
    return shapes
