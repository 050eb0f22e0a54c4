"""Hostile and broken files get a clear answer, and pictures tell nothing but what they show."""

import zlib
from io import BytesIO

import pytest
from PIL import Image

from app.attachments.checking import MAX_BYTES, check_file
from app.errors import Problem
from tests.evidence_files import CAMERA, pdf, photo, save

HTML = b"<html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def code_of(content: bytes) -> str:
    with pytest.raises(Problem) as caught:
        check_file(content)
    return caught.value.code


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def test_a_photo_is_upright_smaller_and_says_neither_where_nor_with_what_it_was_taken() -> None:
    original = photo(size=(4000, 3000))
    assert CAMERA.encode() in original

    checked = check_file(original)

    for content in (checked.content, checked.thumbnail or b""):
        picture = opened(content)
        assert dict(picture.getexif()) == {}
        assert CAMERA.encode() not in content
        assert picture.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert (checked.width, checked.height) == opened(checked.content).size == (1500, 2000)
    upper_right, upper_left = (opened(checked.content).getpixel(at) for at in ((1400, 100), (100, 1900)))
    assert min(upper_right) > 200  # type: ignore[arg-type]
    assert min(upper_left) < 120  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "1"), ("WEBP", "RGBA"), ("JPEG", "CMYK")]
)
def test_pictures_of_all_kinds_become_jpeg(kind: str, mode: str) -> None:
    checked = check_file(save(Image.new(mode, (30, 20)), kind))

    assert (checked.media_type, checked.width, checked.height) == ("image/jpeg", 30, 20)


@pytest.mark.parametrize("mode", ["1", "P"])
def test_thin_lines_of_a_black_and_white_scan_stay(mode: str) -> None:
    """Every second column is black: shrunk to half, none is lost."""
    scan = Image.new("L", (4000, 40), 255)
    scan.paste(0, (0, 0, 1, 40))
    for width in (2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048):
        scan.paste(scan.crop((0, 0, width, 40)), (width, 0))

    grey = opened(check_file(save(scan.convert(mode), "PNG")).content).getpixel((1000, 10))

    assert all(80 < part < 180 for part in grey)  # type: ignore[union-attr]


def test_a_scan_in_many_greys_does_not_become_white() -> None:
    checked = check_file(save(Image.new("I;16", (30, 20), 30_000), "PNG"))

    assert opened(checked.content).getpixel((5, 5)) == (117, 117, 117)


def test_what_is_clear_in_a_picture_becomes_white() -> None:
    checked = check_file(save(Image.new("RGBA", (30, 20), (0, 0, 0, 0)), "PNG"))

    assert opened(checked.content).getpixel((5, 5)) == (255, 255, 255)


def test_another_file_behind_a_picture_is_gone() -> None:
    checked = check_file(photo() + b"PK\x03\x04 arsip" + HTML)

    assert b"PK\x03\x04 arsip" not in checked.content
    assert b"script" not in checked.content


def test_a_pdf_stays_as_it_is_also_with_a_script() -> None:
    """It is never shown as a page of the site, so its script has nothing to reach."""
    with_script = pdf().replace(b"%%EOF", b"% /OpenAction << /S /JavaScript /JS (app.alert(1)) >>\n%%EOF")

    checked = check_file(with_script)

    assert (checked.media_type, checked.content, checked.thumbnail) == ("application/pdf", with_script, None)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (b" " * (MAX_BYTES + 1), "too-large"),
        (HTML, "other-type"),
        (SVG, "other-type"),
        (b"GIF89a" + b"\0" * 50, "other-type"),
        (b"PK\x03\x04" + b"\0" * 50, "other-type"),
        (HTML + pdf(), "other-type"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 50, "heic-photo"),
        (photo()[:1500], "damaged-file"),
        (b"\xff\xd8\xff" + HTML, "damaged-file"),
        (pdf()[:500], "damaged-file"),
        (b"%PDF-1.7\n%%EOF", "damaged-file"),
        (save(Image.new("1", (10_000, 10_000)), "PNG"), "too-many-pixels"),
    ],
)
def test_what_is_not_taken_and_why(content: bytes, code: str) -> None:
    assert code_of(content) == code


def test_what_a_picture_holds_beyond_its_size_is_not_unpacked() -> None:
    """A PNG of 8 × 8 pixels whose data goes on for 200 MB."""
    small = save(Image.new("L", (8, 8)), "PNG")
    begin, end = small.index(b"IDAT") - 4, small.index(b"IEND") - 4
    data = zlib.compress(b"\0" * 200 * 1024**2)
    chunk = b"IDAT" + data
    bomb = small[:begin] + len(data).to_bytes(4) + chunk + zlib.crc32(chunk).to_bytes(4) + small[end:]

    assert check_file(bomb).width == 8
