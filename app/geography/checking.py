"""Check uploaded boundaries against the city's kelurahan, repair their lines, and simplify them.

`read_boundaries` in `uploads` calls this in a child process: lines that cross each other very often need more memory
and time than a service can give away.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from app.geography.boundaries import feature_collection
from app.geography.features import Feature, Refused, Ring, read_features, read_polygons
from app.geography.findings import Finding, finding, listing

MAX_STORED_BYTES = 40_000
DECIMALS = 5
"""Of the stored degrees: about a metre."""
# From Sabang to Merauke, in degrees.
INDONESIA = shapely.box(94.5, -11.5, 141.5, 6.5)
MAX_DEGREES_AROUND = 0.3
"""How far from the known places of the kelurahan a boundary may reach; about 33 km."""
MAX_DEGREES_ELSEWHERE = 0.005
"""How far from its known place a kelurahan's boundary may lie without a remark."""
MAX_SHARED = 0.1
"""The part of a kelurahan that another one's boundary may cover, as lines are never quite exact."""
FIRST_TOLERANCE = 0.00001
LAST_TOLERANCE = 0.01


@dataclass(frozen=True, slots=True)
class Place:
    """A kelurahan that needs a boundary, and the point where it is known to be; None if that is unknown."""

    code: str
    name: str
    longitude: float | None
    latitude: float | None


@dataclass(frozen=True, slots=True)
class CheckedBoundaries:
    """Boundaries that can be stored, as GeoJSON of fewer than `MAX_STORED_BYTES` bytes, with remarks on them."""

    geojson: str
    remarks: tuple[Finding, ...]


def check_boundaries(content: bytes, places: Sequence[Place]) -> CheckedBoundaries:
    """Return the boundaries of all `places` in a GeoJSON file.

    Raises `Refused` with everything that is wrong, as far as it can be seen together.
    """
    by_code = {place.code: place for place in places}
    features = read_features(content, by_code)
    polygons = _read_all(features, by_code)
    _require_degrees(polygons)
    _require_near(polygons, by_code)
    shapes, repaired = _build_shapes(polygons, by_code)
    _require_apart(shapes, by_code)
    remarks = [
        *listing("repaired", repaired),
        *listing("elsewhere", _list_elsewhere(shapes, by_code)),
        *([] if shapely.coverage_is_valid(list(shapes.values())) else [finding("apart")]),
    ]
    return CheckedBoundaries(_simplify(shapes), tuple(remarks))


def _read_all(features: Iterable[Feature], places: Mapping[str, Place]) -> dict[str, list[list[Ring]]]:
    """Return the polygons of each kelurahan by its code. Raises `Refused`."""
    counts = Counter(feature.code for feature in features)
    polygons: dict[str, list[list[Ring]]] = {}
    not_areas, unreadable = list[str](), list[str]()
    for feature in features:
        if feature.code not in places:
            continue
        try:
            read = read_polygons(feature.geometry)
        except ValueError:
            unreadable.append(places[feature.code].name)
            continue
        if read is None:
            not_areas.append(places[feature.code].name)
        else:
            polygons[feature.code] = read
    findings = [
        *listing("without-code", (str(feature.number) for feature in features if not feature.code)),
        *listing("unknown-codes", (code for code in counts if code and code not in places)),
        *listing("missing", (place.name for code, place in places.items() if code not in counts)),
        *listing("double", (place.name for code, place in places.items() if counts[code] > 1)),
        *listing("not-an-area", not_areas),
        *listing("bad-coordinates", unreadable),
    ]
    if findings:
        raise Refused(*findings)
    return {code: polygons[code] for code in places}


def _require_degrees(polygons: Mapping[str, list[list[Ring]]]) -> None:
    """Raise `Refused` if the coordinates are no degrees, or latitude comes before longitude."""
    positions = np.array(list(chain.from_iterable(map(_positions, polygons.values()))))
    if _lie_in(INDONESIA, positions):
        return
    if _lie_in(INDONESIA, positions[:, ::-1]):
        raise Refused(finding("swapped-axes"))
    if np.abs(positions).max() > 180:
        raise Refused(finding("not-degrees"))


def _positions(polygons: list[list[Ring]]) -> list[tuple[float, float]]:
    return [position for rings in polygons for ring in rings for position in ring]


def _lie_in(box: BaseGeometry, positions: np.ndarray) -> bool:
    """Return whether all positions lie in a box."""
    left, bottom, right, top = box.bounds
    x, y = positions[:, 0], positions[:, 1]
    return bool(((x >= left) & (x <= right) & (y >= bottom) & (y <= top)).all())


def _require_near(polygons: Mapping[str, list[list[Ring]]], places: Mapping[str, Place]) -> None:
    """Raise `Refused` with the kelurahan that reach far beyond the city, or beyond Indonesia if no place is known."""
    points = [point for place in places.values() if (point := _point(place))]
    city = shapely.box(*shapely.total_bounds(points)).buffer(MAX_DEGREES_AROUND) if points else INDONESIA
    far = [
        places[code].name
        for code, parts in polygons.items()
        if not _lie_in(city, np.array(_positions(parts)))
    ]
    if far:
        raise Refused(*listing("far-away", far))


def _point(place: Place) -> shapely.Point | None:
    """Return where a kelurahan is known to be; None if that is unknown."""
    if place.longitude is None or place.latitude is None:
        return None
    return shapely.Point(place.longitude, place.latitude)


def _build_shapes(
    polygons: Mapping[str, list[list[Ring]]], places: Mapping[str, Place]
) -> tuple[dict[str, MultiPolygon], list[str]]:
    """Return valid shapes by code, and the names of those whose lines were repaired.

    Raises `Refused` for those of which no area is left.
    """
    shapes, repaired, empty = dict[str, MultiPolygon](), list[str](), list[str]()
    for code, parts in polygons.items():
        drawn = MultiPolygon([Polygon(rings[0], rings[1:]) for rings in parts])
        shape = drawn if drawn.is_valid else only_areas(shapely.make_valid(drawn))
        if not shape.area:
            empty.append(places[code].name)
        elif shape is not drawn:
            repaired.append(places[code].name)
        shapes[code] = shape
    if empty:
        raise Refused(*listing("no-shape", empty))
    return shapes, repaired


def only_areas(geometry: BaseGeometry) -> MultiPolygon:
    """Return the polygons of a geometry, without its lines and points."""
    parts = shapely.get_parts(geometry, return_index=False)
    flat = chain.from_iterable(part.geoms if hasattr(part, "geoms") else [part] for part in parts)
    return MultiPolygon([part for part in flat if isinstance(part, Polygon) and part.area])


def _require_apart(shapes: Mapping[str, MultiPolygon], places: Mapping[str, Place]) -> None:
    """Raise `Refused` with the pairs that cover much of each other."""
    codes, drawn = list(shapes), list(shapes.values())
    pairs = shapely.STRtree(drawn).query(drawn, predicate="intersects")
    over = [
        f"{places[codes[first]].name} – {places[codes[second]].name}"
        for first, second in pairs.T
        if first < second
        and drawn[first].intersection(drawn[second]).area
        > MAX_SHARED * min(drawn[first].area, drawn[second].area)
    ]
    if over:
        raise Refused(*listing("overlap", over))


def _list_elsewhere(shapes: Mapping[str, MultiPolygon], places: Mapping[str, Place]) -> list[str]:
    """Return the names of the kelurahan whose boundary lies far from where they are known to be."""
    return [
        places[code].name
        for code, shape in shapes.items()
        if (point := _point(places[code])) and shape.distance(point) > MAX_DEGREES_ELSEWHERE
    ]


def _simplify(shapes: Mapping[str, MultiPolygon]) -> str:
    """Return the shapes as GeoJSON of fewer than `MAX_STORED_BYTES` bytes, as exact as that allows.

    Neighbours keep their common borders. Parts too small to be seen are left out, except the largest of each kelurahan.
    Raises `Refused` if there are still too many.
    """
    tolerance = 0.0
    while tolerance <= LAST_TOLERANCE:
        simplified = shapely.coverage_simplify(list(shapes.values()), tolerance)
        rounded = [_round(_without_specks(only_areas(shape), tolerance)) for shape in simplified]
        if all(shape.area for shape in rounded):
            geojson = feature_collection(dict(zip(shapes, rounded, strict=True)))
            if len(geojson) < MAX_STORED_BYTES:
                return geojson
        tolerance = tolerance * 1.6 or FIRST_TOLERANCE
    raise Refused(finding("too-complex", kilobytes=MAX_STORED_BYTES // 1000))


def _without_specks(shape: MultiPolygon, tolerance: float) -> MultiPolygon:
    """Return the largest part, and those parts and holes that are not smaller than a square of the tolerance."""
    if not shape.area:
        return shape
    largest = max(shape.geoms, key=lambda part: float(part.area))
    return MultiPolygon(
        [
            Polygon(part.exterior, [ring for ring in part.interiors if Polygon(ring).area >= tolerance**2])
            for part in shape.geoms
            if part is largest or part.area >= tolerance**2
        ]
    )


def _round(shape: MultiPolygon) -> MultiPolygon:
    """Return the shape with rounded coordinates; the same point of two neighbours stays the same."""
    rounded = shapely.transform(shape, lambda positions: np.round(positions, DECIMALS))
    rounded = shapely.remove_repeated_points(rounded)
    return rounded if rounded.is_valid else only_areas(shapely.make_valid(rounded))
