"""Straighten a photographed page with its markers and the lines of its table; only in the child process.

The markers give a flat page. A held or folded sheet is curved between them, by which the printed lines of the table
lie up to some millimetres beside their places: they are looked for, and the page is bent back by a smooth field.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from app.paper.layout import PAGE_HEIGHT, PAGE_WIDTH, PageLayout
from app.paper.marked_pages import MarkedPage
from app.paper.pictures import Pixels

SCALE = 6
"""Pixels a millimetre of a straightened page."""

WIDTH, HEIGHT = round(PAGE_WIDTH * SCALE), round(PAGE_HEIGHT * SCALE)

MAX_SHIFT, MAX_TRUSTED_SHIFT = 4.0, 3.8
"""Millimetres by which a line of the table is looked for beside its place, and may lie there.

Rows are higher than twice as much, so that no line is taken for its neighbour."""

MIN_AGREEMENT = 0.9

_STRIP = 12.0
"""Millimetres of a line that are looked at together."""

_MIN_RESPONSE = 0.006
"""How much darker than the paper around it a printed line is at least, as the mean of a strip."""

Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class StraightPage:
    """A straightened page in colour.

    `largest_shift` is by how many millimetres its lines lay beside their places, `agreement` the share of those found
    that lie on one smooth sheet.
    """

    picture: Pixels
    largest_shift: float
    agreement: float

    @property
    def is_certain(self) -> bool:
        """Whether each line of the table is surely where the layout has it."""
        return self.largest_shift <= MAX_TRUSTED_SHIFT and self.agreement >= MIN_AGREEMENT


def straighten_flat(photo: Pixels, page: MarkedPage) -> Pixels:
    """Return the page as if its sheet were flat."""
    to_photo = page.to_photo @ np.diag([1 / SCALE, 1 / SCALE, 1.0])
    return cv2.warpPerspective(  # type: ignore[return-value]
        photo,
        to_photo,
        (WIDTH, HEIGHT),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderValue=(255, 255, 255),
    )


def straighten(photo: Pixels, page: MarkedPage, flat: Pixels, layout: PageLayout) -> StraightPage:
    """Return the page, bent back by the lines of its table. `flat` is what `straighten_flat` returned."""
    dark = _darkness(flat)
    left = min(line.row.x for line in layout.lines)
    right = max(line.row.x + line.row.width for line in layout.lines)
    top = min(line.row.y for line in layout.lines)
    bottom = max(line.row.y + line.row.height for line in layout.lines)
    rows = sorted({round(y, 1) for line in layout.lines for y in (line.row.y, line.row.y + line.row.height)})
    columns = sorted(
        {
            round(x, 1)
            for line in layout.lines
            for box in (line.row, line.signature, *line.cells.values())
            for x in (box.x, box.x + box.width)
        }
    )
    down, agreement = _find_shifts(dark, rows, _strips(left, right))
    across, _ = _find_shifts(np.ascontiguousarray(dark.T), columns, _strips(top, bottom), transposed=True)
    shift = max(float(np.abs(down).max()), float(np.abs(across).max()))
    if shift < 0.1:
        return StraightPage(flat, shift, agreement)
    return StraightPage(_bend_back(photo, page, across, down), shift, agreement)


def _strips(start: float, end: float) -> list[tuple[float, float]]:
    edges = np.linspace(start, end, max(2, round((end - start) / _STRIP)) + 1)
    return list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))


def _darkness(page: Pixels) -> NDArray[np.float32]:
    """Return by how much of the paper's brightness around it each pixel is darker."""
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY).astype(np.float32) + 1
    small = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(cv2.dilate(small, np.ones((7, 7), np.uint8)), (0, 0), 3)
    return np.clip(1 - grey / cv2.resize(paper, (grey.shape[1], grey.shape[0])), 0, 1)  # type: ignore[no-any-return]


def _find_shifts(
    dark: NDArray[np.float32],
    lines: Sequence[float],
    strips: Sequence[tuple[float, float]],
    *,
    transposed: bool = False,
) -> tuple[Field, float]:
    """Return by how many millimetres each pixel of the page lies below its place, and the share of lines that agree.

    `lines` are the places of horizontal lines, looked for in each of the `strips` between two x. The field is smooth: a
    polynomial in x and y that is fitted to what was found, twice, the second time near the first.
    """
    profiles = np.stack([_profile(dark, start, end) for start, end in strips])
    steps = np.arange(-round(MAX_SHIFT * SCALE), round(MAX_SHIFT * SCALE) + 1)
    size = profiles.shape[1]
    places = np.clip(np.round(np.array(lines) * SCALE).astype(int)[:, None] + steps, 0, size - 1)
    responses = profiles[:, places]  # strip, line, step
    x = np.array([(start + end) / 2 for start, end in strips])
    y = np.array(lines)
    grid_x, grid_y = np.meshgrid(x, y, indexing="ij")
    length, breadth = (PAGE_WIDTH, PAGE_HEIGHT) if transposed else (PAGE_HEIGHT, PAGE_WIDTH)
    # Neighbours agree: seen together, a line that a signature hides is where those around it are.
    around = _blur_sites(responses)
    score = around - 0.0004 * np.abs(steps / SCALE)
    best = steps[score.argmax(axis=2)] / SCALE
    coefficients = _fit_field(grid_x, grid_y, best, around.max(axis=2), length, breadth, order=3)
    near = _field_at(coefficients, grid_x, grid_y, length, breadth, order=3)
    allowed = np.abs(steps / SCALE - near[:, :, None]) <= 0.8
    closer = np.where(allowed, responses, -1.0)
    index = closer.argmax(axis=2)
    strength = closer.max(axis=2)
    found = strength > _MIN_RESPONSE
    shifts = _peak(closer, index, steps)
    weights = np.where(found, strength, 0.0)
    coefficients = _fit_field(grid_x, grid_y, shifts, weights, length, breadth, order=4)
    fitted = _field_at(coefficients, grid_x, grid_y, length, breadth, order=4)
    agreement = float((np.abs(shifts - fitted) < 0.7)[found].sum() / max(found.sum(), 1))
    height, width = dark.shape
    full_x, full_y = np.meshgrid(
        np.linspace(0, width / SCALE, 36), np.linspace(0, height / SCALE, 48), indexing="xy"
    )
    inside_x = np.clip(full_x, x.min(), x.max())
    inside_y = np.clip(full_y, y.min(), y.max())
    small = _field_at(coefficients, inside_x, inside_y, length, breadth, order=4)
    return cv2.resize(small.astype(np.float32), (width, height)), agreement  # type: ignore[return-value]


def _profile(dark: NDArray[np.float32], start: float, end: float) -> NDArray[np.float32]:
    """Return for each y how much darker than above and below it the page is in most places between two x.

    A printed line is so nearly everywhere, printed or written text only where its letters are.
    """
    strip = np.ascontiguousarray(dark[:, round(start * SCALE) : round(end * SCALE)])
    thin = cv2.GaussianBlur(strip, (0, 0), sigmaX=0.3 * SCALE, sigmaY=0.15 * SCALE)
    beside = round(0.8 * SCALE)
    above, below = np.roll(thin, beside, axis=0), np.roll(thin, -beside, axis=0)
    ridge = cv2.dilate(thin - np.maximum(above, below), np.ones((3, 1), np.uint8))[:, ::3]
    quarter = ridge.shape[1] // 4
    return np.clip(np.partition(ridge, quarter, axis=1)[:, quarter], 0, 0.05)


def _blur_sites(responses: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the responses with each strip's and line's neighbours mixed in."""
    mixed = np.empty_like(responses)
    for step in range(responses.shape[2]):
        mixed[:, :, step] = cv2.GaussianBlur(
            np.ascontiguousarray(responses[:, :, step]), (5, 5), 1.2, borderType=cv2.BORDER_REPLICATE
        )
    return mixed


def _peak(
    responses: NDArray[np.float32], index: NDArray[np.intp], steps: NDArray[np.int_]
) -> NDArray[np.float64]:
    """Return the places of the maxima to a fraction of a step, in millimetres."""
    inner = np.clip(index, 1, len(steps) - 2)
    before, at, after = (
        np.take_along_axis(responses, (inner + offset)[:, :, None], axis=2)[:, :, 0] for offset in (-1, 0, 1)
    )
    bend = before - 2 * at + after
    fraction = np.where(
        (bend < 0) & (before > -1) & (after > -1), (before - after) / np.where(bend < 0, 2 * bend, 1), 0
    )
    return (steps[inner] + np.clip(fraction, -0.5, 0.5)) / SCALE  # type: ignore[no-any-return]


def _terms(
    x: NDArray[np.float64], y: NDArray[np.float64], length: float, breadth: float, order: int
) -> NDArray[np.float64]:
    u, v = 2 * x / breadth - 1, 2 * y / length - 1
    return np.stack([u**i * v**j for i in range(order + 1) for j in range(order + 1 - i)], axis=-1)


def _field_at(
    coefficients: NDArray[np.float64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    length: float,
    breadth: float,
    order: int,
) -> NDArray[np.float64]:
    return _terms(x, y, length, breadth, order) @ coefficients


def _fit_field(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    shifts: NDArray[np.float64],
    weights: NDArray[np.float64],
    length: float,
    breadth: float,
    order: int,
) -> NDArray[np.float64]:
    """Return the coefficients of the smooth field; what lies far beside it counts less and less."""
    terms = _terms(x.ravel(), y.ravel(), length, breadth, order)
    values, strength = shifts.ravel(), np.clip(weights.ravel(), 0, 0.05)
    # A page whose lines are not seen stays as the markers have it.
    pull = 1e-3 * max(float(strength.sum()), 1e-3) * np.eye(terms.shape[1])
    trust = np.ones(len(values))
    coefficients: NDArray[np.float64] = np.zeros(terms.shape[1])
    for _ in range(6):
        scaled = terms * (strength * trust)[:, None]
        coefficients[:] = np.linalg.solve(terms.T @ scaled + pull, scaled.T @ values)
        trust[:] = 1 / (1 + ((values - terms @ coefficients) / 0.4) ** 2)
    return coefficients


def _bend_back(photo: Pixels, page: MarkedPage, across: Field, down: Field) -> Pixels:
    """Return the page with each pixel taken from where the field says that it lies on the photo."""
    columns, rows = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
    x, y = columns / np.float32(SCALE) + across.T, rows / np.float32(SCALE) + down
    m = page.to_photo.astype(np.float32)
    depth = m[2, 0] * x + m[2, 1] * y + m[2, 2]
    map_x = (m[0, 0] * x + m[0, 1] * y + m[0, 2]) / depth
    map_y = (m[1, 0] * x + m[1, 1] * y + m[1, 2]) / depth
    return cv2.remap(photo, map_x, map_y, cv2.INTER_LINEAR, borderValue=(255, 255, 255))  # type: ignore[return-value]
