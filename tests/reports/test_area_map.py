"""The map in the boundaries of the kelurahan: each once, labels that never meet, the legend of the tiles."""

from dataclasses import replace
from datetime import date
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest
import shapely

from app.geography.boundaries import Boundaries, feature_collection, read_shapes
from app.geography.checking import Place, check_boundaries
from app.i18n import Translator
from app.reports.coverage.files.pdf import render_coverage_pdf
from app.reports.coverage.report import CoverageReport, coverage_document
from app.reports.drawings.area_map import map_svg
from app.reports.drawings.label_places import place_labels
from app.reports.drawings.map import tile_map_svg
from tests.boundaries import make_geojson

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def mapped(report: CoverageReport) -> CoverageReport:
    """The report with boundaries."""
    places = [Place(row.kelurahan, row.name, None, None) for row in report.rows]
    boundaries = Boundaries(
        geojson=check_boundaries(make_geojson(), places).geojson,
        source="Kantor Contoh <pemetaan>",
        as_of=date(2025, 6, 1),
    )
    return replace(report, boundaries=boundaries)


def draw(report: CoverageReport, _: Translator) -> ET.Element:
    return ET.fromstring(map_svg(report, _, "en", lambda code: f"/peserta?kelurahan={code}"))  # noqa: S314


def test_every_kelurahan_is_a_link_with_its_description(mapped: CoverageReport, english: Translator) -> None:
    links = draw(mapped, english).findall(f"{SVG}a")

    assert [link.get("href") for link in links] == [
        f"/peserta?kelurahan={row.kelurahan}" for row in mapped.rows
    ]
    assert links[0].get("aria-label") == "Manggar: Reached, 1,204 participants, target 2"


def test_names_or_numbers_of_the_key_tell_which_kelurahan_it_is(
    mapped: CoverageReport, english: Translator
) -> None:
    texts = "|".join(draw(mapped, english).itertext()).replace("\n", "|")

    for row in mapped.rows:
        assert all(word in texts for word in row.name.split()), row.name


def test_labels_never_meet(mapped: CoverageReport) -> None:
    assert mapped.boundaries
    for scale in (0.3, 1, 3):
        shapes = {
            code: shapely.transform(shape, lambda at, factor=3000 * scale: at * [factor, -factor])
            for code, shape in mapped.boundaries.shapes.items()
        }
        labels = place_labels(shapes, {row.kelurahan: row.name for row in mapped.rows})
        boxes = [shapely.box(*label.box) for label in labels.values()]
        overlaps = [one.intersection(other).area for one, other in combinations(boxes, 2)]

        assert max(overlaps) == 0, scale
        assert all(
            shapes[code].contains(shapely.box(*label.box)) for code, label in labels.items() if label.fits
        )


def test_it_has_the_legend_of_the_tiles_and_the_source(mapped: CoverageReport, english: Translator) -> None:
    legend = {
        text
        for text in ET.fromstring(tile_map_svg(mapped, english, "en")).itertext()  # noqa: S314
        if text.strip()
        in {"Reached", "Partly reached", "Nobody came", "Not yet measured", "Nobody registered"}
    }
    svg = draw(mapped, english)

    assert len(legend) == 5
    assert legend <= set(svg.itertext())
    assert "Boundaries: Kantor Contoh <pemetaan>, 1 June 2025." in svg.itertext()
    assert all("style" not in element.attrib for element in svg.iter())


def test_a_kelurahan_without_a_boundary_is_named(mapped: CoverageReport, english: Translator) -> None:
    assert mapped.boundaries
    shapes = dict(read_shapes(mapped.boundaries.geojson))
    del shapes["64.71.01.1001"]
    fewer = replace(mapped.boundaries, geojson=feature_collection(shapes))

    svg = draw(replace(mapped, boundaries=fewer), english)

    assert "Not on the map, without a boundary: Manggar." in svg.itertext()
    assert len(svg.findall(f"{SVG}a")) == len(mapped.rows) - 1


def test_without_boundaries_it_is_the_map_of_hexagons(report: CoverageReport, english: Translator) -> None:
    assert map_svg(report, english, "en") == tile_map_svg(report, english, "en")


def test_the_pdf_has_it_and_the_figures_do_not(
    mapped: CoverageReport, report: CoverageReport, english: Translator
) -> None:
    assert render_coverage_pdf(mapped, english, "en") != render_coverage_pdf(report, english, "en")
    assert coverage_document(mapped, english) == coverage_document(report, english)
