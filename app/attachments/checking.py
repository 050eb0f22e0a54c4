"""Check an uploaded attachment in a child process, and redraw it if it is a picture."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from app.child_process import run_child
from app.errors import TooLarge, UnreadableFile
from app.i18n import N_

MAX_BYTES = 10 * 1024**2
MAX_MEMORY_BYTES = 1024**3
MAX_SECONDS = 30

SENTENCES: Mapping[str, str] = {
    "empty-file": N_("The file is empty. Check whether it is the right one and whether it was saved."),
    "too-large": N_(
        "The file is larger than %(megabytes)s MB. Take the photo or the scan in a smaller size."
    ),
    "too-many-pixels": N_("The picture has too many pixels. Save it in a smaller size and try again."),
    "damaged-file": N_(
        "The file is damaged or was not sent to its end. Open it once; if that works, send it again."
    ),
    "too-slow": N_("Checking the file took too long. Save the picture in a smaller size and try again."),
    "password-protected": N_("The PDF opens only with a password. Save it without one and try again."),
    "heic-photo": N_(
        "This is an iPhone photo in the format HEIC, which few programs read. On the iPhone choose Settings – Camera – "
        "Formats – Most Compatible, or send the photo to yourself by WhatsApp and upload that one."
    ),
    "other-type": N_(
        "Only photos (JPEG, PNG, WebP) and PDF are taken. Save a document of Word, Excel or PowerPoint as PDF."
    ),
}


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that may be stored: a PDF as it was uploaded, or a picture drawn anew as JPEG with its thumbnail.

    `width`, `height` and `thumbnail` are None for a PDF.
    """

    media_type: str
    content: bytes
    width: int | None
    height: int | None
    thumbnail: bytes | None


def check_file(content: bytes) -> CheckedFile:
    """Return the file as it may be stored. Its type is told by its content.

    Raises `TooLarge` or `UnreadableFile` with one of the codes of `SENTENCES`.
    """
    if len(content) > MAX_BYTES:
        raise TooLarge(SENTENCES["too-large"], code="too-large", megabytes=MAX_BYTES // 1024**2)
    limits = {"memory": MAX_MEMORY_BYTES, "seconds": MAX_SECONDS}
    try:
        output = run_child("app.attachments.child", limits, content, seconds=MAX_SECONDS)
    except TimeoutError as error:
        raise build_problem("too-slow") from error
    if output is None:
        raise build_problem("damaged-file")
    head, _, body = output.partition(b"\n")
    facts = json.loads(head)
    if "failure" in facts:
        raise build_problem(facts["failure"])
    size: int = facts["size"]
    return CheckedFile(facts["media_type"], body[:size], facts["width"], facts["height"], body[size:] or None)


def build_problem(code: str) -> UnreadableFile:
    """Return the problem to raise for a code of `SENTENCES`."""
    return UnreadableFile(SENTENCES[code], code=code)
