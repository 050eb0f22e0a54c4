"""Read photographed or scanned pages of printed attendance lists, each file in a child process with limits."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from app.child_process import run_child
from app.errors import Problem
from app.i18n import N_
from app.paper.layout import PrintLayout, layout_to_json
from app.paper.page_reading import LineReading, PageReading
from app.paper.parts import list_missing_libraries
from app.turns import Turns

MAX_BYTES = 20 * 1024**2
"""Of one file: a phone's photo of 108 million pixels, or a scan of many pages."""
MAX_MEMORY_BYTES = 1536 * 1024**2
MAX_SECONDS = 120
"""A scan of 40 pages takes 30 on a free processor."""
MAX_SECONDS_TOGETHER = 600
"""Of the files of an upload: other background work waits meanwhile."""

# How many files have a child at the same time; each takes 250 MB, and a hostile one as much as it may.
photo_turns = Turns(
    2,
    seconds=20,
    busy=N_("Many photos are being read right now. Please try again in %(seconds)s seconds."),
)

SENTENCES: Mapping[str, str] = {
    # The file can't be read.
    "empty-file": N_("The file is empty. Check whether it is the right one and whether it was saved."),
    "too-large": N_("The file is too large. Take the photo or the scan in a smaller size."),
    "too-many-pixels": N_("The picture has too many pixels. Save it in a smaller size and try again."),
    "too-many-pages": N_("The PDF has too many pages. Send only the pages of the attendance list."),
    "too-slow": N_("Reading the file took too long. Save the picture in a smaller size and try again."),
    "damaged-file": N_(
        "The file is damaged or was not sent to its end. Open it once; if that works, send it again."
    ),
    "animated": N_("The picture moves. Send a photo that shows one picture."),
    "password-protected": N_("The PDF opens only with a password. Save it without one and try again."),
    "other-type": N_("Only photos (JPEG, PNG, WebP, HEIC) and scanned PDF are read."),
    # The page can't be read.
    "no-markers": N_(
        "The black squares in the four corners of the page are not all seen. Photograph the whole page from above; a "
        "copy that lacks them can't be read and must be typed."
    ),
    "no-code": N_(
        "The QR code of the page can't be read. Photograph the page again, closer and in better light."
    ),
    "two-pages-mixed": N_(
        "Corners and QR code are of different pages. Photograph each page alone, without another one below it."
    ),
    "other-print": N_("This page is from the list of another session."),
    "unknown-page": N_("The print of this list has no such page."),
    # The page was read, but is hard to read.
    "code-unread": N_(
        "The QR code of the page can't be read; the page was found by its corners. Check the names."
    ),
    "three-markers": N_("One corner of the page is hidden."),
    "glare": N_("A light is reflected by the page."),
    "blurred": N_("The photo is not sharp."),
    "small": N_("The page is very small on the photo."),
    "covered": N_("Something covers a part of the page."),
    "curved": N_("The paper is bent too much; the lines of the table are not found."),
    # A line is unsure.
    "faint": N_("There is only faint ink, such as of a pencil."),
    "little-ink": N_("There is little ink: initials, a dash or a spot."),
    "overlap": N_("The signature of another line runs into this one."),
    "unclear": N_("The field to sign can't be seen clearly."),
    "beside-cell": N_("There is ink beside the field to sign."),
    "stamp": N_("A stamp covers the field to sign."),
    "crossed-out": N_("The name seems to be crossed out."),
}


def read_photos(
    files: Sequence[tuple[str, bytes]],
    layouts: Mapping[str, PrintLayout],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[PageReading, ...]:
    """Return what is seen on the pages of photos and scanned PDFs, in the order of the files.

    `layouts` are the prints that the pages may be of, by their codes. A file that can't be read gives one reading whose
    problem is one of the codes of `SENTENCES`, as do pages that can't be read; what takes longer than
    `MAX_SECONDS_TOGETHER` is not read. `progress` is told after each file how many of how many are read. Raises
    `Problem` if the packages of the extra `foto` are not installed, and `Busy` for a request while too many others
    wait.
    """
    check_installed()
    stored = {code: layout_to_json(layout) for code, layout in layouts.items()}
    readings: list[PageReading] = []
    ends = time.monotonic() + MAX_SECONDS_TOGETHER
    for index, (_name, content) in enumerate(files):
        readings += _read_file(index, content, stored, min(MAX_SECONDS, ends - time.monotonic()))
        if progress is not None:
            progress(index + 1, len(files))
    return tuple(readings)


def check_installed() -> None:
    """Raise `Problem` if the packages that read photos are not installed."""
    if list_missing_libraries():
        raise Problem(
            N_(
                "This installation can't read photos: the packages for it are missing (pip install 'jangkau[foto]'). "
                "Ask the person who runs it."
            ),
            code="photos-not-installed",
        )


def _read_file(
    index: int, content: bytes, layouts: Mapping[str, object], seconds: float
) -> Iterator[PageReading]:
    if len(content) > MAX_BYTES:
        return iter((_failed(index, "too-large"),))
    if seconds <= 0:
        return iter((_failed(index, "too-slow"),))
    request = {"memory": MAX_MEMORY_BYTES, "seconds": seconds, "layouts": layouts}
    try:
        with photo_turns.turn():
            output = run_child("app.paper.child", request, content, seconds=seconds)
    except TimeoutError:
        return iter((_failed(index, "too-slow"),))
    if output is None:
        return iter((_failed(index, "damaged-file"),))
    return parse_answer(index, output)


def parse_answer(index: int, output: bytes) -> Iterator[PageReading]:
    """Return the readings of the file with this index from the answer of `child`."""
    head, _, pictures = output.partition(b"\n")
    facts: dict[str, Any] = json.loads(head)
    start = 0

    def take(size: int) -> bytes:
        nonlocal start
        start += size
        return pictures[start - size : start]

    if "failure" in facts:
        yield _failed(index, facts["failure"])
    for page in facts.get("pages", ()):
        picture = take(page["picture"])
        lines = tuple(LineReading(**(line | {"picture": take(line["picture"])})) for line in page["lines"])
        yield PageReading(
            photo=index,
            print_code=page["print_code"],
            page=page["page"],
            problem=page["problem"],
            warnings=tuple(page["warnings"]),
            lines=lines,
            picture=picture,
        )


def _failed(index: int, code: str) -> PageReading:
    return PageReading(index, None, None, code, (), (), b"")
