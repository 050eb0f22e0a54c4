"""The child process that reads one file of photographed pages: `python -m app.paper.child`.

Standard input holds a line of JSON with the limits and the layouts of prints by their codes, then the file. Standard
output gets a line of JSON, either {"failure": code} or {"pages": […]} with the readings as `PageReading`, in which a
picture is its size in bytes; then the pictures in the same order. `reading` starts it.
"""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy: each of its threads would ask for address space

import cv2
import zxingcpp

from app.child_process import limit_process
from app.paper.blemishes import blur_width
from app.paper.ink import measure_ink
from app.paper.judging import MAX_BLUR, JudgedLine, judge_lines
from app.paper.layout import Box, PageLayout, PrintedLine, PrintLayout, layout_from_json
from app.paper.marked_pages import MarkedPage, find_pages
from app.paper.page_address import parse_page_address
from app.paper.pictures import PhotoFailure, Pixels, open_pictures
from app.paper.straighten import SCALE, StraightPage, straighten, straighten_flat

PAGE_HEIGHT_STORED = 1400
LINE_WIDTH_STORED = 1000
QUALITY = 70

MIN_PIXELS_PER_MM = 2.8
"""Below, the strokes of a pen are less than a pixel wide."""

Layouts = Mapping[str, PrintLayout]
Answer = tuple[dict[str, Any], list[bytes]]
"""A page's reading as JSON, and its pictures: that of the page first, then those of its lines."""


def main() -> None:
    """Answer the request on standard input. If a limit is reached, the process ends without an answer."""
    request: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    limit_process(request["memory"], request["seconds"])
    cv2.setNumThreads(1)
    layouts = {code: layout_from_json(stored) for code, stored in request["layouts"].items()}
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read(), layouts))


def answer(content: bytes, layouts: Layouts) -> bytes:
    """Return the readings of a file's pages as a line of JSON, then their pictures."""
    pages: list[dict[str, Any]] = []
    pictures: list[bytes] = []
    try:
        for photo in open_pictures(content):
            for page, its_pictures in read_photo(photo, layouts):
                pages.append(page)
                pictures += its_pictures
    except PhotoFailure as failure:
        return json.dumps({"failure": failure.code}).encode()
    return json.dumps({"pages": pages}).encode() + b"\n" + b"".join(pictures)


def read_photo(photo: Pixels, layouts: Layouts) -> list[Answer]:
    """Return what is seen of each page on a photo; one answer with a problem if there is none."""
    marked_pages = find_pages(cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY))  # type: ignore[arg-type]
    if not marked_pages:
        code, page = _read_code(photo) or (None, None)
        return [_answer_problem("no-markers", photo, code, page)]
    return [_read_page(photo, marked, layouts) for marked in marked_pages]


def _read_page(photo: Pixels, marked: MarkedPage, layouts: Layouts) -> Answer:
    flat = straighten_flat(photo, marked)
    warnings = [] if marked.complete else ["three-markers"]
    if marked.pixels_per_mm < MIN_PIXELS_PER_MM:
        warnings.append("small")
    found = _read_code(flat) or _read_code(cv2.resize(flat, None, fx=2, fy=2))  # type: ignore[arg-type]
    if found is None:
        possible = [
            (code, page.number)
            for code, layout in layouts.items()
            for page in layout.pages
            if marked.matches(page.number)
        ]
        if len(possible) != 1:
            return _answer_problem("no-code", flat)
        found = possible[0]
        warnings.append("code-unread")
    code, number = found
    if not marked.matches(number):
        return _answer_problem("two-pages-mixed", flat, code, number)
    if code not in layouts:
        return _answer_problem("other-print", flat, code, number)
    layout = next((page for page in layouts[code].pages if page.number == number), None)
    if layout is None or not layout.lines:
        return _answer_problem("unknown-page", flat, code, number)
    return _judge_page(straighten(photo, marked, flat, layout), layout, code, warnings)


def _judge_page(page: StraightPage, layout: PageLayout, code: str, warnings: list[str]) -> Answer:
    blur = blur_width(page.picture)
    judged = judge_lines(measure_ink(page.picture, layout), layout, blur)
    if not page.is_certain:
        judged = [replace(line, mark="unsure", why="unclear", has_writing=True) for line in judged]
        warnings.append("curved")
    if "code-unread" in warnings:  # it may be a page of another session
        judged = [replace(line, mark="unsure", why="code-unread") for line in judged]
    if blur > MAX_BLUR:
        warnings.append("blurred")
    if any(line.why == "glare" for line in judged):
        warnings.append("glare")
    if any(line.why == "unclear" for line in judged) and blur <= MAX_BLUR and page.is_certain:
        warnings.append("covered")
    pictures = [_save(page.picture, height=PAGE_HEIGHT_STORED)]
    lines = []
    for line, seen in zip(layout.lines, judged, strict=True):
        pictures.append(_picture_of(line, page.picture))
        lines.append(_line_to_json(line, seen, len(pictures[-1])))
    reading = {
        "print_code": code,
        "page": layout.number,
        "problem": "",
        "warnings": warnings,
        "lines": lines,
        "picture": len(pictures[0]),
    }
    return reading, pictures


def _line_to_json(line: PrintedLine, seen: JudgedLine, size: int) -> dict[str, Any]:
    return {
        "number": line.number,
        "mark": seen.mark,
        "ink": round(seen.ink, 4),
        "why": seen.why,
        "has_writing": seen.has_writing,
        "picture": size,
    }


def _answer_problem(
    problem: str, picture: Pixels, code: str | None = None, page: int | None = None
) -> Answer:
    """Return the answer for a page that can't be read, with the picture of what was photographed."""
    stored = _save(picture, height=PAGE_HEIGHT_STORED)
    reading: dict[str, Any] = {
        "print_code": code,
        "page": page,
        "problem": problem,
        "warnings": [],
        "lines": [],
        "picture": len(stored),
    }
    return reading, [stored]


def _read_code(picture: Pixels) -> tuple[str, int] | None:
    """Return print code and page from the QR code on a picture, or None if it has none of a printed page."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    for binarizer in (zxingcpp.Binarizer.LocalAverage, zxingcpp.Binarizer.GlobalHistogram):
        for barcode in zxingcpp.read_barcodes(grey, formats, binarizer=binarizer):
            address = parse_page_address(barcode.text)
            if address is not None:
                return address
    return None


def _picture_of(line: PrintedLine, page: Pixels) -> bytes:
    """Return a line from name to signature as JPEG."""
    left = min((box.x for box in line.cells.values()), default=line.row.x)
    box = Box(left - 1, line.row.y - 2, line.row.x + line.row.width - left + 3, line.row.height + 4)
    top, bottom = (max(0, round(y * SCALE)) for y in (box.y, box.y + box.height))
    start, end = (max(0, round(x * SCALE)) for x in (box.x, box.x + box.width))
    return _save(page[top:bottom, start:end], width=LINE_WIDTH_STORED)


def _save(picture: Pixels, *, height: int = 0, width: int = 0) -> bytes:
    """Return a picture as JPEG, made smaller to this height or width."""
    scale = min(1.0, height / max(picture.shape[:2]) if height else width / picture.shape[1])
    small = (
        cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture
    )
    _, content = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return content.tobytes()


if __name__ == "__main__":
    main()
