"""Photos of signed attendance lists, made from a printed page with a seed, and what a person would see on them.

`photograph` signs a page by synthetic handwriting, then takes a picture of it as a phone does: in perspective, on a
curled sheet, with shadows, blur and noise, compressed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from app.paper.layout import PAGE_HEIGHT, PAGE_WIDTH, Box, PageLayout, PrintedLine
from tests.paper import handwriting
from tests.paper.handwriting import Picture

Seen: TypeAlias = Literal["signed", "unsigned", "unsure"]
"""What a person would say of a line. "unsure" is a line on which nothing may be decided without a question; on others a
reader may be unsure as well, but must not say the opposite."""

Condition: TypeAlias = Literal[
    "stamp",  # an office's stamp across some lines
    "crossed-out",  # a line crossed out
    "initials",  # initials instead of signatures
    "pencil",
    "large",  # large signatures that run into other lines
    "dashes",  # absent people's cells have a dash
    "thumb",  # a thumb in a corner
    "hand-shadow",
    "glare",
    "blurred",  # more than a steady hand
    "dark",  # a badly lit room
    "photocopy",  # copied, cut off and photographed: the corners with their markers are missing
    "scan",  # of a flatbed scanner, as it should be
]

_Field: TypeAlias = NDArray[Any]
"""32-bit numbers; the types of OpenCV do not tell them from others."""

_DESKS = (
    (150, 105, 66),
    (92, 62, 40),
    (196, 168, 130),
    (60, 62, 66),
    (178, 182, 184),
    (48, 78, 62),
    (225, 222, 214),
)


@dataclass(frozen=True, slots=True)
class SignedPage:
    """A page with handwriting. `seen` is what a person sees by line, `written` are the empty lines that were filled."""

    picture: Picture
    number: int
    seen: dict[int, Seen]
    written: frozenset[int]


@dataclass(frozen=True, slots=True)
class Photo:
    """A JPEG, and what is to be seen on it: by page, the lines and what a person would say of each."""

    content: bytes
    pages: Mapping[int, dict[int, Seen]]
    written: frozenset[int]
    conditions: frozenset[Condition]

    @property
    def truth(self) -> dict[int, Seen]:
        """All lines of all pages by number."""
        return {number: seen for page in self.pages.values() for number, seen in page.items()}


@dataclass(frozen=True, slots=True)
class _Camera:
    """How a photo is taken. `fill` is the share of the frame's length that the page takes up."""

    longest_side: int
    quality: int
    rotation: float
    tilt: float
    fill: float


def photograph(
    page_picture: Picture,
    layout: PageLayout,
    seed: int,
    *,
    conditions: Collection[Condition] = (),
    signed: Collection[int] | None = None,
    written: Collection[int] | None = None,
    longest_side: int | None = None,
    quality: int | None = None,
    rotation: float | None = None,
) -> Photo:
    """Return a photo of a printed page with signatures. What is not given is chosen by the seed.

    `page_picture` is the printed page, RGB. `signed` are the numbers of signed lines, `written` those of empty lines in
    which somebody wrote. `longest_side` is in pixels, `rotation` in degrees.
    """
    rng = np.random.default_rng(seed)
    page = sign(page_picture, layout, rng, conditions=conditions, signed=signed, written=written)
    camera = _choose_camera(rng, conditions, longest_side, quality, rotation)
    return _take_photo(rng, [(page, layout)], camera, frozenset(conditions))


def photograph_pair(pages: Sequence[tuple[Picture, PageLayout]], seed: int) -> Photo:
    """Return one photo of two signed pages that lie side by side."""
    rng = np.random.default_rng(seed)
    camera = _choose_camera(rng, (), 2400, None, float(rng.choice([0, 90, 180, 270])) + rng.normal(0, 4))
    signed = [(sign(picture, layout, rng), layout) for picture, layout in pages]
    return _take_photo(rng, signed, camera, frozenset())


def sign(
    page_picture: Picture,
    layout: PageLayout,
    rng: np.random.Generator,
    *,
    conditions: Collection[Condition] = (),
    signed: Collection[int] | None = None,
    written: Collection[int] | None = None,
) -> SignedPage:
    """Return the page with signatures, and handwriting in some of its empty lines."""
    page = page_picture.copy()
    scale = page.shape[1] / PAGE_WIDTH
    people = [line for line in layout.lines if line.registration]
    blank = [line for line in layout.lines if not line.registration]
    if signed is None:
        share = rng.uniform(0.4, 0.95)
        signed = {line.number for line in people if rng.random() < share}
    if written is None:
        # Walk-ins write into the lines from the top.
        written = {line.number for line in blank[: rng.integers(0, len(blank) + 1)]}
        signed = {*signed, *(number for number in written if rng.random() < 0.9)}
    shared_pen = handwriting.choose_pen(rng) if rng.random() < 0.5 else None
    seen: dict[int, Seen] = {}
    for line in layout.lines:
        pen = shared_pen if shared_pen and rng.random() < 0.8 else handwriting.choose_pen(rng)
        if "pencil" in conditions and rng.random() < 0.6:
            pen = handwriting.choose_pencil(rng)
        if line.number in written:
            _write_walk_in(page, line, pen, scale, rng)
        seen[line.number] = "signed" if line.number in signed else "unsigned"
        if line.number in signed:
            handwriting.draw(page, _signature(rng, line, conditions), pen, scale, rng)
        elif "dashes" in conditions and line.registration:
            handwriting.draw(page, handwriting.dash(rng, line.signature), pen, scale, rng)
    if "crossed-out" in conditions and people:
        line = people[rng.integers(len(people))]
        seen[line.number] = _cross_out(page, line, seen[line.number], scale, rng)
    if "stamp" in conditions:
        line = layout.lines[rng.integers(len(layout.lines))]
        centre = (line.signature.x + rng.uniform(0, 20), line.signature.y + rng.uniform(-10, 15))
        ink = (70, 60, 150) if rng.random() < 0.6 else (170, 50, 60)
        pen = handwriting.Pen(ink, rng.uniform(0.5, 0.9), rng.uniform(0.5, 0.85), 0.4)
        handwriting.draw(page, handwriting.stamp(rng, centre), pen, scale, rng)
    return SignedPage(page, layout.number, seen, frozenset(written))


def _signature(
    rng: np.random.Generator, line: PrintedLine, conditions: Collection[Condition]
) -> list[handwriting.Stroke]:
    if "initials" in conditions and rng.random() < 0.7:
        return handwriting.initials(rng, line.signature)
    if "large" in conditions and rng.random() < 0.5:
        return handwriting.large_signature(rng, line.signature)
    return handwriting.signature(rng, line.signature)


def _write_walk_in(
    page: Picture, line: PrintedLine, pen: handwriting.Pen, scale: float, rng: np.random.Generator
) -> None:
    letters: dict[str, int] = {"name": int(rng.integers(6, 18)), "sex": 1, "kelurahan": int(rng.integers(5, 12)),
               "target_group": int(rng.integers(3, 9))}  # fmt: skip
    for field, cell in line.cells.items():
        if field == "name" or rng.random() < 0.85:
            text = handwriting.written_text(rng, cell, letters.get(field, 6))
            handwriting.draw(page, text, pen, scale, rng)


def _cross_out(page: Picture, line: PrintedLine, seen: Seen, scale: float, rng: np.random.Generator) -> Seen:
    """Cross out a name, or all of a line, and return what a person then says of it."""
    whole = rng.random() < 0.5
    box = line.row if whole else line.cells.get("name", line.row)
    pen = handwriting.choose_pen(rng)
    handwriting.draw(page, handwriting.strike_through(rng, box), pen, scale, rng)
    # A name that is crossed out, but not signed, is nobody's attendance.
    return "unsure" if whole or seen == "signed" else "unsigned"


def _choose_camera(
    rng: np.random.Generator,
    conditions: Collection[Condition],
    longest_side: int | None,
    quality: int | None,
    rotation: float | None,
) -> _Camera:
    if rotation is None:
        # Mostly held upright or sideways, sometimes at any angle.
        upright = float(rng.choice([0, 90, 180, 270], p=[0.55, 0.15, 0.15, 0.15])) + rng.normal(0, 4)
        rotation = upright if rng.random() < 0.75 else rng.uniform(0, 360)
    if "scan" in conditions:
        rotation, tilt, fill = rng.normal(0, 0.8), 0.0, 0.98
    else:
        tilt, fill = rng.uniform(0.01, 0.09), rng.uniform(0.8, 0.97)
    return _Camera(
        longest_side or int(rng.integers(1280, 2401)),
        quality or int(rng.integers(45, 81)),
        rotation,
        tilt,
        fill,
    )


def _take_photo(
    rng: np.random.Generator,
    pages: Sequence[tuple[SignedPage, PageLayout]],
    camera: _Camera,
    conditions: frozenset[Condition],
) -> Photo:
    sheets = [
        _photocopy(rng, page.picture) if "photocopy" in conditions else page.picture for page, _ in pages
    ]
    corners = _page_corners(rng, camera, len(pages))
    width, height, corners = _frame(rng, camera, corners)
    view = _background(rng, width, height, conditions)
    seen = {}
    for (page, _), sheet, quad in zip(pages, sheets, corners, strict=True):
        to_photo = _to_photo(quad)
        _lay_sheet(rng, view, sheet, to_photo, "scan" in conditions)
        seen[page.number] = dict(page.seen)
    view *= _light(rng, view.shape[:2], conditions)
    hidden = _spoil(rng, view, corners[0], conditions)
    for (page, layout), quad in zip(pages, corners, strict=True):
        to_photo = _to_photo(quad)
        for line in layout.lines:
            if _share_hidden(hidden, line.signature, to_photo) > 0.25:
                seen[page.number][line.number] = "unsure"
    picture = _expose(rng, view, conditions)
    options = [cv2.IMWRITE_JPEG_QUALITY, camera.quality]
    content = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), options)[1].tobytes()
    written = frozenset[int]().union(*(page.written for page, _ in pages))
    return Photo(content, seen, written, conditions)


_PAGE_CORNERS = np.array([(0, 0), (PAGE_WIDTH, 0), (PAGE_WIDTH, PAGE_HEIGHT), (0, PAGE_HEIGHT)], np.float32)


def _page_corners(rng: np.random.Generator, camera: _Camera, pages: int) -> list[NDArray[np.float64]]:
    """Return the corners of each page in millimetres of the desk, turned, and seen at an angle."""
    angle = np.radians(camera.rotation)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    all_corners = []
    for place in range(pages):
        offset = (place * (PAGE_WIDTH + rng.uniform(4, 15)), rng.uniform(-8, 8) if place else 0.0)
        all_corners.append((_PAGE_CORNERS + offset) @ rotation.T)
    points = np.concatenate(all_corners)
    middle, extent = (points.min(0) + points.max(0)) / 2, (points.max(0) - points.min(0)).max()
    # A tilted camera sees what is farther away smaller: x' = x / (1 + a x + b y).
    tilt = rng.normal(0, 1, 2)
    tilt *= camera.tilt * 2 / np.linalg.norm(tilt) / extent
    return [(corners - middle) / (1 + (corners - middle) @ tilt)[:, None] for corners in all_corners]


def _frame(
    rng: np.random.Generator, camera: _Camera, corners: list[NDArray[np.float64]]
) -> tuple[int, int, list[NDArray[np.float64]]]:
    """Return width and height of the photo, 3 : 4 or as on a scanner, and the corners in its pixels."""
    points = np.concatenate(corners)
    low, extent = points.min(0), points.max(0) - points.min(0)
    sideways = extent[0] > extent[1]
    long_side, short_side = (
        camera.longest_side,
        round(camera.longest_side * (0.75 if camera.fill < 0.98 else 0.71)),
    )
    size = np.array([long_side, short_side] if sideways else [short_side, long_side])
    scale = (size / extent).min() * camera.fill
    room = size - extent * scale
    offset = room * rng.uniform(0.2, 0.8, 2)
    return int(size[0]), int(size[1]), [(quad - low) * scale + offset for quad in corners]


def _background(
    rng: np.random.Generator, width: int, height: int, conditions: Collection[Condition]
) -> _Field:
    """Return a desk: wood with its grain, cloth, or a plain top; white under a scanner's lid."""
    if "scan" in conditions:
        return np.full((height, width, 3), 246, np.float32)
    colours = [
        (150, 105, 66),
        (92, 62, 40),
        (196, 168, 130),
        (60, 62, 66),
        (178, 182, 184),
        (48, 78, 62),
        (225, 222, 214),
    ]
    colour = np.array(colours[rng.integers(len(colours))], np.float32) + rng.normal(0, 8, 3)
    kind = rng.random()
    if kind < 0.5:  # wood
        grain = (height // 3 + 1, 12) if rng.random() < 0.5 else (12, width // 3 + 1)
        texture = _resize(rng.standard_normal(grain, np.float32), width, height, cv2.INTER_CUBIC) * 9
    elif kind < 0.75:  # cloth
        texture = _resize(rng.standard_normal((height // 4, width // 4), np.float32), width, height) * 7
    else:
        texture = _resize(rng.standard_normal((6, 6), np.float32), width, height, cv2.INTER_CUBIC) * 4
    return np.asarray(np.clip(colour + texture[..., None], 5, 250), np.float32)


def _lay_sheet(
    rng: np.random.Generator, view: _Field, sheet: Picture, to_photo: NDArray[np.float64], flat: bool
) -> None:
    """Lay a sheet of paper on the desk, curled and with its shadow."""
    height, width = view.shape[:2]
    # The mapping is smooth: computed for every eighth pixel, it is the same.
    step = 8
    x, y = np.meshgrid(np.arange(0, width + step, step), np.arange(0, height + step, step))
    points = np.stack([x, y], -1).astype(np.float32).reshape(-1, 1, 2)
    page: _Field = cv2.perspectiveTransform(points, np.linalg.inv(to_photo)).reshape(*x.shape, 2)
    lift, slope = (np.zeros(x.shape), np.zeros(x.shape)) if flat else _curl(rng, page)
    shift = rng.normal(0, 1, 2)
    page = (page + lift[..., None] * shift / np.linalg.norm(shift)).astype(np.float32)
    pixels_per_mm = sheet.shape[1] / PAGE_WIDTH
    photo_scale = np.sqrt(abs(np.linalg.det(to_photo[:2, :2])))
    if photo_scale * 1.3 < pixels_per_mm:  # or thin lines would break up
        factor = photo_scale * 1.3 / pixels_per_mm
        sheet = cv2.resize(sheet, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        pixels_per_mm = sheet.shape[1] / PAGE_WIDTH
    source = _resize(page * pixels_per_mm, x.shape[1] * step, x.shape[0] * step)
    source = source[step // 2 :, step // 2 :][:height, :width]
    across, down = np.ascontiguousarray(source[..., 0]), np.ascontiguousarray(source[..., 1])
    paper = np.asarray(cv2.remap(sheet, across, down, cv2.INTER_LINEAR), np.float32)
    whole = np.full((sheet.shape[0], sheet.shape[1]), 255, np.uint8)
    inside = np.asarray(cv2.remap(whole, across, down, cv2.INTER_LINEAR), np.float32)
    if not flat:
        shadow = _blur(inside, 2.5 * photo_scale)
        moved = np.roll(shadow, (round(1.5 * photo_scale), round(rng.uniform(-2, 2) * photo_scale)), (0, 1))
        view *= (1 - moved * np.float32(0.35 / 255))[..., None]
    tone = np.array([1.0, 1.0, 1.0], np.float32) * rng.uniform(0.93, 0.98) - (0, 0, rng.uniform(0, 0.05))
    shade = _resize((1 + slope).astype(np.float32), width, height)
    paper_light = paper * (shade[..., None] * tone.astype(np.float32))
    share = (inside / 255)[..., None]
    view[:] = view * (1 - share) + paper_light * share


def _curl(rng: np.random.Generator, page: _Field) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how far the sheet's points are shifted by its curl, in mm, and how much lighter or darker it is there."""
    if rng.random() < 0.25:
        return np.zeros(page.shape[:2]), np.zeros(page.shape[:2])
    angle = rng.choice([0, np.pi / 2]) + rng.normal(0, 0.25)
    along = (page[..., 0] - PAGE_WIDTH / 2) * np.cos(angle) + (page[..., 1] - PAGE_HEIGHT / 2) * np.sin(angle)
    along = np.clip(along, -200, 200)
    depth, length, phase = rng.uniform(0.3, 2.2), rng.uniform(250, 500), rng.uniform(0, 2 * np.pi)
    lift = depth * np.sin(2 * np.pi * along / length + phase)
    slope = depth * np.cos(2 * np.pi * along / length + phase) * rng.uniform(0.01, 0.05)
    if rng.random() < 0.3:  # it was folded
        fold = rng.uniform(-60, 60)
        lift += np.abs(along - fold) * rng.uniform(0.002, 0.008)
        slope += np.where(along > fold, 0.05, 0)
    return lift, slope


def _light(rng: np.random.Generator, size: tuple[int, int], conditions: Collection[Condition]) -> _Field:
    """Return the light by pixel and colour: a gradient, the lens's darker corners, shadows, and the lamp's colour."""
    height, width = size
    if "scan" in conditions:
        return np.ones((height, width, 1), np.float32)
    small_w, small_h = width // 8 + 1, height // 8 + 1
    x, y = np.meshgrid(np.linspace(-1, 1, small_w), np.linspace(-1, 1, small_h))
    angle = rng.uniform(0, 2 * np.pi)
    light = 1 + rng.uniform(0.03, 0.25) * (x * np.cos(angle) + y * np.sin(angle))
    light *= 1 - rng.uniform(0, 0.22) * (x**2 + y**2) / 2
    shadows = int("hand-shadow" in conditions) + int(rng.random() < 0.35)
    for _ in range(shadows):
        light *= _shadow(rng, small_w, small_h)
    if "dark" in conditions:
        light *= rng.uniform(0.4, 0.6)
    balance = 1 + np.clip(rng.normal(0, 1, 3), -2, 2) * (0.04, 0.01, 0.055)
    full = _resize(light.astype(np.float32), width, height)
    return full[..., None] * balance.astype(np.float32)


def _shadow(rng: np.random.Generator, width: int, height: int) -> _Field:
    """Return the light under a hand with a phone, or an edge, at the side of a picture."""
    mask = np.zeros((height, width), np.uint8)
    if rng.random() < 0.6:
        centre = np.array([width, height]) * rng.uniform(0.0, 1.0, 2)
        size = min(width, height) * rng.uniform(0.2, 0.4)
        cv2.ellipse(mask, (int(centre[0]), int(centre[1])), (int(size), int(size * 0.7)),
                    float(rng.uniform(0, 180)), 0, 360, 255, -1)  # fmt: skip
        for _ in range(4):
            direction = rng.normal(0, 1, 2)
            end = centre + direction / np.linalg.norm(direction) * size * 1.5
            cv2.line(
                mask, (int(centre[0]), int(centre[1])), (int(end[0]), int(end[1])), 255, int(size * 0.28)
            )
    else:
        border = rng.uniform(0.2, 0.8, 2) * width
        corners = [(0, 0), (int(border[0]), 0), (int(border[1]), height), (0, height)]
        cv2.fillPoly(mask, [np.array(corners, np.int32)], 255)
    soft = _blur(mask, min(width, height) * rng.uniform(0.01, 0.08))
    return 1 - soft / 255 * np.float32(rng.uniform(0.2, 0.55))


def _spoil(
    rng: np.random.Generator, view: _Field, quad: NDArray[np.float64], conditions: Collection[Condition]
) -> NDArray[np.bool_]:
    """Put a thumb on the page, or the glare of a lamp, and return what cannot be seen because of it."""
    height, width = view.shape[:2]
    hidden = np.zeros((height, width), np.bool_)
    side = float(np.linalg.norm(quad[1] - quad[0])) / PAGE_WIDTH  # pixels per mm
    if "thumb" in conditions:
        corner = quad[rng.integers(4)]
        middle = quad.mean(0)
        inward = (middle - corner) / np.linalg.norm(middle - corner)
        tip = corner + inward * side * rng.uniform(12, 30)
        mask = np.zeros((height, width), np.uint8)
        start = corner - inward * side * 60
        cv2.line(mask, _pixel(start), _pixel(tip), 255, int(side * 19))
        hidden |= mask > 0
        soft = _blur(mask, side * 0.8)[..., None] / 255
        skin = np.array([(198, 150, 120), (140, 96, 70), (170, 122, 92)][rng.integers(3)], np.float32)
        # Round: lighter in its middle.
        depth = cv2.distanceTransform(mask, cv2.DIST_L2, 3)[..., None] / (side * 9.5)
        view[:] = view * (1 - soft) + skin * (0.75 + 0.3 * np.clip(depth, 0, 1)) * soft
    if "glare" in conditions:
        centre = quad.mean(0) + rng.uniform(-0.35, 0.35, 2) * np.ptp(quad, axis=0)
        x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        radius, squeeze = side * rng.uniform(14, 30), rng.uniform(0.6, 1.6)
        distance = ((x - centre[0]) / radius) ** 2 + ((y - centre[1]) * squeeze / radius) ** 2
        glare = np.exp(-(distance**1.5)) * rng.uniform(240, 420)
        view += glare[..., None].astype(np.float32)
        hidden |= glare > 140
    return hidden


def _share_hidden(hidden: NDArray[np.bool_], box: Box, to_photo: NDArray[np.float64]) -> float:
    """Return how much of a box on the page cannot be seen; what is outside of the picture cannot."""
    x, y = np.meshgrid(np.linspace(box.x, box.x + box.width, 24), np.linspace(box.y, box.y + box.height, 12))
    points = np.stack([x, y], -1).astype(np.float32).reshape(-1, 1, 2)
    pixels = cv2.perspectiveTransform(points, to_photo).reshape(-1, 2).astype(int)
    height, width = hidden.shape
    inside = (pixels >= 0).all(1) & (pixels[:, 0] < width) & (pixels[:, 1] < height)
    seen = hidden[pixels[inside, 1], pixels[inside, 0]]
    return float(1 - (len(seen) - seen.sum()) / len(pixels))


def _photocopy(rng: np.random.Generator, page: Picture) -> Picture:
    """Return a copy in black and white with more contrast, moved, so that the edges with their markers are cut off."""
    grey = cv2.cvtColor(page, cv2.COLOR_RGB2GRAY).astype(np.float32)
    grey = np.clip((grey - 110) * 1.7 + 110, 0, 255)
    grey += _resize(rng.standard_normal((300, 200), np.float32) * 6, grey.shape[1], grey.shape[0])
    margin = int(page.shape[1] / PAGE_WIDTH * 21)
    copy = np.full(page.shape[:2], 250, np.uint8)
    part = (slice(margin, -margin), slice(margin // 2, -margin // 2))
    copy[part] = np.clip(grey, 0, 255).astype(np.uint8)[part]
    return np.repeat(copy[..., None], 3, axis=2)


def _expose(rng: np.random.Generator, view: _Field, conditions: Collection[Condition]) -> Picture:
    """Return the picture that the sensor takes: blurred by lens and hand, with noise."""
    height, width = view.shape[:2]
    if "scan" in conditions:
        grain = rng.standard_normal(view.shape, np.float32) * 2
        return np.clip(view + grain, 0, 255).astype(np.uint8)
    scale = max(width, height) / 2000
    defocus = rng.uniform(0.3, 1.3) * scale
    motion = int(rng.integers(0, 4) * scale)
    if "blurred" in conditions:
        defocus, motion = rng.uniform(2, 3.5) * scale, int(rng.integers(4, 11) * scale)
    picture = _blur(view, max(defocus, 0.3))
    if motion > 1:
        kernel = np.zeros((motion, motion), np.float32)
        start, end = ((0, int(rng.integers(motion))), (motion - 1, int(rng.integers(motion))))
        cv2.line(kernel, start, end, 1.0)
        turned = np.rot90(kernel, int(rng.integers(2))) / kernel.sum()
        picture = np.asarray(cv2.filter2D(picture, -1, turned), np.float32)
    # Cameras brighten what they see until its brightest part is nearly white.
    brightest = float(np.percentile(picture[::16, ::16], 97))
    gain = rng.uniform(205, 250) / (brightest + 1)
    picture *= min(gain, 2.2) if "glare" not in conditions else min(gain, 1.0)
    noise = rng.uniform(1.5, 6) * (1.8 if "dark" in conditions else 1)
    picture += rng.standard_normal((height, width, 1), np.float32) * np.float32(noise)
    colour = rng.standard_normal((height // 2 + 1, width // 2 + 1, 3), np.float32) * np.float32(noise * 0.6)
    picture += _resize(colour, width, height)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _resize(picture: NDArray[Any], width: int, height: int, method: int = cv2.INTER_LINEAR) -> _Field:
    return np.asarray(cv2.resize(picture, (width, height), interpolation=method), np.float32)


def _blur(picture: NDArray[Any], sigma: float) -> _Field:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), float(sigma)), np.float32)


def _to_photo(quad: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the homography from millimetres on the page to pixels of the photo."""
    return np.asarray(cv2.getPerspectiveTransform(_PAGE_CORNERS, quad.astype(np.float32)), np.float64)


def _pixel(point: NDArray[np.float64]) -> tuple[int, int]:
    return int(point[0]), int(point[1])
