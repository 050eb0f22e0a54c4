"""Synthetic handwriting: signatures, initials, names, stamps and strokes as lines of a pen, drawn with a seed.

Lengths are millimetres. A stroke is an array of points, from pen down to pen up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from app.paper.layout import Box

Stroke: TypeAlias = NDArray[np.float64]
Picture: TypeAlias = NDArray[Any]
"""Bytes; the types of OpenCV do not tell them from other numbers."""

_SUBPIXEL_BITS = 4


@dataclass(frozen=True, slots=True)
class Pen:
    """`colour` is RGB, `width` that of its line, `darkness` the share of light it takes, `grain` how much it skips."""

    colour: tuple[int, int, int]
    width: float
    darkness: float
    grain: float


def choose_pen(rng: np.random.Generator) -> Pen:
    """Return a blue or black ballpoint pen, a felt pen, or a ballpoint that is hardly pressed."""
    ink = (28, 42, 130) if rng.random() < 0.55 else (32, 32, 38)
    colour = _vary(rng, ink, 14)
    kind = rng.random()
    if kind < 0.68:
        return Pen(colour, rng.uniform(0.32, 0.52), rng.uniform(0.8, 0.95), rng.uniform(0.05, 0.25))
    if kind < 0.85:
        return Pen(colour, rng.uniform(0.7, 1.15), rng.uniform(0.88, 0.98), 0.02)
    return Pen(colour, rng.uniform(0.3, 0.42), rng.uniform(0.55, 0.72), rng.uniform(0.25, 0.4))


def choose_pencil(rng: np.random.Generator) -> Pen:
    return Pen((70, 70, 74), rng.uniform(0.4, 0.65), rng.uniform(0.42, 0.65), rng.uniform(0.3, 0.5))


def signature(rng: np.random.Generator, cell: Box) -> list[Stroke]:
    """Return a signature in a cell: most fit into it, some are small, and one of five runs far into its neighbours."""
    size = rng.random()
    if size < 0.2:
        width, height = rng.uniform(6, 10), rng.uniform(3.5, 5)
    elif size < 0.8:
        width, height = rng.uniform(10, 19), rng.uniform(5, 8)
    else:
        width, height = rng.uniform(19, 32), rng.uniform(8, 15)
    write = (_loops, _zigzag, _flourish, _scribble, _name_and_underline)[rng.integers(5)]
    return _place(rng, write(rng), cell, width, height)


def large_signature(rng: np.random.Generator, cell: Box) -> list[Stroke]:
    """Return a signature that runs into the cells above, below or beside."""
    write = (_loops, _flourish, _scribble)[rng.integers(3)]
    return _place(rng, write(rng), cell, rng.uniform(22, 38), rng.uniform(10, 18))


def initials(rng: np.random.Generator, cell: Box) -> list[Stroke]:
    """Return two or three small letters."""
    strokes: list[Stroke] = []
    for place in range(rng.integers(2, 4)):
        strokes += [stroke + np.array((place * 1.1, 0)) for stroke in _capital(rng)]
    return _place(rng, strokes, cell, rng.uniform(5, 9), rng.uniform(3, 5))


def dash(rng: np.random.Generator, cell: Box) -> list[Stroke]:
    """Return the short line with which a clerk fills the cell of an absent person."""
    length, rise = rng.uniform(2.5, 6), rng.normal(0, 0.4)
    start = np.array([-length / 2, rise / 2])
    points = np.linspace(start, -start, 12) + rng.normal(0, 0.05, (12, 2))
    return [points + _middle(cell) + rng.normal(0, (1.5, 0.5))]


def written_text(rng: np.random.Generator, cell: Box, letters: int) -> list[Stroke]:
    """Return so many letters in a running hand, from the left edge of a cell."""
    height = min(rng.uniform(2.2, 3.4), cell.height * 0.5)
    step = min(height * rng.uniform(0.55, 0.8), (cell.width - 2) / max(letters, 1))
    baseline = cell.y + cell.height * rng.uniform(0.6, 0.72)
    strokes, x = [], cell.x + rng.uniform(0.8, 1.6)
    for place in range(letters):
        tall = height * (1.0 if place == 0 or rng.random() < 0.25 else 0.6)
        strokes.append(_smooth(_letter(rng)) * (step * 0.95, tall) + (x, baseline - tall))
        x += step * (1.6 if place and rng.random() < 0.14 else 1.0)
    return strokes


def strike_through(rng: np.random.Generator, box: Box) -> list[Stroke]:
    """Return one or two lines through a box from left to right."""
    lines = []
    for _ in range(rng.integers(1, 3)):
        start = np.array([box.x + rng.uniform(0, 2), box.y + box.height * rng.uniform(0.35, 0.65)])
        end = np.array([box.x + box.width - rng.uniform(0, 2), box.y + box.height * rng.uniform(0.35, 0.65)])
        lines.append(_smooth(np.linspace(start, end, 6) + rng.normal(0, 0.25, (6, 2))))
    return lines


def stamp(rng: np.random.Generator, centre: tuple[float, float]) -> list[Stroke]:
    """Return the round stamp of an office: two circles, text on a ring, and a bar."""
    radius, turn = rng.uniform(14, 19), rng.uniform(-0.4, 0.4)
    around = np.linspace(0, 2 * np.pi, 90)
    circle = np.column_stack([np.cos(around), np.sin(around)])
    strokes = [circle * radius, circle * radius * 0.94, circle * radius * 0.64]
    for angle in np.linspace(0, 2 * np.pi, 34, endpoint=False):
        out = np.array([np.cos(angle), np.sin(angle)])
        along = np.array([-out[1], out[0]])
        letter = (_letter(rng) - 0.5) * (1.6, 2.4)
        strokes.append(out * radius * 0.79 + np.outer(letter[:, 0], along) + np.outer(letter[:, 1], out))
    for y in (-3.0, 0.0, 3.0):
        strokes += [_letter(rng) * (1.4, 2.2) + (x, y - 1.1) for x in np.arange(-6.5, 6.5, 1.9)]
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return [stroke @ rotation.T + centre for stroke in strokes]


def draw(
    page: Picture, strokes: Sequence[Stroke], pen: Pen, pixels_per_mm: float, rng: np.random.Generator
) -> None:
    """Draw strokes on an RGB page. Where the pen is fast its line is thinner, and where it is dry it skips."""
    if not strokes:
        return
    points = np.concatenate(strokes) * pixels_per_mm
    margin = int(pen.width * pixels_per_mm * 2) + 3
    left, top = np.maximum(points.min(0).astype(int) - margin, 0)
    right, bottom = points.max(0).astype(int) + margin
    part = page[top:bottom, left:right]
    if not part.size:
        return
    cover = np.zeros(part.shape[:2], np.uint8)
    for stroke in strokes:
        _draw_stroke(cover, stroke * pixels_per_mm - (left, top), pen.width * pixels_per_mm, rng)
    density: NDArray[Any] = cover.astype(np.float32) * (pen.darkness / 255)
    if pen.grain:
        coarse = rng.random((part.shape[0] // 2 + 1, part.shape[1] // 2 + 1), np.float32)
        grain = np.asarray(cv2.resize(coarse, (part.shape[1], part.shape[0])))
        density *= 1 - np.clip(grain * 2 * pen.grain, 0, 1)
    colour = np.array(pen.colour, np.float32)
    # Ink filters the light that the paper, or ink below, throws back.
    part[:] = (part * (1 - density[..., None] * (1 - colour / 255))).astype(np.uint8)


def _draw_stroke(cover: Picture, points: Stroke, width: float, rng: np.random.Generator) -> None:
    fixed = np.round(points * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    pressure = np.interp(np.arange(len(points)), np.linspace(0, len(points), 6), rng.uniform(0.75, 1.25, 6))
    chunk = max(len(points) // 12, 2)
    for first in range(0, len(points) - 1, chunk):
        thickness = max(round(width * pressure[first]), 1)
        part = fixed[first : first + chunk + 1]
        cv2.polylines(cover, [part], False, 255, thickness, cv2.LINE_AA, _SUBPIXEL_BITS)


def _place(
    rng: np.random.Generator, strokes: list[Stroke], cell: Box, width: float, height: float
) -> list[Stroke]:
    """Return strokes scaled to a size, a little turned, around the middle of the cell."""
    points = np.concatenate(strokes)
    low, high = points.min(0), points.max(0)
    scale = np.array([width, height]) / np.maximum(high - low, 1e-6)
    turn = rng.normal(-0.06, 0.09)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    offset = np.clip(rng.normal(0, (0.09, 0.08)), -0.2, 0.2) * (cell.width, cell.height)
    middle = _middle(cell) + offset
    return [((stroke - (low + high) / 2) * scale) @ rotation.T + middle for stroke in strokes]


def _middle(cell: Box) -> NDArray[np.float64]:
    return np.array([cell.x + cell.width / 2, cell.y + cell.height / 2])


def _smooth(points: Stroke, steps: int = 10) -> Stroke:
    """Return a Catmull-Rom curve through points."""
    padded = np.vstack([points[0], points, points[-1]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        parts.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        )
    return np.vstack([*parts, points[-1]])


def _loops(rng: np.random.Generator) -> list[Stroke]:
    """A running chain of loops, each of another height."""
    turns = rng.integers(3, 8)
    t = np.linspace(0, turns, turns * 24)
    heights = np.interp(t, np.arange(turns + 1), rng.uniform(0.35, 1.0, turns + 1))
    x = t * rng.uniform(0.5, 0.8) + rng.uniform(0.3, 0.6) * np.sin(2 * np.pi * t)
    y = -heights * np.cos(2 * np.pi * t + rng.uniform(0, 1)) + np.linspace(0, rng.normal(0, 0.6), len(t))
    strokes = [np.column_stack([x, y])]
    if rng.random() < 0.5:
        strokes.append(_underline(rng, strokes))
    return strokes


def _zigzag(rng: np.random.Generator) -> list[Stroke]:
    """Up and down strokes that grow flat."""
    peaks = rng.integers(5, 11)
    x = np.cumsum(rng.uniform(0.4, 1.0, peaks))
    y = np.where(np.arange(peaks) % 2, 1, -1) * rng.uniform(0.3, 1, peaks) * np.linspace(1, 0.4, peaks)
    strokes = [_smooth(np.column_stack([x, y]), 8)]
    if rng.random() < 0.4:
        strokes.append(_underline(rng, strokes))
    return strokes


def _flourish(rng: np.random.Generator) -> list[Stroke]:
    """A large capital, a flat running line, and a long end."""
    capital = [stroke * (1.2, 1.6) - (0, 0.6) for stroke in _capital(rng)]
    count = rng.integers(5, 10)
    x = 1.0 + np.cumsum(rng.uniform(0.2, 0.45, count))
    y = 0.7 + rng.uniform(-0.35, 0.2, count)
    tail = np.column_stack([x, y])
    end = tail[-1] + np.array([[1.0, 0.2], [1.6, -0.7 * rng.random()]])
    return [*capital, _smooth(np.vstack([tail, end]))]


def _scribble(rng: np.random.Generator) -> list[Stroke]:
    """A curve through random points, now and then with a dot."""
    points = rng.normal(0, (1.0, 0.6), (rng.integers(6, 13), 2))
    strokes = [_smooth(points)]
    if rng.random() < 0.3:
        dot = rng.normal(0, 0.8, 2)
        strokes.append(dot + rng.normal(0, 0.03, (5, 2)))
    return strokes


def _name_and_underline(rng: np.random.Generator) -> list[Stroke]:
    """A name in a running hand, mostly underlined."""
    strokes = [_smooth(_letter(rng)) * (0.8, 0.8 if place else 1.3) + (place * 0.7, -0.5 * (not place))
               for place in range(rng.integers(4, 9))]  # fmt: skip
    if rng.random() < 0.7:
        strokes.append(_underline(rng, strokes))
    return strokes


def _underline(rng: np.random.Generator, strokes: Sequence[Stroke]) -> Stroke:
    points = np.concatenate(strokes)
    low, high = points.min(0), points.max(0)
    y = high[1] + rng.uniform(-0.1, 0.25) * (high[1] - low[1])
    start, end = np.array([low[0], y]), np.array([high[0], y - rng.uniform(0, 0.2)])
    return _smooth(np.linspace(start, end, 5) + rng.normal(0, 0.04, (5, 2)))


def _capital(rng: np.random.Generator) -> list[Stroke]:
    """Return one or two strokes that look like a capital letter, in a unit square."""
    down = np.array([[rng.uniform(0, 0.3), 0], [rng.uniform(0, 0.3), 0.5], [rng.uniform(0, 0.4), 1]])
    bow = np.array([[0.1, 0.1], [rng.uniform(0.6, 1.0), 0.15], [rng.uniform(0.5, 1.0), 0.5],
                    [0.2, 0.55], [rng.uniform(0.6, 1.0), 0.95]])  # fmt: skip
    return [_smooth(down), _smooth(bow + rng.normal(0, 0.06, bow.shape))]


def _letter(rng: np.random.Generator) -> Stroke:
    """Return the points of something like a small letter, in a unit square."""
    shapes = (
        [(0.7, 0.2), (0.2, 0.2), (0.15, 0.8), (0.6, 0.85), (0.75, 0.2), (0.8, 1.0)],
        [(0.1, 0.6), (0.7, 0.5), (0.5, 0.1), (0.1, 0.4), (0.3, 1.0), (0.9, 0.8)],
        [(0.1, 1.0), (0.2, 0.1), (0.4, 0.9), (0.5, 0.1), (0.8, 0.2), (0.8, 1.0)],
        [(0.3, 0.0), (0.25, 0.6), (0.4, 1.0), (0.8, 0.8)],
        [(0.1, 0.1), (0.2, 0.9), (0.6, 0.9), (0.7, 0.1), (0.8, 1.0)],
        [(0.2, 0.0), (0.2, 1.0), (0.3, 0.4), (0.7, 0.3), (0.8, 1.0)],
    )
    shape = np.array(shapes[rng.integers(len(shapes))])
    return shape + rng.normal(0, 0.07, shape.shape)


def _vary(rng: np.random.Generator, colour: tuple[int, int, int], by: float) -> tuple[int, int, int]:
    red, green, blue = (int(np.clip(value + rng.normal(0, by), 0, 255)) for value in colour)
    return red, green, blue
