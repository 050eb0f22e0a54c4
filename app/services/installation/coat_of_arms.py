"""Read the picture of a coat of arms that an administrator uploads, and make of it the one that documents print."""

import warnings
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from app.errors import PLEASE_CORRECT, Invalid
from app.i18n import N_
from app.reports.formats.svg_picture import draw_svg

FIELD = "coat_of_arms"
MAX_BYTES = 2_000_000
MAX_PIXELS = 25_000_000
SIDE = 480
"""The longer side of the stored picture in pixels: 600 dots per inch at the height of the letterhead."""


def read_coat_of_arms(content: bytes) -> bytes:
    """Return a PNG, JPEG or SVG picture as a PNG of at most 480 pixels, without its empty margins and its metadata.

    The kind is told from the content, not from the name. Raises `Invalid` for other files, and for pictures that are
    damaged, empty or too large.
    """
    if len(content) > MAX_BYTES:
        raise _refused(N_("The picture has more than 2 MB."))
    if b"<svg" in content[:2000]:
        content = _draw_svg(content)
    picture = _open(content)
    drawn = picture.getchannel("A").getbbox()
    if drawn is None:
        raise _refused(N_("Nothing is drawn in this picture."))
    picture = picture.crop(drawn)
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    png = BytesIO()
    picture.save(png, "PNG", optimize=True)
    return png.getvalue()


def _open(content: bytes) -> Image.Image:
    """Return the picture with transparency and nothing but its pixels. Raises `Invalid`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", Image.DecompressionBombWarning
            )  # MAX_PIXELS is lower than Pillow's limit
            picture = Image.open(BytesIO(content), formats=["PNG", "JPEG"])
            if picture.width * picture.height > MAX_PIXELS:
                raise _refused(N_("The picture has more than 25 million pixels."))
            pixels = picture.convert("RGBA")
    except UnidentifiedImageError:
        raise _refused(N_("This isn't a PNG, JPEG or SVG picture.")) from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise _refused(N_("The picture is damaged.")) from None
    pixels.info.clear()
    return pixels


def _draw_svg(content: bytes) -> bytes:
    """Return the SVG document as a PNG. Raises `Invalid` if it can't be drawn."""
    try:
        return draw_svg(content)
    except TimeoutError:
        raise _refused(N_("Drawing the picture takes too long. Save it as PNG and upload that.")) from None
    except ValueError:
        raise _refused(N_("The picture is damaged.")) from None


def _refused(sentence: str) -> Invalid:
    return Invalid(PLEASE_CORRECT, fields={FIELD: sentence})
