"""Files of boundaries as they come: good ones, wrong ones, and ones that are meant to do harm."""

import csv
import random
from collections.abc import Callable

import orjson
import pytest
import shapely

from app.geography.boundaries import read_shapes
from app.geography.checking import MAX_STORED_BYTES, CheckedBoundaries, Place, check_boundaries
from app.geography.features import Refused
from app.geography.uploads import MAX_BYTES, read_boundaries
from tests.boundaries import DATA, Feature, change_positions, make_features, make_geojson

Change = Callable[[list[Feature]], None]


def load_places() -> list[Place]:
    with (DATA / "kelurahan.csv").open(encoding="utf-8", newline="") as file:
        return [
            Place(row["code"], row["name"], float(row["longitude"]), float(row["latitude"]))
            for row in csv.DictReader(file)
        ]


PLACES = load_places()


def checked(change: Change | None = None, **members: object) -> CheckedBoundaries:
    return check_boundaries(make_geojson(change, **members), PLACES)


def refusals(content: bytes) -> dict[str, object]:
    """Return what is wrong with a file: what is listed, or None, by code."""
    with pytest.raises(Refused) as refused:
        check_boundaries(content, PLACES)
    return {found.code: found.params.get("list") for found in refused.value.findings}


def test_every_kelurahan_has_the_shape_that_was_uploaded() -> None:
    boundaries = checked()

    shapes = read_shapes(boundaries.geojson)
    assert list(shapes) == [place.code for place in PLACES]
    assert boundaries.remarks == ()
    for feature, shape in zip(make_features(), shapes.values(), strict=True):
        uploaded = shapely.from_geojson(orjson.dumps(feature["geometry"]))
        assert shape.symmetric_difference(uploaded).area < 0.01 * uploaded.area
    # RFC 7946: outer rings go counter-clockwise.
    assert all(part.exterior.is_ccw for shape in shapes.values() for part in shape.geoms)


def test_codes_are_found_by_value_whatever_their_property_is_called() -> None:
    def as_number(features: list[Feature]) -> None:
        for feature, place in zip(features, PLACES, strict=True):
            feature["properties"] = {
                "OBJECTID": 7,
                "nama": {"a": 1},
                "kd": float(place.code.replace(".", "")),
            }

    def as_id(features: list[Feature]) -> None:
        for feature, place in zip(features, PLACES, strict=True):
            feature.update(id=place.code, properties=None)

    assert checked(as_number) == checked(as_id) == checked()


def test_elevations_and_other_properties_are_dropped() -> None:
    def raise_ground(features: list[Feature]) -> None:
        for feature in features:
            feature["properties"]["penduduk"] = "12345"
            change_positions(feature, lambda position: [*position, 8.5])

    assert checked(raise_ground).geojson == checked().geojson


def test_holes_stay() -> None:
    def cut_hole(features: list[Feature]) -> None:
        area = shapely.from_geojson(orjson.dumps(features[0]["geometry"]))
        hole = area.buffer(-0.01).simplify(0.001)
        features[0]["geometry"]["coordinates"].append([list(point) for point in hole.exterior.coords])

    shape = next(iter(read_shapes(checked(cut_hole).geojson).values()))

    assert len(shape.geoms[0].interiors) == 1
    assert shape.area < 0.9 * next(iter(read_shapes(checked().geojson).values())).area


def winding(position: list[float]) -> list[float]:
    """Return a point of lines that are never straight. The same point of two neighbours is moved alike."""
    x, y = (round(number, 6) for number in position)
    return [x + round(x * 1e6 + y * 7e6) % 97 / 1e6, y]


def test_a_large_file_is_simplified_and_neighbours_keep_their_common_borders() -> None:
    def densify(features: list[Feature]) -> None:
        for feature in features:
            area = shapely.segmentize(shapely.from_geojson(orjson.dumps(feature["geometry"])), 0.0004)
            feature["geometry"] = orjson.loads(shapely.to_geojson(area))
            change_positions(feature, winding)

    content = make_geojson(densify)

    boundaries = check_boundaries(content, PLACES)

    assert len(content) > 4 * MAX_STORED_BYTES > 4 * len(boundaries.geojson)
    shapes = list(read_shapes(boundaries.geojson).values())
    assert shapely.coverage_is_valid(shapes)
    assert shapely.union_all(shapes).geom_type == "Polygon"


def test_lines_that_cross_themselves_are_repaired_and_said() -> None:
    def tie(features: list[Feature]) -> None:
        ring = features[1]["geometry"]["coordinates"][0]
        ring[1], ring[2] = ring[2], ring[1]

    boundaries = checked(tie)

    assert {"code": "repaired", "params": {"list": "Lamaru"}} in [
        {"code": remark.code, "params": dict(remark.params)} for remark in boundaries.remarks
    ]
    assert all(shape.is_valid for shape in read_shapes(boundaries.geojson).values())


def test_codes_that_were_mixed_up_are_said() -> None:
    def mix_up(features: list[Feature]) -> None:
        first, second = features[0]["properties"], features[30]["properties"]
        first["KODE"], second["KODE"] = second["KODE"], first["KODE"]

    assert [(remark.code, remark.params["list"]) for remark in checked(mix_up).remarks] == [
        ("elsewhere", "Manggar, Telaga Sari")
    ]


def test_unknown_missing_and_double_codes_are_listed_together() -> None:
    def spoil(features: list[Feature]) -> None:
        features[0]["properties"]["KODE"] = "6471011999"
        features[2]["properties"]["KODE"] = features[1]["properties"]["KODE"]
        del features[3]["properties"]["KODE"]
        features[4]["geometry"] = {"type": "Point", "coordinates": [116.8, -1.2]}
        features[5]["geometry"]["coordinates"][0][0][0] = "timur"

    assert refusals(make_geojson(spoil)) == {
        "without-code": "4",
        "unknown-codes": "6471011999",
        "missing": "Manggar, Teritip, Manggar Baru",
        "double": "Lamaru",
        "not-an-area": "Baru Ilir",
        "bad-coordinates": "Baru Tengah",
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda at: [at[1], at[0]], "swapped-axes"),
        (lambda at: [at[0] * 4000, at[1] * 111_000 + 10_000_000], "not-degrees"),
        (lambda at: [at[0] - 10, at[1] - 5], "far-away"),
        (lambda at: [at[0] + 100, at[1] + 50], "not-degrees"),
        (lambda at: [116.8, -1.2], "no-shape"),
        (lambda at: [at[0], 1e300], "not-degrees"),
        (lambda at: [at[0]], "bad-coordinates"),
        (lambda at: [True, False], "bad-coordinates"),
        (lambda at: [], "bad-coordinates"),
    ],
)
def test_wrong_coordinates(change: Callable[[list[float]], list[float]], code: str) -> None:
    def change_all(features: list[Feature]) -> None:
        for feature in features:
            change_positions(feature, change)

    assert list(refusals(make_geojson(change_all))) == [code]


def test_one_boundary_over_another_is_refused() -> None:
    def copy(features: list[Feature]) -> None:
        features[1]["geometry"] = features[0]["geometry"]

    assert refusals(make_geojson(copy)) == {"overlap": "Manggar – Lamaru"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not-geojson"),
        (b"PK\x03\x04", "not-geojson"),
        (b"<kml/>", "not-geojson"),
        (b"[" * 1_000_000, "not-geojson"),
        (b'{"type":"Topology","objects":{}}', "not-a-collection"),
        (b'{"type":"FeatureCollection","features":[]}', "not-a-collection"),
        (b'{"type":"FeatureCollection","features":{"a":1}}', "not-a-collection"),
        (b'{"type":"FeatureCollection","features":[NaN]}', "not-geojson"),
        (b'{"type":"FeatureCollection","features":[1e999]}', "not-geojson"),
        (b'{"type":"FeatureCollection","features":[1,null,[],{"properties":[]}]}', "no-codes"),
        (b'{"type":"FeatureCollection","features":[' + b"0," * 3000 + b"0]}", "too-many-features"),
        (make_geojson(crs={"properties": {"name": "urn:ogc:def:crs:EPSG::32750"}}), "other-projection"),
    ],
    ids=lambda value: value[:24].decode(errors="replace") if isinstance(value, bytes) else value,
)
def test_what_is_no_geojson(content: bytes, code: str) -> None:
    assert list(refusals(content)) == [code]


def test_the_usual_names_of_wgs_84_are_accepted() -> None:
    for name in ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"):
        assert checked(crs={"type": "name", "properties": {"name": name}}) == checked()


def test_a_child_process_answers_the_same() -> None:
    assert read_boundaries(make_geojson(), PLACES) == checked()


@pytest.mark.soak
def test_lines_that_need_all_memory_end_the_child_alone() -> None:
    """4,000 random lines cross each other millions of times. In the service's process they took 1.5 GB and more."""

    def tangle(features: list[Feature]) -> None:
        numbers = random.Random(1)  # noqa: S311 (no secret)
        ring = [[116.93 + numbers.random() / 10, -1.15 + numbers.random() / 10] for _ in range(4000)]
        features[0]["geometry"]["coordinates"] = [[*ring, ring[0]]]

    with pytest.raises(Refused) as refused:
        read_boundaries(make_geojson(tangle), PLACES)

    assert refused.value.findings[0].code in {"not-readable", "too-slow"}


def test_a_file_that_is_too_large_is_not_even_parsed() -> None:
    with pytest.raises(Refused) as refused:
        read_boundaries(b" " * (MAX_BYTES + 1), PLACES)

    assert refused.value.findings[0].code == "too-large"
