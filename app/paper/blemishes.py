"""Find what makes a page's lines doubtful: stamps, crossed-out names, hidden cells, blur; only in the child process."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from app.paper.ink import Darkness, PageInk, pixels_of, signing_area
from app.paper.layout import Box, PageLayout
from app.paper.marked_pages import marker_corners
from app.paper.pictures import Pixels
from app.paper.straighten import HEIGHT, SCALE, WIDTH

MIN_RADIUS, MAX_RADIUS = 12.0, 26.0
"""Of a round stamp, in millimetres."""
MIN_CIRCLE = 0.66
"""Share of a circle on which there is ink: those through signatures have up to 0.6, those of stamps from 0.85."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A round stamp; lengths are millimetres."""

    x: float
    y: float
    radius: float


def find_stamps(ink: PageInk, layout: PageLayout) -> list[Stamp]:
    """Return the round stamps on and near the signature cells, found by their outer circle."""
    step = 0.75
    left = max(0.0, min(signing_area(line).x for line in layout.lines) - 2 * MAX_RADIUS)
    top = max(0.0, min(line.row.y for line in layout.lines) - MAX_RADIUS)
    bottom = max(line.row.y + line.row.height for line in layout.lines) + MAX_RADIUS
    part = ink.without_rulings[round(top * SCALE) : round(bottom * SCALE), round(left * SCALE) :]
    mask = (part > ink.faint).astype(np.float32)
    shrink = 1 / (step * SCALE)
    shares = cv2.resize(mask, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    small = (shares > 0.25).astype(np.float32)
    best = np.zeros_like(small)
    radii = np.zeros_like(small)
    for radius in np.arange(MIN_RADIUS, MAX_RADIUS, step):
        reach = round(radius / step) + 1
        ring = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
        cv2.circle(ring, (reach, reach), round(radius / step), 1.0, 1)
        share = cv2.filter2D(small, cv2.CV_32F, ring / ring.sum(), borderType=cv2.BORDER_CONSTANT)
        # The outermost circle of several counts: a larger one wins unless it is clearly less complete.
        better = share > best - 0.08 * (share > MIN_CIRCLE)
        radii[better], best[better] = radius, np.maximum(best, share)[better]
    stamps: list[Stamp] = []
    while best.max() > MIN_CIRCLE:
        row, column = np.unravel_index(int(best.argmax()), best.shape)
        radius = float(radii[row, column])
        stamps.append(Stamp(left + (column + 0.5) * step, top + (row + 0.5) * step, radius))
        cv2.circle(best, (int(column), int(row)), round(MIN_RADIUS / step), 0.0, -1)
    return stamps


def draw_stamps(stamps: Sequence[Stamp]) -> NDArray[np.bool_]:
    """Return which pixels of the page lie under a stamp."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    for stamp in stamps:
        centre = (round(stamp.x * SCALE), round(stamp.y * SCALE))
        cv2.circle(mask, centre, round((stamp.radius + 1.2) * SCALE), 1, -1)
    return mask.astype(bool)


def longest_lines(ink: PageInk, boxes: Sequence[Box], *, faint: bool = False) -> list[float]:
    """Return for each box the length in millimetres of the longest line drawn through it from left to right.

    A line may bend and be sloped by up to 27 degrees; a gap costs four times its length. It is as dark as a pen's ink
    and not much paler than what is printed in the box, or `faint`.
    """
    cells = [ink.without_rulings[pixels_of(box, inset=0.9)] for box in boxes]
    height, width = max(cell.shape[0] for cell in cells), max(cell.shape[1] for cell in cells)
    stack = np.zeros((len(cells), height + 2, width), np.float32)
    for index, cell in enumerate(cells):
        stack[index, 1 : cell.shape[0] + 1, : cell.shape[1]] = cell
    black = np.quantile(stack.reshape(len(cells), -1), 0.97, axis=1)[:, None, None]
    limit = ink.faint if faint else np.maximum(ink.dark, 0.6 * black)
    gain = np.where(stack > limit, 1.0, -8.0)
    sums = np.zeros(stack.shape[:2])
    longest = np.zeros(len(cells))
    for x in range(width):
        if x % 2:
            sums[:, 1:-1] = np.maximum(np.maximum(sums[:, :-2], sums[:, 2:]), sums[:, 1:-1])
        sums = np.maximum(sums + gain[:, :, x], 0)
        longest = np.maximum(longest, sums.max(axis=1))
    return [float(length) / SCALE for length in longest]


def frames_seen(ink: PageInk, layout: PageLayout) -> tuple[list[float], float]:
    """Return for each line the share of its signature cell's printed frame that is seen, and how dark frames are.

    What covers a cell, or makes it white, hides its frame as well.
    """
    edges = []
    for line in layout.lines:
        box = line.signature
        down, right = box.y + box.height, box.x + box.width
        edges.append(
            [
                *(_edge(ink.darkness, y, box.x + 0.8, right - 0.8) for y in (box.y, down)),
                *(_edge(ink.darkness.T, x, box.y + 0.8, down - 0.8) for x in (box.x, right)),
            ]
        )
    typical = float(np.median(np.concatenate([edge for four in edges for edge in four])))
    limit = max(0.4 * typical, 0.012)
    return [float(np.mean([np.mean(edge > limit) for edge in four])) for four in edges], typical


def _edge(darkness: Darkness, place: float, start: float, end: float) -> NDArray[np.float32]:
    """Return by how much a printed line is darker than what is beside it, along its length."""
    middle, reach = round(place * SCALE), round(1.2 * SCALE)
    along = slice(round(start * SCALE), round(end * SCALE))
    around = np.ascontiguousarray(darkness[middle - reach : middle + reach + 1, along])
    strip = cv2.blur(around, (round(1.5 * SCALE), 1))
    near = round(0.4 * SCALE)
    line = strip[reach - near : reach + near + 1].max(axis=0)
    beside = (strip[: round(0.5 * SCALE)].mean(axis=0) + strip[-round(0.5 * SCALE) :].mean(axis=0)) / 2
    return line - beside  # type: ignore[no-any-return]


def blur_width(page: Pixels) -> float:
    """Return over how many millimetres the edges of the markers go from white to black: 0.3 if sharp."""
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY).astype(np.float32)
    widths = []
    for position in range(4):
        corners = marker_corners(position)
        (left, top), (right, bottom) = corners[0], corners[2]
        for place, start, end, picture, sign in (
            (top, left, right, grey, 1),
            (bottom, left, right, grey, -1),
            (left, top, bottom, grey.T, 1),
            (right, top, bottom, grey.T, -1),
        ):
            middle, reach = round(place * SCALE), round(1.8 * SCALE)
            rows = picture[
                max(0, middle - reach) : middle + reach + 1,
                round((start + 2) * SCALE) : round((end - 2) * SCALE),
            ]
            across = np.diff(rows, axis=0) * -sign
            steepest = float(np.median(across.max(axis=0)))
            contrast = float(np.median(rows.max(axis=0) - rows.min(axis=0)))
            widths.append(contrast / max(steepest, 1.0) / SCALE)
    return float(np.median(widths))
