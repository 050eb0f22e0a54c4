"""The child process that checks one attachment: `python -m app.attachments.child`.

Standard input holds a line of JSON with the limits, then the file. Standard output gets a line of JSON, either
{"failure": code} or the facts of the file, then its content and its thumbnail. `checking` starts it.
"""

import json
import sys
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms, ImageOps
from PIL.ExifTags import Base

from app.child_process import limit_process

MAX_SIDE = 2000
"""Of a stored picture, in pixels: a page of A4 in 170 dots per inch."""
THUMBNAIL_SIDE = 400
QUALITY = 85

# A phone's camera makes up to 108 million pixels. A JPEG is decoded at a fraction of its size, others as a whole.
MAX_JPEG_PIXELS = 120_000_000
MAX_OTHER_PIXELS = 50_000_000

JPEG, PDF = "image/jpeg", "application/pdf"

# The brands of HEIF in which phones save photos.
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")


class AttachmentFailure(Exception):
    """Raised for a file that is not taken. `code` is a key of `checking.SENTENCES`, which has the sentence."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def main() -> None:
    """Answer the request on standard input. If a limit is reached, the process ends without an answer."""
    request: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    limit_process(request["memory"], request["seconds"])
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read()))


def answer(content: bytes) -> bytes:
    """Return the facts of a file as a line of JSON, then its content as it is stored, and its thumbnail."""
    try:
        media_type = detect_media_type(content)
        if media_type == PDF:
            check_pdf(content)
            facts, thumbnail = {"media_type": PDF, "width": None, "height": None}, b""
        else:
            facts, content, thumbnail = redraw_picture(content)
    except AttachmentFailure as failure:
        return json.dumps({"failure": failure.code}).encode()
    return json.dumps({**facts, "size": len(content)}).encode() + b"\n" + content + thumbnail


def detect_media_type(content: bytes) -> str:
    """Return the type of a picture or PDF by its first bytes, whatever its name says.

    Raises `AttachmentFailure` for everything else. A PDF begins with its signature: readers also accept it some bytes
    later, after the beginning of another kind of file.
    """
    if not content:
        raise AttachmentFailure("empty-file")
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    if content.startswith(b"%PDF-"):
        return PDF
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        raise AttachmentFailure("heic-photo")
    raise AttachmentFailure("other-type")


def check_pdf(content: bytes) -> None:
    """Raise `AttachmentFailure` for a PDF that is damaged, has no page, or opens only with a password."""
    from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdfparser import PDFParser
    from pdfminer.psexceptions import PSException

    if b"%%EOF" not in content[-2048:]:
        raise AttachmentFailure("damaged-file")
    try:
        document = PDFDocument(PDFParser(BytesIO(content)))
        has_page = next(PDFPage.create_pages(document), None) is not None
    except PDFPasswordIncorrect:
        raise AttachmentFailure("password-protected") from None
    except PSException:
        raise AttachmentFailure("damaged-file") from None
    if not has_page:
        raise AttachmentFailure("damaged-file")


def redraw_picture(content: bytes) -> tuple[dict[str, Any], bytes, bytes]:
    """Return the facts of a picture, and picture and thumbnail drawn anew as JPEG: upright, shrunk, without metadata.

    What else was in the file (place, time, camera, a preview of what was cut away, another file behind the picture) is
    gone. Raises `AttachmentFailure` for a damaged file, and for one with too many pixels before it is decoded.
    """
    Image.MAX_IMAGE_PIXELS = None  # checked below, before anything is decoded
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as image:
            limit = MAX_JPEG_PIXELS if image.format in {"JPEG", "MPO"} else MAX_OTHER_PIXELS
            if image.width * image.height > limit:
                raise AttachmentFailure("too-many-pixels")
            picture = _draw(image)
    except (OSError, SyntaxError, ValueError):
        raise AttachmentFailure("damaged-file") from None
    facts = {"media_type": JPEG, "width": picture.width, "height": picture.height}
    stored = _save(picture)
    picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return facts, stored, _save(picture)


def _draw(image: Image.Image) -> Image.Image:
    """Return a picture upright, at most `MAX_SIDE` long, in the colours of the web, and on white where it was clear."""
    orientation = image.getexif().get(Base.Orientation)
    profile = image.info.get("icc_profile")
    # Of these Pillow would leave out pixels instead of mixing them, and so the thin lines of a scan.
    if image.mode in {"1", "P"}:
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    if image.mode.startswith("I"):  # a scan in 65,536 greys, which `convert` would cut off to white
        image = image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image)
    elif profile and image.mode == "RGB":
        image = _to_web_colours(image, profile)
    picture = Image.new("RGB", image.size)
    picture.paste(image.convert("RGB"))
    if orientation in range(2, 9):
        picture.getexif()[Base.Orientation] = orientation
        picture = ImageOps.exif_transpose(picture)
    return picture


def _to_web_colours(image: Image.Image, profile: bytes) -> Image.Image:
    """Return a picture of a phone's wide colours in sRGB, or as it is if its colour profile is unreadable."""
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return image
    return converted or image


def _save(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "JPEG", quality=QUALITY, optimize=True, exif=b"", icc_profile=None)
    return file.getvalue()


if __name__ == "__main__":
    main()
