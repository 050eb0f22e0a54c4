"""Find the corner markers on a photo, and which of them belong to one page; only in the child process."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import cv2
import numpy as np
from numpy.typing import NDArray

from app.paper.layout import MARKED_PAGES, MARKER_MARGIN, MARKER_SIZE, PAGE_HEIGHT, PAGE_WIDTH
from app.paper.pictures import Pixels

MAX_MISFIT = 2.5
"""Millimetres by which a corner may lie beside its place on a flat page: more than the curl of a held sheet."""

MAX_MISFIT_OF_THREE = 1.5

MAX_PAGES = 4
"""With the same markers on one photo."""

_SEARCH_SIDE = 1400
_HIGHEST_ID = 4 * MARKED_PAGES - 1


@dataclass(frozen=True, slots=True, eq=False)
class MarkedPage:
    """The markers of one page: `first_id` is that of its top left one.

    `corners` are the places on the photo of the corners of markers, `places` those on the page in millimetres.
    `to_photo` maps from the page to the photo. `complete` is false if a marker is not seen.
    """

    first_id: int
    corners: NDArray[np.float64]
    places: NDArray[np.float64]
    to_photo: NDArray[np.float64]
    misfit: float
    complete: bool

    @property
    def pixels_per_mm(self) -> float:
        """The scale of the page on the photo, where it is smallest."""
        return min(map(_size, self.corners.reshape(-1, 4, 2))) / (MARKER_SIZE * 2**0.5)

    def matches(self, page: int) -> bool:
        """Return whether these are the markers of the page with this number."""
        return self.first_id == 4 * ((page - 1) % MARKED_PAGES)


def marker_corners(position: int) -> NDArray[np.float64]:
    """Return the corners, in millimetres, of a marker: 0 is top left, and so on clockwise."""
    far_x, far_y = PAGE_WIDTH - MARKER_MARGIN - MARKER_SIZE, PAGE_HEIGHT - MARKER_MARGIN - MARKER_SIZE
    x = MARKER_MARGIN if position in {0, 3} else far_x
    y = MARKER_MARGIN if position in {0, 1} else far_y
    s = MARKER_SIZE
    return np.array([(x, y), (x + s, y), (x + s, y + s), (x, y + s)])


def find_pages(grey: Pixels) -> list[MarkedPage]:
    """Return the pages on a photo whose four markers are seen, or three of them if that is certain enough.

    Where fewer than four are found, the photo is searched again in other sizes and with more contrast.
    """
    found: dict[int, list[NDArray[np.float64]]] = defaultdict(list)
    pages: list[MarkedPage] = []
    for variant, scale in _variants(grey):
        for identity, corners in _detect(variant):
            _add(found[identity], corners / scale)
        pages = _group(found)
        if pages and all(page.complete for page in pages) and _all_used(found, pages):
            break
    refined = {
        identity: [_refine(grey, corners) for corners in several] for identity, several in found.items()
    }
    return sorted(_group(refined), key=lambda page: tuple(page.corners[0]))


def _variants(grey: Pixels) -> Iterator[tuple[Pixels, float]]:
    """Return forms of a photo in which to search, each with its scale; the quickest first."""
    scale = min(1.0, _SEARCH_SIDE / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    yield small, scale  # type: ignore[misc]
    if scale < 1:
        yield grey, 1.0
    yield cv2.createCLAHE(4.0, (8, 8)).apply(grey), 1.0  # type: ignore[misc]
    if max(grey.shape) <= _SEARCH_SIDE * 1.2:
        yield cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), 2.0  # type: ignore[misc]


def _detect(grey: Pixels) -> Iterator[tuple[int, NDArray[np.float64]]]:
    parameters = cv2.aruco.DetectorParameters()
    parameters.adaptiveThreshWinSizeMax = 43
    parameters.minMarkerPerimeterRate = 0.02
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), parameters)
    corners, ids, _ = detector.detectMarkers(grey)
    if ids is None:
        return
    for identity, quad in zip(ids.ravel(), corners, strict=True):
        if identity <= _HIGHEST_ID:
            yield int(identity), np.asarray(quad, dtype=np.float64).reshape(4, 2)


def _size(corners: NDArray[np.float64]) -> float:
    """Return the length of a marker's diagonal in pixels."""
    return float(np.linalg.norm(corners[0] - corners[2]))


def _add(known: list[NDArray[np.float64]], corners: NDArray[np.float64]) -> None:
    """Append a marker unless it was found before."""
    size = _size(corners)
    if all(np.linalg.norm(other.mean(axis=0) - corners.mean(axis=0)) > size / 3 for other in known):
        known.append(corners)


def _refine(grey: Pixels, corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the corners of a marker to a fraction of a pixel."""
    side = min(np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1))
    window = int(np.clip(side / 12, 2, 8))
    points = corners.astype(np.float32).reshape(-1, 1, 2)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 0.02)
    refined = cv2.cornerSubPix(grey, points, (window, window), (-1, -1), stop).reshape(4, 2)
    moved = np.linalg.norm(refined - corners, axis=1)
    return np.where((moved <= window)[:, None], refined, corners).astype(float)


def _all_used(found: Mapping[int, Sequence[object]], pages: Sequence[MarkedPage]) -> bool:
    return sum(map(len, found.values())) == sum(len(page.corners) // 4 for page in pages)


def _group(found: Mapping[int, Sequence[NDArray[np.float64]]]) -> list[MarkedPage]:
    """Return the pages that the markers make up: those with four markers first, then those with three."""
    # Of markers that are seen more often, those of the largest pages count.
    found = {
        identity: sorted(several, key=_size, reverse=True)[:MAX_PAGES] for identity, several in found.items()
    }
    pages: list[MarkedPage] = []
    used: set[tuple[int, int]] = set()
    for size in (4, 3):
        candidates = [
            (page, members)
            for first in range(0, _HIGHEST_ID + 1, 4)
            for positions in combinations(range(4), size)
            for choice in product(*(range(len(found.get(first + position, ()))) for position in positions))
            for members in [{(first + p, index) for p, index in zip(positions, choice, strict=True)}]
            if not members & used
            for page in [
                _fit(first, {p: found[first + p][i] for p, i in zip(positions, choice, strict=True)})
            ]
            if page is not None
        ]
        for page, members in sorted(candidates, key=lambda candidate: candidate[0].misfit):
            if not members & used:
                pages.append(page)
                used |= members
    return pages


def _fit(first_id: int, markers: Mapping[int, NDArray[np.float64]]) -> MarkedPage | None:
    """Return the page with these markers (by position), or None if no flat page looks like that."""
    corners = np.concatenate([markers[position] for position in sorted(markers)])
    places = np.concatenate([marker_corners(position) for position in sorted(markers)])
    to_page, _ = cv2.findHomography(corners, places)
    if to_page is None:
        return None
    seen = cv2.perspectiveTransform(corners.reshape(-1, 1, 2), to_page).reshape(-1, 2)
    misfit = float(np.linalg.norm(seen - places, axis=1).max())
    if misfit > (MAX_MISFIT if len(markers) == 4 else MAX_MISFIT_OF_THREE) or np.linalg.det(to_page) <= 0:
        return None
    try:
        to_photo = np.linalg.inv(to_page)
    except np.linalg.LinAlgError:
        return None
    edge = np.array([[(0, 0), (PAGE_WIDTH, 0), (PAGE_WIDTH, PAGE_HEIGHT), (0, PAGE_HEIGHT)]], dtype=float)
    outline = cv2.perspectiveTransform(edge, to_photo).astype(np.float32)
    if not cv2.isContourConvex(outline.reshape(-1, 1, 2)):
        return None
    return MarkedPage(first_id, corners, places, to_photo / to_photo[2, 2], misfit, len(markers) == 4)
