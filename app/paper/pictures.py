"""Uploaded photos and scans as arrays of pixels; only in the child process.

What is too large is refused by the sizes that a file states, before anything is decoded.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from app.paper.file_types import FileType, detect_file_type

Pixels: TypeAlias = NDArray[np.uint8]
"""Rows of pixels: grey, or blue, green and red as OpenCV has them."""

MAX_SIDE = 2800
"""Of a picture that is read, in pixels: two pages side by side still have 5 pixels a millimetre."""

# A phone's camera makes up to 108 million pixels. A JPEG is decoded at a fraction of its size, others as a whole.
MAX_JPEG_PIXELS = 120_000_000
MAX_OTHER_PIXELS = 50_000_000
MAX_PDF_PAGES = 40


class PhotoFailure(Exception):
    """Raised for a file that can't be read. `code` is a key of `reading.SENTENCES`, which has the sentence."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def open_pictures(content: bytes) -> Iterator[Pixels]:
    """Return the pictures of a file in colour, upright and at most `MAX_SIDE` long: a photo, or the pages of a PDF.

    The type is told by the first bytes. Raises `PhotoFailure`.
    """
    if not content:
        raise PhotoFailure("empty-file")
    kind = detect_file_type(content)
    if kind is None:
        raise PhotoFailure("other-type")
    return _open_pdf(content) if kind == "PDF" else iter((_open_photo(content, kind),))


def _open_photo(content: bytes, kind: FileType) -> Pixels:
    """Return a photo's pixels. Raises `PhotoFailure`."""
    Image.MAX_IMAGE_PIXELS = None  # checked below, before anything is decoded
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    try:
        with Image.open(BytesIO(content), formats=(kind,)) as image:
            is_jpeg = kind == "JPEG"
            if image.width * image.height > (MAX_JPEG_PIXELS if is_jpeg else MAX_OTHER_PIXELS):
                raise PhotoFailure("too-many-pixels")
            if not is_jpeg and kind != "HEIF" and getattr(image, "n_frames", 1) > 1:
                raise PhotoFailure("animated")
            return _draw(image)
    except PhotoFailure:
        raise
    except (OSError, SyntaxError, ValueError, EOFError, RuntimeError):
        raise PhotoFailure("damaged-file") from None


def _draw(image: Image.Image) -> Pixels:
    """Return the pixels of an opened picture: upright, shrunk, and on white where it was clear."""
    image.draft("RGB", (MAX_SIDE, MAX_SIDE))  # only JPEG: decodes at 1/2, 1/4 or 1/8, never below this size
    if image.mode.startswith("I"):  # a scan in 65,536 greys, which `convert` would cut off to white
        image = image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    upright = ImageOps.exif_transpose(image)
    # Shrunk in colour: in black and white and in palettes Pillow leaves out pixels instead of mixing them.
    picture = upright.convert("RGB")
    if max(picture.size) > MAX_SIDE:
        picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.BOX, reducing_gap=None)
    return np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])


def _open_pdf(content: bytes) -> Iterator[Pixels]:
    """Return the pages of a PDF as pictures, each drawn when it is its turn. Raises `PhotoFailure`."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD
        raise PhotoFailure("password-protected" if locked else "damaged-file") from None
    if not len(document):
        raise PhotoFailure("damaged-file")
    if len(document) > MAX_PDF_PAGES:
        raise PhotoFailure("too-many-pages")
    return (_draw_pdf_page(document, index) for index in range(len(document)))


def _draw_pdf_page(document: object, index: int) -> Pixels:
    """Return a page of a PDF, `MAX_SIDE` long whatever its size on paper. Raises `PhotoFailure`."""
    import pypdfium2

    try:
        page = document[index]  # type: ignore[index]
        width, height = page.get_size()
        if not (min(width, height) > 0 and max(width, height) < 20 * min(width, height)):
            raise PhotoFailure("damaged-file")
        bitmap = page.render(scale=MAX_SIDE / max(width, height), may_draw_forms=False)
        return np.ascontiguousarray(bitmap.to_numpy()[:, :, :3])
    except pypdfium2.PdfiumError:
        raise PhotoFailure("damaged-file") from None
