"""The coverage report as a map of the kelurahan in their boundaries, with the legend of the tile map.

`templates/reports/area_map.svg` is the drawing, this module computes the positions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians
from textwrap import wrap

import numpy as np
import shapely
from shapely import MultiPolygon

from app.geography.boundaries import Boundaries, read_shapes
from app.i18n import Language, Translator, full_day_text
from app.reports.coverage.report import CoverageReport, CoverageRow
from app.reports.coverage.states import OUTLINE, STATE_STYLES, State, StateStyle
from app.reports.coverage.texts.wording import headline, report_title
from app.reports.drawings.label_places import (
    ICON_HEIGHT,
    LETTER_WIDTH,
    LINE_HEIGHT,
    LabelPlace,
    place_labels,
)
from app.reports.drawings.map import (
    LEGEND_COLUMNS,
    MARGIN,
    Box,
    Link,
    TextLine,
    describe_row,
    figure_text,
    state_legend,
    tile_map_svg,
)
from app.reports.drawings.svg import render_svg

WIDTH = 1000
"""Of the city, in the units of the drawing."""
KM_PER_DEGREE = 111.32
SCALE_KM = 5
KEY_LINE_HEIGHT = 27
KEY_TEXT_SIZE = 20
KEY_TEXT_LEFT = 60
"""Where the text of the key begins, after number and icon."""
KEY_GAP = 22
CREDIT_LETTERS = 95


@dataclass(frozen=True, slots=True)
class DrawnArea:
    """A kelurahan with its outline (the `d` of an SVG path), its label and its description for screen readers.

    `icon` is the middle of its icon, None if there is no room. A label is its name's `lines` with the figure, or a
    number, which has a box of its own (left, top, width, height) where it does not fit into the outline, and
    a line to the `anchor` where it stands beside it.
    """

    state: State
    style: StateStyle
    path: str
    icon: tuple[float, float] | None
    lines: tuple[TextLine, ...]
    figure: TextLine | None
    number: str
    number_box: tuple[float, float, float, float] | None
    anchor: tuple[float, float] | None
    x: float
    y: float
    description: str
    href: str | None


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A kelurahan in the key of numbers; a text too wide for its column in any common font has a smaller `size`."""

    number: int
    style: StateStyle
    name: str
    figure: str
    x: float
    y: float
    size: float


@dataclass(frozen=True, slots=True)
class MapLayout:
    """The city in the units of the drawing: outlines and places of labels by code, and the length of a kilometre."""

    shapes: Mapping[str, MultiPolygon]
    labels: Mapping[str, LabelPlace]
    kilometre: float


def map_svg(report: CoverageReport, _: Translator, language: Language, link: Link | None = None) -> str:
    """Return the SVG element of the map: in the boundaries of the report if it has any, else of hexagons.

    Both have the same colours, patterns, icons and legend. With `link` each kelurahan links to the URL that this
    returns for its code.
    """
    if report.boundaries and any(row.kelurahan in report.boundaries.shapes for row in report.rows):
        return area_map_svg(report, report.boundaries, _, language, link)
    return tile_map_svg(report, _, language, link)


def area_map_svg(
    report: CoverageReport,
    boundaries: Boundaries,
    _: Translator,
    language: Language,
    link: Link | None = None,
) -> str:
    """Return the SVG element of the map in these boundaries, with its legend, its key and the boundaries' source.

    Kelurahan without a boundary are named below it.
    """
    rows = {row.kelurahan: row for row in report.rows if row.kelurahan in boundaries.shapes}
    layout = _layout(boundaries.geojson, tuple((code, row.name) for code, row in rows.items()))
    left, top, right, bottom = (float(edge) for edge in shapely.total_bounds(list(layout.shapes.values())))
    box = Box(left - MARGIN, top - MARGIN, right + MARGIN, bottom + MARGIN)
    key = _key(rows, layout, box, language)
    scale_y = box.bottom + KEY_LINE_HEIGHT / 2
    key_lines = -(-len(key) // LEGEND_COLUMNS)
    legend = state_legend(report, scale_y + KEY_LINE_HEIGHT * (key_lines + 1) + MARGIN, _)
    credit_top = legend[-1].y + legend[-1].height
    credit = _credit(report, boundaries, _, language)
    return render_svg(
        "reports/area_map.svg",
        title=report_title(_),
        description=headline(report, _, language),
        box=box,
        height=credit_top + 24 * len(credit) - box.top,
        areas=[_draw_area(row, layout, _, language, link) for row in rows.values()],
        borders=_kecamatan_borders(rows, layout),
        scale={"left": left, "length": SCALE_KM * layout.kilometre, "y": scale_y, "text": f"{SCALE_KM} km"},
        kecamatan_text=_("border of a kecamatan"),
        key=key,
        legend=legend,
        credit=[TextLine(text, credit_top + 24 * index) for index, text in enumerate(credit)],
        interactive=link is not None,
        styles=STATE_STYLES,
        outline=OUTLINE,
        _=_,
    )


@lru_cache(maxsize=8)
def _layout(geojson: str, names: tuple[tuple[str, str], ...]) -> MapLayout:
    """Return the layout of the kelurahan with these codes and names. Figures change more often than it does."""
    shapes = {code: shape for code, shape in read_shapes(geojson).items() if code in dict(names)}
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(list(shapes.values())))
    shrink = cos(radians((south + north) / 2))
    # A city that is higher than wide is drawn no higher than wide.
    per_degree = WIDTH / max((east - west) * shrink, north - south)

    def project(positions: np.ndarray) -> np.ndarray:
        x, y = positions[:, 0], positions[:, 1]
        return np.column_stack(((x - west) * shrink * per_degree, (north - y) * per_degree))

    drawn = {code: shapely.transform(shapes[code], project) for code, _name in names}
    return MapLayout(drawn, place_labels(drawn, dict(names)), per_degree / KM_PER_DEGREE)


def _draw_area(
    row: CoverageRow, layout: MapLayout, _: Translator, language: Language, link: Link | None
) -> DrawnArea:
    label = layout.labels[row.kelurahan]
    x, y = label.at
    left, top, right, bottom = label.box
    first_line = top + ICON_HEIGHT + LINE_HEIGHT - 5
    icon = (x, top + ICON_HEIGHT / 2) if label.lines else (right - 9, y)
    return DrawnArea(
        state=row.state,
        style=STATE_STYLES[row.state],
        path=_path(layout.shapes[row.kelurahan]),
        icon=icon if label.has_icon else None,
        lines=tuple(
            TextLine(text, first_line + LINE_HEIGHT * index) for index, text in enumerate(label.lines)
        ),
        figure=TextLine(figure_text(row, language), first_line + LINE_HEIGHT * len(label.lines) + 2)
        if label.lines
        else None,
        number=str(label.number or ""),
        number_box=None if label.fits else (left, top, right - left, bottom - top),
        anchor=label.anchor,
        x=x - 11 if label.number and label.has_icon else x,
        y=y + 7,
        description=describe_row(row, _, language),
        href=link(row.kelurahan) if link else None,
    )


def _key(rows: Mapping[str, CoverageRow], layout: MapLayout, box: Box, language: Language) -> list[KeyEntry]:
    """Return the kelurahan whose label is a number, in columns below the map."""
    numbered = [(label.number, rows[code]) for code, label in layout.labels.items() if label.number]
    width, lines = (box.right - box.left) / LEGEND_COLUMNS, -(-len(numbered) // LEGEND_COLUMNS)
    room = width - KEY_TEXT_LEFT - KEY_GAP
    entries = []
    for index, (number, row) in enumerate(sorted(numbered, key=lambda entry: entry[0])):
        figure = figure_text(row, language)
        needed = (len(row.name) + len(figure) + 2) * LETTER_WIDTH
        entries.append(
            KeyEntry(
                number=number,
                style=STATE_STYLES[row.state],
                name=row.name,
                figure=figure,
                x=box.left + MARGIN + width * (index // lines),
                y=box.bottom + KEY_LINE_HEIGHT * (index % lines + 2),
                size=KEY_TEXT_SIZE * min(1, room / needed),
            )
        )
    return entries


def _credit(report: CoverageReport, boundaries: Boundaries, _: Translator, language: Language) -> list[str]:
    """Return the lines below the legend: the source of the boundaries, and the kelurahan that they lack."""
    texts = [
        _("Boundaries: %(source)s, %(day)s.")
        % {"source": boundaries.source, "day": full_day_text(boundaries.as_of, language)}
    ]
    if missing := [row.name for row in report.open_rows if row.kelurahan not in boundaries.shapes]:
        texts.append(_("Not on the map, without a boundary: %(names)s.") % {"names": ", ".join(missing)})
    return [line for text in texts for line in wrap(text, CREDIT_LETTERS)]


def _kecamatan_borders(rows: Mapping[str, CoverageRow], layout: MapLayout) -> str:
    """Return the outlines of all kecamatan as the `d` of one SVG path."""
    kecamatan: dict[str, list[MultiPolygon]] = {}
    for code, row in rows.items():
        kecamatan.setdefault(row.kecamatan, []).append(layout.shapes[code])
    return "".join(_path(_union(shapes)) for shapes in kecamatan.values())


def _union(shapes: Iterable[MultiPolygon]) -> MultiPolygon:
    joined = shapely.union_all(list(shapes))
    return joined if isinstance(joined, MultiPolygon) else MultiPolygon([joined])


def _path(shape: MultiPolygon) -> str:
    """Return the rings of a shape as the `d` of an SVG path."""
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring.coords[:-1]) + "Z"
        for part in shape.geoms
        for ring in (part.exterior, *part.interiors)
    )
