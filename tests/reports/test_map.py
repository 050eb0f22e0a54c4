"""The tile map: every kelurahan once, in its place, told apart without colour, and fit for a strict page."""

import re
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree as ET

from app.i18n import Translator
from app.reports.coverage.report import STATES, CoverageReport
from app.reports.coverage.states import LOOKS
from app.reports.drawings.hexagons import HEIGHT, WIDTH, Tile, borders
from app.reports.drawings.map import name_lines, tile_map_svg

SVG = "{http://www.w3.org/2000/svg}"


def drawn(report: CoverageReport, english: Translator) -> ET.Element:
    return ET.fromstring(tile_map_svg(report, english, "en"))  # noqa: S314 (our own drawing)


def titles(svg: ET.Element) -> list[str]:
    return [group.findtext(f"{SVG}title", "") for group in svg if group.find(f"{SVG}polygon") is not None]


def test_34_kelurahan_each_say_what_they_show(report: CoverageReport, english: Translator) -> None:
    said = titles(drawn(report, english))

    assert len(said) == 34
    assert "Manggar: Reached, 1,204 participants, target 2" in said
    assert "Baru Ilir: Not yet measured (attendance list missing), 0 participants, target 2" in said


def test_no_two_tiles_overlap(report: CoverageReport) -> None:
    tops = [Tile(row.tile_row or 0, row.tile_column or 0).top for row in report.rows]

    apart = [
        abs(x1 - x2) >= WIDTH or abs(y1 - y2) >= HEIGHT or (abs(x1 - x2) == WIDTH / 2 and y1 != y2)
        for index, (x1, y1) in enumerate(tops)
        for x2, y2 in tops[:index]
    ]
    assert all(apart)


def test_nothing_in_it_needs_an_inline_style(report: CoverageReport, english: Translator) -> None:
    for element in drawn(report, english).iter():
        assert element.tag not in {f"{SVG}style", f"{SVG}script"}
        assert "style" not in element.attrib


def test_states_differ_by_icon_and_not_by_colour_alone() -> None:
    assert set(LOOKS) == set(STATES)
    assert max(Counter(look.icon for look in LOOKS.values()).values()) == 1


def test_the_legend_names_every_state_also_those_that_are_not_there(
    report: CoverageReport, english: Translator
) -> None:
    all_reached = replace(report, rows=tuple(replace(row, state="reached") for row in report.rows))

    assert {look.label for look in LOOKS.values()} <= set(drawn(all_reached, english).itertext())


def test_writing_is_legible_on_its_tile() -> None:
    for look in LOOKS.values():
        for ground in filter(None, (look.fill, look.hatch)):
            assert contrast(look.ink, ground) >= 4.5, look.label


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, as the Web Content Accessibility Guidelines define it."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(part, 16) / 255 for part in re.findall("..", colour.removeprefix("#"))]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_tiles_lead_to_the_people_only_where_asked(report: CoverageReport, english: Translator) -> None:
    linked = tile_map_svg(report, english, "en", link=lambda code: f"/people?kelurahan={code}&all")

    assert 'href="/people?kelurahan=64.71.01.1001&amp;all"' in linked
    assert "href" not in tile_map_svg(report, english, "en")


def test_a_kelurahan_without_a_tile_is_left_to_the_table(report: CoverageReport, english: Translator) -> None:
    new = replace(report.rows[0], name="Baru Sekali", tile_row=None, tile_column=None)

    assert len(titles(drawn(replace(report, rows=(*report.rows, new)), english))) == 34


def test_a_name_with_signs_of_markup_is_text(report: CoverageReport, english: Translator) -> None:
    odd = replace(report.rows[0], name="<b>&</b>")

    assert any("<b>&</b>: Reached" in said for said in titles(drawn(replace(report, rows=(odd,)), english)))


def test_long_names_take_up_to_three_lines() -> None:
    assert name_lines("Manggar") == ("Manggar",)
    assert name_lines("Gunung Samarinda Baru") == ("Gunung", "Samarinda", "Baru")
    assert name_lines("Gunung Samarinda Baru Ulu") == ("Gunung", "Samarinda", "Baru Ulu")


def test_borders_run_between_areas_and_around_the_whole() -> None:
    alone = borders({Tile(0, 0): "Timur"})
    together = borders({Tile(0, 0): "Timur", Tile(0, 1): "Timur"})
    apart = borders({Tile(0, 0): "Timur", Tile(0, 1): "Barat"})

    assert (len(alone), len(together), len(apart)) == (6, 10, 12)


def test_neighbours_share_an_edge_in_even_and_odd_rows() -> None:
    for tile in (Tile(2, 3), Tile(3, 3)):
        for index, neighbour in enumerate(tile.neighbours):
            edge = {tile.corners[index], tile.corners[(index + 1) % 6]}
            assert edge <= set(neighbour.corners)
