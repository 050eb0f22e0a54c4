"""Read the features of an uploaded GeoJSON: their codes, and their coordinates as numbers."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from app.geography.findings import Finding, finding

MAX_FEATURES = 2_000
# Names of WGS 84 in the member "crs" that older files have.
WGS_84 = re.compile(r"(crs:?84|epsg:{1,2}4326|wgs ?84)$", re.IGNORECASE)

Position = tuple[float, float]
Ring = list[Position]


class Refused(Exception):
    """Raised for a file that can't be used, with everything that was found wrong."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(", ".join(found.code for found in findings))
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature with its number from 1, the code as written ("" without any), and its GeoJSON geometry."""

    number: int
    code: str
    geometry: Any


def read_features(content: bytes, codes: Iterable[str]) -> list[Feature]:
    """Return the features of a GeoJSON file, with codes in the form of `codes` where they are written without dots.

    The property that holds the codes is the one in which most of `codes` are found; it may have any name. Raises
    `Refused`.
    """
    try:
        document = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except (
        orjson.JSONDecodeError
    ) as error:  # also for NaN, numbers without end, and lists that are nested too deep
        raise Refused(finding("not-geojson")) from error
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise Refused(finding("not-a-collection" if isinstance(document, dict) else "not-geojson"))
    features = document.get("features")
    if not isinstance(features, list) or not features:
        raise Refused(finding("not-a-collection"))
    if len(features) > MAX_FEATURES:
        raise Refused(finding("too-many-features", limit=MAX_FEATURES))
    if projection := _other_projection(document.get("crs")):
        raise Refused(finding("other-projection", projection=projection))
    known = {_digits(code): code for code in codes}
    properties = [_properties(feature) for feature in features]
    name = _find_property(properties, known)
    if name is None:
        raise Refused(finding("no-codes"))
    return [
        Feature(
            number,
            known.get(_digits(values.get(name, "")), values.get(name, "").strip()),
            feature.get("geometry") if isinstance(feature, dict) else None,
        )
        for number, (feature, values) in enumerate(zip(features, properties, strict=True), start=1)
    ]


def _other_projection(crs: Any) -> str:
    """Return the name of the coordinate system of a file, "" for WGS 84 and where none is named."""
    try:
        name = str(crs["properties"]["name"])
    except (KeyError, TypeError):
        return ""
    return "" if WGS_84.search(name) else name[:60]


def _properties(feature: Any) -> dict[str, str]:
    """Return the texts and whole numbers among a feature's properties, and its id, as texts."""
    if not isinstance(feature, dict):
        return {}
    properties = feature.get("properties")
    values = {"id": feature.get("id"), **(properties if isinstance(properties, dict) else {})}
    return {
        name: f"{value:.0f}" if isinstance(value, float) else str(value)
        for name, value in values.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool) and len(str(value)) < 100
    }


def _find_property(properties: Sequence[Mapping[str, str]], known: Mapping[str, str]) -> str | None:
    """Return the name under which most of the known codes are found; None if none is."""
    found = Counter(
        name for values in properties for name, value in values.items() if _digits(value) in known
    )
    return found.most_common(1)[0][0] if found else None


def _digits(code: str) -> str:
    """Return a code without what may stand between its parts."""
    return re.sub(r"[.\s-]", "", code)


def read_polygons(geometry: Any) -> list[list[Ring]] | None:
    """Return the rings of each polygon of a geometry; None if it is no Polygon or MultiPolygon.

    Elevations are dropped. Raises `ValueError` for coordinates that are not as GeoJSON has them.
    """
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in {"Polygon", "MultiPolygon"}:
        return None
    polygons = geometry.get("coordinates")
    if kind == "Polygon":
        polygons = [polygons]
    if not isinstance(polygons, list) or not polygons:
        raise ValueError("no polygons")
    return [[_read_ring(ring) for ring in _require_list(polygon)] for polygon in polygons]


def _require_list(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ValueError("a list is missing")
    return value


def _read_ring(ring: Any) -> Ring:
    """Return the positions of a ring as longitude and latitude. Raises `ValueError`."""
    positions = [_read_position(position) for position in _require_list(ring)]
    if len(positions) < 4:
        raise ValueError("a ring needs four points")
    return positions


def _read_position(position: Any) -> Position:
    if not isinstance(position, list) or not 2 <= len(position) <= 4:
        raise ValueError("a position needs two numbers")
    x, y = position[:2]
    if type(x) not in (int, float) or type(y) not in (int, float):
        raise ValueError("a position needs two numbers")
    return float(x), float(y)
