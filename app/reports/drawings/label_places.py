"""Where the names of areas stand on a map: inside their own area, so that no two labels meet.

An area that is too small for its name gets a number, which a key below the map explains.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

LETTER_WIDTH = 11
"""Of a common font of 20 pixels, on average."""
LINE_HEIGHT = 21
FIGURE_HEIGHT = 24
ICON_HEIGHT = 24
ICON_WIDTH = 22
MIN_NAME_WIDTH = 76
"""Room for a figure such as "1.204/5"."""
MAX_LINES = 3
DIGIT_WIDTH = 14
"""Of the bold digits of a number, with the space that two of them need."""
NUMBER_HEIGHT = 20
STEPS = 24
"""How many positions along an area's longer side are tried."""
MAX_MOVE = 400
"""How far a number is moved out of the way of others."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class LabelPlace:
    """The middle of an area's label, and its box as left, top, right, bottom.

    `lines` are those of the name; empty for a label that is the `number` alone, which has an icon where `has_icon`.
    Only a number may be too wide to fit into its area; where other labels left no room for it there, a line leads from
    it to the `anchor`.
    """

    at: Point
    box: tuple[float, float, float, float]
    lines: tuple[str, ...] = ()
    number: int = 0
    has_icon: bool = True
    fits: bool = True
    anchor: Point | None = None


def place_labels(shapes: Mapping[str, MultiPolygon], names: Mapping[str, str]) -> dict[str, LabelPlace]:
    """Return the place of each area's label by code. Numbers count the areas without room for their name, from 1."""
    largest = {code: max(shape.geoms, key=lambda part: float(part.area)) for code, shape in shapes.items()}
    labels: dict[str, LabelPlace] = {}
    for code, part in largest.items():
        if label := _place_name(part, names[code]):
            labels[code] = label
    without_name = [code for code in shapes if code not in labels]
    numbers = {code: number for number, code in enumerate(without_name, start=1)}
    for code, number in numbers.items():
        if label := _fit_number(largest[code], number):
            labels[code] = label
    for code, number in numbers.items():
        if code not in labels:
            taken = [shapely.box(*label.box) for label in labels.values()]
            labels[code] = _place_beside(largest[code], number, taken)
    return labels


def _place_name(area: Polygon, name: str) -> LabelPlace | None:
    """Return the label with the name, on as few lines as fit into the area; None if none fits."""
    positions = _positions(area)
    for lines in _line_breaks(name):
        width = max(MIN_NAME_WIDTH, max(map(len, lines)) * LETTER_WIDTH)
        height = ICON_HEIGHT + len(lines) * LINE_HEIGHT + FIGURE_HEIGHT
        if (at := _fit(area, positions, width, height)) is not None:
            return LabelPlace(at, _box(at, width, height), lines)
    return None


def _fit_number(area: Polygon, number: int) -> LabelPlace | None:
    """Return the label with a number, with an icon if both fit into the area; None if the number does not."""
    positions, digits = _positions(area), len(str(number)) * DIGIT_WIDTH
    for width, has_icon in ((digits + ICON_WIDTH, True), (digits, False)):
        if (at := _fit(area, positions, width, NUMBER_HEIGHT)) is not None:
            return LabelPlace(at, _box(at, width, NUMBER_HEIGHT), number=number, has_icon=has_icon)
    return None


def _place_beside(area: Polygon, number: int, taken: list[Polygon]) -> LabelPlace:
    """Return the label with a number too wide for its area, at the area's middle or as near as others allow."""
    middle, digits = _middle(area), len(str(number)) * DIGIT_WIDTH
    at = next((at for at in _around(middle) if _is_free(_box(at, digits, NUMBER_HEIGHT), taken)), middle)
    box = _box(at, digits, NUMBER_HEIGHT)
    is_moved = not shapely.box(*box).covers(shapely.Point(middle))
    return LabelPlace(at, box, number=number, has_icon=False, fits=False, anchor=middle if is_moved else None)


def _line_breaks(name: str) -> Iterator[tuple[str, ...]]:
    """Yield the ways of writing a name on one to `MAX_LINES` lines, fewer lines first, then narrower ones."""
    words = name.split()
    for lines in range(1, min(MAX_LINES, len(words)) + 1):
        breaks = [
            tuple(
                " ".join(words[start:end]) for start, end in zip((0, *cuts), (*cuts, len(words)), strict=True)
            )
            for cuts in combinations(range(1, len(words)), lines - 1)
        ]
        yield from sorted(breaks, key=lambda parts: max(map(len, parts)))


def _positions(area: Polygon) -> np.ndarray:
    """Return points of a grid inside the area, those farthest from its border first."""
    left, top, right, bottom = area.bounds
    step = max(right - left, bottom - top) / STEPS
    x, y = np.meshgrid(np.arange(left, right, step), np.arange(top, bottom, step))
    points = shapely.points(x.ravel(), y.ravel())
    inside = points[shapely.contains(area, points)]
    inside = np.append(inside, shapely.Point(_middle(area)))
    distances = shapely.distance(inside, area.boundary)
    return inside[np.argsort(-distances)]


def _middle(area: Polygon) -> Point:
    """Return the point of the area that is farthest from its border."""
    radius = shapely.maximum_inscribed_circle(area)
    x, y = radius.coords[0]
    return float(x), float(y)


def _fit(area: Polygon, positions: np.ndarray, width: float, height: float) -> Point | None:
    """Return the first position where a box of this size lies inside the area; None if there is none."""
    x, y = shapely.get_x(positions), shapely.get_y(positions)
    boxes = shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    shapely.prepare(area)
    fitting = np.flatnonzero(shapely.contains(area, boxes))
    return (float(x[fitting[0]]), float(y[fitting[0]])) if fitting.size else None


def _box(at: Point, width: float, height: float) -> tuple[float, float, float, float]:
    x, y = at
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _around(middle: Point) -> Iterator[Point]:
    """Yield the point, then others around it, ever farther away."""
    yield middle
    x, y = middle
    for distance in range(6, MAX_MOVE, 6):
        for direction in range(12):
            angle = direction * np.pi / 6
            yield x + distance * float(np.cos(angle)), y + distance * float(np.sin(angle))


def _is_free(box: tuple[float, float, float, float], taken: list[Polygon]) -> bool:
    return not shapely.intersects(shapely.box(*box), taken).any()
