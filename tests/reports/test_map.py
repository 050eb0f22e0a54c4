"""The tile map: every kelurahan once, without overlap, legible without colours and without inline styles."""

import re
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from app.i18n import Translator
from app.reports.coverage.report import CoverageReport
from app.reports.coverage.states import STATE_STYLES, STATES
from app.reports.drawings.hexagons import HEIGHT, WIDTH, Tile, borders
from app.reports.drawings.map import name_lines, tile_map_svg

WIDTH_OF_LETTER = 12
"""Of a common font of 21 pixels, on average."""
SVG = "{http://www.w3.org/2000/svg}"


def map_svg(report: CoverageReport, english: Translator) -> ET.Element:
    return ET.fromstring(tile_map_svg(report, english, "en"))  # noqa: S314 (our own drawing)


def titles(svg: ET.Element) -> list[str]:
    return [group.findtext(f"{SVG}title", "") for group in svg if group.find(f"{SVG}polygon") is not None]


def test_each_of_34_kelurahan_has_a_description(report: CoverageReport, english: Translator) -> None:
    descriptions = titles(map_svg(report, english))

    assert len(descriptions) == 34
    assert "Manggar: Reached, 1,204 participants, target 2" in descriptions
    assert "Baru Ilir: Not yet measured (attendance list missing), 0 participants, target 2" in descriptions


def test_no_two_tiles_overlap(report: CoverageReport) -> None:
    tops = [Tile(row.tile_row or 0, row.tile_column or 0).top for row in report.rows]

    apart = [
        abs(x1 - x2) >= WIDTH or abs(y1 - y2) >= HEIGHT or (abs(x1 - x2) == WIDTH / 2 and y1 != y2)
        for index, (x1, y1) in enumerate(tops)
        for x2, y2 in tops[:index]
    ]
    assert all(apart)


def test_it_has_no_inline_styles_or_scripts(report: CoverageReport, english: Translator) -> None:
    for element in map_svg(report, english).iter():
        assert element.tag not in {f"{SVG}style", f"{SVG}script"}
        assert "style" not in element.attrib


def test_states_differ_by_icon_and_not_by_colour_alone() -> None:
    assert set(STATE_STYLES) == set(STATES)
    assert max(Counter(style.icon for style in STATE_STYLES.values()).values()) == 1


def test_the_legend_names_every_state(report: CoverageReport, english: Translator) -> None:
    all_reached = replace(report, rows=tuple(replace(row, state="reached") for row in report.rows))

    assert {style.label for style in STATE_STYLES.values()} <= set(map_svg(all_reached, english).itertext())


@pytest.mark.parametrize("kelurahan", [34, 1])
def test_the_lines_of_the_legend_end_within_the_drawing(
    report: CoverageReport, english: Translator, kelurahan: int
) -> None:
    """The longest one explains who is reached where only some kelurahan have a target."""
    mixed = replace(report, rows=(replace(report.rows[0], target=None), *report.rows[1:kelurahan]))
    drawn = map_svg(mixed, english)
    left, _top, width, _height = map(float, drawn.attrib["viewBox"].split())
    meanings = [line for line in drawn.iter(f"{SVG}text") if line.find(f"{SVG}tspan") is not None]

    assert any(line.findall(f"{SVG}tspan")[1:] for line in meanings)
    for line in meanings:
        (label, *more), x = list(line), float(line.attrib["x"])
        first = f"{label.text}{label.tail}".rstrip()
        for text in (first, *(part.text or "" for part in more)):
            assert x + len(text) * WIDTH_OF_LETTER <= left + width, text


def test_text_has_enough_contrast_on_its_tile() -> None:
    for style in STATE_STYLES.values():
        for background in filter(None, (style.fill, style.hatch)):
            assert contrast(style.ink, background) >= 4.5, style.label


def contrast(colour: str, other: str) -> float:
    """The contrast ratio of two colours, as the Web Content Accessibility Guidelines define it."""
    darker, lighter = sorted((luminance(colour), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(part, 16) / 255 for part in re.findall("..", colour.removeprefix("#"))]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_tiles_are_links_only_with_a_link(report: CoverageReport, english: Translator) -> None:
    linked = tile_map_svg(report, english, "en", link=lambda code: f"/people?kelurahan={code}&all")

    assert 'href="/people?kelurahan=64.71.01.1001&amp;all"' in linked
    assert "href" not in tile_map_svg(report, english, "en")


def test_a_kelurahan_without_a_tile_is_not_drawn(report: CoverageReport, english: Translator) -> None:
    new = replace(report.rows[0], name="Baru Sekali", tile_row=None, tile_column=None)

    assert len(titles(map_svg(replace(report, rows=(*report.rows, new)), english))) == 34


def test_markup_in_a_name_is_escaped(report: CoverageReport, english: Translator) -> None:
    odd = replace(report.rows[0], name="<b>&</b>")

    assert any(
        "<b>&</b>: Reached" in title for title in titles(map_svg(replace(report, rows=(odd,)), english))
    )


def test_long_names_take_up_to_three_lines() -> None:
    assert name_lines("Manggar") == ("Manggar",)
    assert name_lines("Gunung Samarinda Baru") == ("Gunung", "Samarinda", "Baru")
    assert name_lines("Gunung Samarinda Baru Ulu") == ("Gunung", "Samarinda", "Baru Ulu")


def test_borders_run_between_areas_and_around_the_map() -> None:
    alone = borders({Tile(0, 0): "Timur"})
    together = borders({Tile(0, 0): "Timur", Tile(0, 1): "Timur"})
    apart = borders({Tile(0, 0): "Timur", Tile(0, 1): "Barat"})

    assert (len(alone), len(together), len(apart)) == (6, 10, 12)


def test_neighbours_share_an_edge_in_even_and_odd_rows() -> None:
    for tile in (Tile(2, 3), Tile(3, 3)):
        for index, neighbour in enumerate(tile.neighbours):
            edge = {tile.corners[index], tile.corners[(index + 1) % 6]}
            assert edge <= set(neighbour.corners)
