"""Judge the lines of a straightened page by the ink in their cells; only in the child process.

A connected stroke belongs to the cell in which most of it lies, since large signatures run into others. What could
be read in two ways is unsure.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from app.paper.blemishes import draw_stamps, find_stamps, frames_seen, longest_lines
from app.paper.ink import PageInk, Stroke, find_strokes, has_ink, pixels_of
from app.paper.layout import Box, PageLayout, PrintedLine
from app.paper.page_reading import Mark

MIN_SIGNATURE = 5.0
"""Square millimetres of a pen's ink: a signature has 10 to 60, initials 2 to 10."""
MIN_DARK_PART, MIN_PALE_SIGNATURE = 1.5, 12.0
"""Square millimetres of a pen's ink, and of all, in a signature by a thin or pale pen."""
MIN_WIDTH, MIN_HEIGHT, MIN_SPREAD = 5.0, 1.8, 0.5
"""Millimetres; a dash is as wide as a signature, but straight."""
MAX_DASH, SPREAD_OF_LINE = 2.6, 0.35
"""The thickest dash in millimetres, and the spread of a line by its thickness: 1 / √12, and a little more."""
MAX_SPECK = 0.5
"""Square millimetres of ink in a cell that nobody signed: dirt of the paper."""
MAX_OVERLAP = 5.0
"""Square millimetres of others' signatures beside which a cell can be seen to be empty."""
MIN_BESIDE = 1.0
"""Square millimetres of ink in the empty cell beside, which may be a signature in the wrong place."""
MAX_STROKE_HEIGHT = 2.6
"""Rows that a signature covers at most; a stamp with straight edges covers more."""
MIN_FRAME_SIGNED, MIN_FRAME_UNSIGNED = 0.5, 0.6
"""Share of the cell's printed frame that must be seen: a signature hides up to a third of it."""
MIN_FRAME_DARKNESS = 0.018
"""How dark the frames of a page must be at least for one that is missing to say anything."""
MAX_GLARE, MAX_GLARE_SIGNED = 0.04, 0.25
"""Shares of a cell that may be as white as a lamp, without ink and with it."""
MAX_STAMPED = 0.03
"""Share of a cell that may lie under a stamp."""
MIN_SPREAD_STAMPED = 0.9
"""As `MIN_SPREAD`, at a stamp: it cuts others' signatures, whose ends then stand alone."""
MAX_BLUR = 1.15
"""Millimetres from white to black above which a thin pen's strokes are gone."""
SHARP = 0.42
"""Millimetres from white to black below which printed letters stand apart."""
MIN_LINE_SHARP, MIN_LINE = 9.0, 18.0
"""Millimetres of a line through a name: longer than a letter is wide, or than most words where letters run together."""
MIN_FAINT_LINE = 40.0
"""Millimetres of a faint line through a row: longer than any printed word."""
MIDDLE_OF_CELL = 0.15
"""Share of a cell's height above and below its middle, as far as a signature reaches, but not the end of another."""


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """What the cells of a line say; as `LineReading`."""

    mark: Mark
    ink: float
    why: str
    has_writing: bool


@dataclass(frozen=True, slots=True)
class _Cell:
    """What is seen of a signature cell. `own` are its strokes, `beside` those in the empty cell next to it.

    `foreign` is the area in square millimetres of others' strokes in it; `frame` and `glare` are shares.
    `is_stamped` tells whether the cell or one of its strokes lies under a stamp, `reaches_middle` whether its strokes
    are not at its edge alone.
    """

    own: Sequence[Stroke]
    beside: Sequence[Stroke]
    foreign: float
    frame: float
    glare: float
    is_stamped: bool
    has_large_stroke: bool
    reaches_middle: bool
    is_blurred: bool


def judge_lines(ink: PageInk, layout: PageLayout, blur: float) -> list[JudgedLine]:
    """Return what each line's cells say. `blur` is the page's, in millimetres."""
    stamped = draw_stamps(find_stamps(ink, layout))
    strokes = find_strokes(ink, layout, stamped)
    frames, frame_darkness = frames_seen(ink, layout)
    count = len(layout.lines)
    crossed_out = _find_crossed_out(ink, layout, blur)
    judged = []
    for number, line in enumerate(layout.lines, 1):
        inside = pixels_of(line.signature, inset=0.5)
        own = [stroke for stroke in strokes if stroke.owner == number]
        cell = _Cell(
            own=own,
            beside=[s for s in strokes if s.owner == count + number and s.area > MIN_BESIDE],
            foreign=sum(stroke.areas.get(number, 0.0) for stroke in strokes if stroke.owner != number),
            frame=frames[number - 1] if frame_darkness >= MIN_FRAME_DARKNESS else 0.0,
            glare=float(ink.glaring[inside].mean()),
            is_stamped=bool(stamped[inside].mean() > MAX_STAMPED)
            or any(stamped[pixels_of(stroke.box, inset=-1.0)].any() for stroke in own),
            has_large_stroke=any(
                number in s.areas and s.box.height > MAX_STROKE_HEIGHT * line.row.height for s in strokes
            ),
            reaches_middle=_reaches_middle(own, line.signature),
            is_blurred=blur > MAX_BLUR,
        )
        mark, why = _judge_cell(cell)
        if line.number in crossed_out:
            mark, why = "unsure", "crossed-out"
        area = sum(stroke.areas[number] for stroke in cell.own)
        share = area / (line.signature.width * line.signature.height)
        has_writing = mark != "unsigned" or has_ink(ink, line.cells.values())
        judged.append(JudgedLine(mark, share, why, has_writing))
    return judged


def _judge_cell(cell: _Cell) -> tuple[Mark, str]:
    """Return whether a cell is signed, and the code of the reason if that is unsure."""
    area = sum(stroke.area for stroke in cell.own)
    dark = sum(stroke.dark for stroke in cell.own)
    if cell.frame < MIN_FRAME_SIGNED or cell.glare > MAX_GLARE_SIGNED:
        return "unsure", "glare" if cell.glare > MAX_GLARE else "unclear"
    if cell.has_large_stroke:
        return "unsure", "overlap"
    is_enough = dark >= MIN_SIGNATURE or (dark >= MIN_DARK_PART and area >= MIN_PALE_SIGNATURE)
    if is_enough and _has_shape_of_signature(cell):
        return "signed", ""
    if cell.is_stamped:
        return "unsure", "stamp"
    if cell.glare > MAX_GLARE:
        return "unsure", "glare"
    if area > MAX_SPECK:
        return "unsure", _why_not_enough(cell, area, dark)
    if cell.foreign > MAX_OVERLAP:
        return "unsure", "overlap"
    if cell.beside:
        return "unsure", "beside-cell"
    if cell.frame < MIN_FRAME_UNSIGNED or cell.is_blurred:
        return "unsure", "unclear"
    return "unsigned", ""


def _why_not_enough(cell: _Cell, area: float, dark: float) -> str:
    """Return the code of the reason why the ink in a cell may be no signature of its own."""
    if not cell.reaches_middle:
        return "overlap"
    return "faint" if dark < area / 3 else "little-ink"


def _has_shape_of_signature(cell: _Cell) -> bool:
    """Return whether a cell's ink is as large as a signature, reaches its middle, and is no dash or end of one."""
    width, height = _extent(cell.own)
    is_straight = all(map(_is_straight, cell.own))
    if cell.is_stamped:
        is_straight = all(stroke.spread < MIN_SPREAD_STAMPED for stroke in cell.own)
    return cell.reaches_middle and width >= MIN_WIDTH and height >= MIN_HEIGHT and not is_straight


def _is_straight(stroke: Stroke) -> bool:
    """Return whether a stroke is a line, thin or thick."""
    thickness = stroke.area / max(math.hypot(stroke.box.width, stroke.box.height), 0.1)
    of_line = SPREAD_OF_LINE * thickness if thickness < MAX_DASH else 0.0
    return stroke.spread < max(MIN_SPREAD, of_line)


def _reaches_middle(strokes: Sequence[Stroke], cell: Box) -> bool:
    """Return whether strokes reach the middle of a cell from above or below."""
    middle, near = cell.y + cell.height / 2, MIDDLE_OF_CELL * cell.height
    return any(s.box.y < middle + near and s.box.y + s.box.height > middle - near for s in strokes)


def _find_crossed_out(ink: PageInk, layout: PageLayout, blur: float) -> set[int]:
    """Return the numbers of the lines whose printed name, or whole row, has a line drawn through it."""
    named = [line for line in layout.lines if line.registration and "name" in line.cells]
    if not named:
        return set()
    through_names = longest_lines(ink, [line.cells["name"] for line in named])
    through_rows = longest_lines(ink, [_printed_part(line) for line in named], faint=True)
    limit = MIN_LINE_SHARP if blur < SHARP else MIN_LINE
    return {
        line.number
        for line, of_name, of_row in zip(named, through_names, through_rows, strict=True)
        if of_name > limit or of_row > MIN_FAINT_LINE
    }


def _printed_part(line: PrintedLine) -> Box:
    """Return the part of a row with the printed cells."""
    left = min(box.x for box in line.cells.values())
    right = max(box.x + box.width for box in line.cells.values())
    return Box(left, line.row.y, right - left, line.row.height)


def _extent(strokes: Sequence[Stroke]) -> tuple[float, float]:
    """Return width and height of strokes together."""
    if not strokes:
        return 0.0, 0.0
    boxes = [stroke.box for stroke in strokes]
    return (
        max(box.x + box.width for box in boxes) - min(box.x for box in boxes),
        max(box.y + box.height for box in boxes) - min(box.y for box in boxes),
    )
