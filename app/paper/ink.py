"""Find the ink in the cells of a straightened page; only in the child process.

Ink is what is darker than the paper around it. The lines of the table and the printed numbers are left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from app.paper.layout import Box, PageLayout, PrintedLine
from app.paper.pictures import Pixels
from app.paper.straighten import HEIGHT, SCALE, WIDTH

FAINT = 0.11
"""How much darker than paper the faintest ink is, such as pencil's."""

DARK = 0.24
"""How much darker than paper a pen's stroke is, on a photo whose printed numbers are `PRINTED` darker than paper."""
PRINTED = 0.5
MIN_DARK = 0.17
"""Below is ink of the other side that shines through, also where the printed numbers are pale."""

_RULING = 0.45
"""Millimetres to both sides of a printed line within which nothing counts as ink."""

_SPECK = 0.12
"""Square millimetres; less is dirt."""

Darkness = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class PageInk:
    """How much darker than the paper around it each pixel of a page is, from 0 to 1; with and without rulings.

    Ink is darker than `faint`, a pen's ink darker than `dark`. `glaring` are pixels as white as a reflected
    lamp; none on a scan, whose paper is white.
    """

    darkness: Darkness
    without_rulings: Darkness
    glaring: NDArray[np.bool_]
    faint: float
    dark: float


@dataclass(frozen=True, slots=True)
class Stroke:
    """A connected piece of ink. `areas` are square millimetres by zone (see `draw_zones`), `dark` those of a pen's ink.

    `spread` is how far its dark ink lies from a straight line, as a standard deviation in millimetres.
    """

    areas: dict[int, float]
    dark: float
    box: Box
    spread: float

    @property
    def area(self) -> float:
        return sum(self.areas.values())

    @property
    def owner(self) -> int:
        """The zone in which most of it lies, 0 if that is none."""
        best = max(self.areas, key=lambda zone: self.areas[zone] if zone else 0)
        return best if self.areas[best] >= 0.35 * self.area else 0


def measure_ink(page: Pixels, layout: PageLayout) -> PageInk:
    """Return the ink of a straightened page.

    Each pixel is divided by the brightness of the paper around it, half in the channel that differs most, so that blue
    and red ink are nearly as dark as black.
    """
    small = cv2.resize(page, None, fx=1 / 3, fy=1 / 3, interpolation=cv2.INTER_AREA)
    # Wider than a pen's stroke, so that it is gone; narrower than a shadow, which stays.
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    closed = cv2.morphologyEx(cv2.medianBlur(small, 3), cv2.MORPH_CLOSE, kernel)
    paper = cv2.resize(cv2.GaussianBlur(closed, (0, 0), 2.5), (WIDTH, HEIGHT)).astype(np.float32) + 4
    smooth = cv2.GaussianBlur(page, (3, 3), 0.7).astype(np.float32) + 4
    blue, green, red = cv2.split(cv2.divide(smooth, paper))
    darkest = cv2.min(cv2.min(blue, green), red)
    darkness = np.clip(1 - (darkest + (blue + green + red) / 3) / 2, 0, 1).astype(np.float32)
    sample = darkness[::3, ::3]
    noise = 1.48 * float(np.median(np.abs(sample - np.median(sample))))
    numbers = [darkness[pixels_of(number_box(line))] for line in layout.lines]
    printed = float(np.median([np.quantile(number, 0.985) for number in numbers]))
    dark = max(MIN_DARK, DARK * min(1.0, printed / PRINTED))
    brightest = cv2.min(cv2.min(page[:, :, 0], page[:, :, 1]), page[:, :, 2])
    glaring = (brightest >= 250) & (np.median(brightest[::5, ::5]) < 238)
    return PageInk(darkness, _without_rulings(darkness, layout), glaring, max(FAINT, 4.5 * noise), dark)


def find_strokes(ink: PageInk, layout: PageLayout, hidden: NDArray[np.bool_]) -> list[Stroke]:
    """Return the ink in and around the signature cells, without the printed numbers and without what is `hidden`."""
    top, bottom, left = _signature_region(layout)
    region = (slice(top, bottom), slice(left, WIDTH))
    darkness = np.where(hidden[region], 0, ink.without_rulings[region])
    zones = draw_zones(layout)[region].ravel()
    mask = (darkness > ink.faint).astype(np.uint8)
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    flat, is_ink = labels.ravel(), mask.ravel().astype(bool)
    zone_count = 2 * len(layout.lines) + 1
    counts = np.bincount(flat[is_ink] * zone_count + zones[is_ink], minlength=count * zone_count)
    areas = counts.reshape(count, zone_count) / SCALE**2
    is_dark = darkness > ink.dark
    dark = np.bincount(labels[is_dark], minlength=count) / SCALE**2
    numbers = [number_box(line) for line in layout.lines]
    strokes = []
    for label in np.flatnonzero(areas.sum(axis=1) >= _SPECK).tolist():
        x, y, width, height, _ = stats[label].tolist()
        box = Box((x + left) / SCALE, (y + top) / SCALE, width / SCALE, height / SCALE)
        if label == 0 or any(_contains(number, box) for number in numbers):
            continue
        part = (slice(y, y + height), slice(x, x + width))
        spread = _spread((labels[part] == label) & is_dark[part])
        inside = {int(zone): float(areas[label, zone]) for zone in np.flatnonzero(areas[label])}
        strokes.append(Stroke(inside, float(dark[label]), box, spread))
    return strokes


def has_ink(ink: PageInk, boxes: Iterable[Box]) -> bool:
    """Return whether anything is written in cells in which nothing is printed."""
    written = [ink.without_rulings[pixels_of(box, inset=0.8)] > ink.faint for box in boxes]
    return any(
        cv2.erode(mask.astype(np.uint8), np.ones((2, 2), np.uint8)).sum() > SCALE**2 / 2 for mask in written
    )


def signing_area(line: PrintedLine) -> Box:
    """Return the part of a row right of its printed cells: the signature cell, and the empty one beside it.

    That leaves room for the large signatures above and below.
    """
    row = line.row
    left = max((box.x + box.width for box in line.cells.values()), default=line.signature.x)
    left = min(left, line.signature.x)
    return Box(left, row.y, row.x + row.width - left, row.height)


def number_box(line: PrintedLine) -> Box:
    """Return where in the signature cell its number is printed."""
    return Box(line.signature.x - 0.5, line.signature.y - 0.5, 2.9 + 1.5 * len(str(line.number)), 4.5)


def pixels_of(box: Box, inset: float = 0.0) -> tuple[slice, slice]:
    """Return the rows and columns of a straightened page that lie in a box."""
    top, bottom = box.y + inset, box.y + box.height - inset
    left, right = box.x + inset, box.x + box.width - inset
    return (
        slice(max(0, round(top * SCALE)), max(0, round(bottom * SCALE))),
        slice(max(0, round(left * SCALE)), max(0, round(right * SCALE))),
    )


def draw_zones(layout: PageLayout) -> NDArray[np.int32]:
    """Return for each pixel of the page its zone: n for the signature cell of the n-th line, with the number of lines
    added for the empty cell beside it, 0 elsewhere.
    """
    zones = np.zeros((HEIGHT, WIDTH), np.int32)
    for number, line in enumerate(layout.lines, 1):
        zones[pixels_of(signing_area(line))] = len(layout.lines) + number
        zones[pixels_of(line.signature)] = number
    return zones


def _signature_region(layout: PageLayout) -> tuple[int, int, int]:
    """Return top, bottom and left, in pixels, of where signatures reach."""
    left = min(signing_area(line).x for line in layout.lines) - 20
    top = min(line.row.y for line in layout.lines) - 12
    bottom = max(line.row.y + line.row.height for line in layout.lines) + 12
    return max(0, round(top * SCALE)), min(HEIGHT, round(bottom * SCALE)), max(0, round(left * SCALE))


def _contains(outer: Box, inner: Box) -> bool:
    return (
        outer.x <= inner.x
        and outer.y <= inner.y
        and inner.x + inner.width <= outer.x + outer.width
        and inner.y + inner.height <= outer.y + outer.height
    )


def _spread(mask: NDArray[np.bool_]) -> float:
    """Return the standard deviation, in millimetres, of the ink across its longest direction."""
    y, x = np.nonzero(mask)
    if len(x) < 3:
        return 0.0
    smallest = np.linalg.eigvalsh(np.cov(np.stack([x, y])))[0]
    return float(np.sqrt(max(smallest, 0.0)) / SCALE)


def _without_rulings(darkness: Darkness, layout: PageLayout) -> Darkness:
    """Return the darkness without the lines of the table. Where ink is on both sides of a line it goes on."""
    left = darkness.copy()
    boxes = [box for line in layout.lines for box in (line.row, line.signature, *line.cells.values())]
    for y in {round(y * SCALE) for box in boxes for y in (box.y, box.y + box.height)}:
        _bridge(left, y)
    for x in {round(x * SCALE) for box in boxes for x in (box.x, box.x + box.width)}:
        _bridge(left.T, x)
    return left


def _bridge(darkness: Darkness, y: int) -> None:
    """Replace the rows of a printed line by what is dark both above and below it."""
    half = round(_RULING * SCALE)
    if y - half < 1 or y + half + 2 > darkness.shape[0]:
        return
    reach = np.ones((1, 5), np.uint8)
    above, below = (
        cv2.dilate(np.ascontiguousarray(darkness[row : row + 1]), reach)[0]
        for row in (y - half - 1, y + half + 1)
    )
    darkness[y - half : y + half + 1] = np.minimum(above, below)
