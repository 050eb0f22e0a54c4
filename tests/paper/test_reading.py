"""What is read from photos of signed pages: nothing wrong, little unsure, and hostile files get a clear answer."""

import struct
import zlib
from collections import Counter
from collections.abc import Collection
from io import BytesIO
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image
from pypdf import PdfWriter

from app.errors import Problem
from app.paper import reading
from app.paper.child import answer
from app.paper.page_reading import PageReading
from app.paper.reading import MAX_BYTES, SENTENCES, parse_answer, read_photos
from tests.evidence_files import save
from tests.paper import handwriting
from tests.paper.photos import Condition, Photo, photograph, photograph_pair
from tests.paper.sample_pages import PIXELS_PER_MM, PRINT_CODE, PrintedPages, print_list


def printed() -> PrintedPages:
    return print_list(45)


def take_photo(seed: int, *conditions: Condition, page: int = 0, **details: Any) -> Photo:
    """Return a photo of a page of the list, 1 to 3 by the seed."""
    picture, layout = printed().page(page or seed % len(printed().pictures) + 1)
    return photograph(picture, layout, seed, conditions=conditions, **details)


def read(*contents: bytes) -> tuple[PageReading, ...]:
    return read_photos(
        [(f"{n}.jpg", content) for n, content in enumerate(contents)], {PRINT_CODE: printed().layout}
    )


def read_here(content: bytes) -> list[PageReading]:
    """Return what `read` does, but without a child process, which takes time."""
    return list(parse_answer(0, answer(content, {PRINT_CODE: printed().layout})))


def read_one(content: bytes) -> PageReading:
    (page,) = read(content)
    return page


def compare(photo: Photo, pages: Collection[PageReading]) -> Counter[tuple[str, str]]:
    """Return how often what is seen on a line was read as what. Every line was read, also writing on empty ones."""
    for page in pages:
        assert not page.problem
        assert page.print_code == PRINT_CODE
        assert Image.open(BytesIO(page.picture)).height == 1400
        seen = photo.pages[page.page or 0]
        assert [line.number for line in page.lines] == list(seen)
        empty = {
            line.number
            for line in printed().layout.pages[(page.page or 0) - 1].lines
            if not line.registration
        }
        for line in page.lines:
            assert bool(line.why) == (line.mark == "unsure")
            assert line.why in {"", *SENTENCES}
            if line.number in empty and (line.number in photo.written or seen[line.number] == "signed"):
                assert line.has_writing
    assert {page.page for page in pages} == set(photo.pages)
    return Counter((photo.truth[line.number], line.mark) for page in pages for line in page.lines)


def assert_nothing_wrong(counts: Counter[tuple[str, str]]) -> None:
    assert not {pair for pair in counts if "unsure" not in pair and pair[0] != pair[1]}, counts
    assert not {pair for pair in counts if pair[0] == "unsure" != pair[1]}, counts


def share_unsure(counts: Counter[tuple[str, str]]) -> float:
    return sum(number for (_, mark), number in counts.items() if mark == "unsure") / counts.total()


def read_many(seeds: range, *conditions: Condition, **details: Any) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for seed in seeds:
        photo = take_photo(seed, *conditions, **details)
        counts += compare(photo, read_here(photo.content))
    return counts


def test_a_page_upside_down_is_read_with_pictures_of_its_lines() -> None:
    photo = take_photo(1, rotation=180.0)

    page = read_one(photo.content)

    assert_nothing_wrong(compare(photo, [page]))
    assert (page.photo, page.page, page.warnings) == (0, 2, ())
    for line in page.lines:
        picture = Image.open(BytesIO(line.picture))
        assert 900 <= picture.width <= 1000
        assert picture.height < 100
    assert sum(len(line.picture) for line in page.lines) < 300_000


@pytest.mark.slow
def test_no_cell_is_decided_wrongly_and_few_are_unsure() -> None:
    """With the difficult ones below, forty pages are read."""
    counts = read_many(range(3)) + read_many(range(3, 24), longest_side=1280)

    assert counts.total() > 400
    assert_nothing_wrong(counts)
    assert share_unsure(counts) <= 0.03


@pytest.mark.soak
def test_of_five_hundred_pages_no_cell_is_decided_wrongly_and_few_are_unsure() -> None:
    counts = read_many(range(1000, 1500))

    assert_nothing_wrong(counts)
    assert share_unsure(counts) <= 0.03


SPECIAL: list[tuple[Condition, float]] = [
    # What is wrong with the pages, and the share of lines that may be unsure.
    ("stamp", 0.25),
    ("crossed-out", 0.15),
    ("initials", 0.05),
    ("pencil", 0.2),
    ("large", 0.4),
    ("dashes", 0.5),
    ("thumb", 0.1),
    ("hand-shadow", 0.05),
    ("glare", 0.15),
    ("dark", 0.1),
    ("scan", 0.05),
]


@pytest.mark.slow
@pytest.mark.parametrize(("condition", "most_unsure"), SPECIAL)
def test_on_difficult_pages_no_cell_is_decided_wrongly(condition: Condition, most_unsure: float) -> None:
    """One page of each, on which few lines say nothing of shares; thirty are read in the heavy run."""
    counts = read_many(range(101, 102), condition, longest_side=1600)

    assert_nothing_wrong(counts)
    assert share_unsure(counts) <= max(0.25, most_unsure)


@pytest.mark.soak
@pytest.mark.parametrize(("condition", "most_unsure"), SPECIAL)
def test_on_many_difficult_pages_no_cell_is_decided_wrongly(condition: Condition, most_unsure: float) -> None:
    counts = read_many(range(100, 130), condition)

    assert_nothing_wrong(counts)
    assert share_unsure(counts) <= most_unsure


def test_a_dash_of_a_thick_pen_is_no_signature() -> None:
    picture, layout = printed().page(1)
    picture = picture.copy()
    rng = np.random.default_rng(1)
    for place, line in enumerate(layout.lines):
        x, y = line.signature.x + 9, line.signature.y + 5
        length, rise = 6 + place % 6, place % 4 * 0.6
        points = np.linspace((x, y), (x + length, y + rise), 12)
        pen = handwriting.Pen((34, 44, 120), 1.2 + place % 4 * 0.25, 0.97, 0.02)
        handwriting.draw(picture, [points], pen, PIXELS_PER_MM, rng)

    (page,) = read_here(photograph(picture, layout, 7, signed=(), written=(), longest_side=1600).content)

    assert {line.mark for line in page.lines} == {"unsure"}


def test_the_end_of_a_signature_that_a_stamp_cuts_off_is_no_signature() -> None:
    """The line below the last signature runs into the empty line after it, under the stamp."""
    people = print_list(34)
    photo = photograph(*people.page(3), 6212, conditions=("stamp", "dashes"))

    (page,) = parse_answer(0, answer(photo.content, {PRINT_CODE: people.layout}))

    assert [(line.mark, line.why) for line in page.lines] == [("unsure", "stamp")] * 2


@pytest.mark.soak
def test_on_blurred_pages_no_cell_is_decided_wrongly() -> None:
    """Many of them can't be read at all, which is said."""
    for seed in range(100, 130):
        photo = take_photo(seed, "blurred")
        for page in read_here(photo.content):
            if page.problem:
                assert page.problem in {"no-markers", "no-code"}
            else:
                assert_nothing_wrong(compare(photo, [page]))


def test_two_pages_in_one_photo_are_both_read() -> None:
    photo = photograph_pair([printed().page(1), printed().page(2)], 3)

    pages = read_here(photo.content)

    assert [page.photo for page in pages] == [0, 0]
    assert_nothing_wrong(compare(photo, pages))


def test_a_scanned_pdf_has_several_pages() -> None:
    scans = [take_photo(seed, "scan", page=seed, longest_side=1280) for seed in (1, 2)]
    first, *others = (Image.open(BytesIO(scan.content)) for scan in scans)
    file = BytesIO()
    first.save(file, "PDF", save_all=True, append_images=others)

    pages = read(file.getvalue())

    assert [(page.photo, page.page, page.problem) for page in pages] == [(0, 1, ""), (0, 2, "")]
    for scan, page in zip(scans, pages, strict=True):
        assert_nothing_wrong(compare(scan, [page]))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIF"])
def test_other_formats_of_phones_are_read_and_turned_upright(kind: str) -> None:
    from pillow_heif import register_heif_opener

    register_heif_opener()
    photo = take_photo(0, longest_side=1280)
    picture = Image.open(BytesIO(photo.content)).rotate(90, expand=True)
    picture.getexif()[0x0112] = 6  # to be turned clockwise when shown
    file = BytesIO()
    picture.save(file, kind, exif=picture.getexif())

    assert_nothing_wrong(compare(photo, read_here(file.getvalue())))


def test_a_photocopy_without_its_corners_is_refused_with_its_picture() -> None:
    page = read_one(take_photo(100, "photocopy", longest_side=1280).content)

    assert (page.problem, page.lines) == ("no-markers", ())
    assert max(Image.open(BytesIO(page.picture)).size) == 1280


def test_a_page_of_another_session_is_recognised_by_its_code() -> None:
    picture, layout = print_list(45, "2ZZ9Q4").page(2)

    page = read_one(photograph(picture, layout, 5, longest_side=1280).content)

    assert (page.print_code, page.page, page.problem, page.lines) == ("2ZZ9Q4", 2, "other-print", ())


def test_without_its_code_a_page_is_found_by_its_markers_and_every_line_is_asked() -> None:
    """By the markers alone it may be a page of another session."""
    picture, layout = printed().page(2)
    picture = picture.copy()
    height, width = picture.shape[:2]
    picture[int(height * 0.87) :, int(width * 0.4) : int(width * 0.6)] = 255
    content = photograph(picture, layout, 5, longest_side=1280).content

    page = read_one(content)

    assert (page.print_code, page.page, page.warnings) == (PRINT_CODE, 2, ("code-unread",))
    assert {line.mark for line in page.lines} == {"unsure"}
    (page,) = read_photos([("a.jpg", content)], {PRINT_CODE: printed().layout, "2ZZ9Q4": printed().layout})
    assert page.problem == "no-code"


def test_a_broken_file_does_not_stop_the_others() -> None:
    photo = take_photo(1, longest_side=1280)
    told: list[tuple[int, int]] = []

    pages = read_photos(
        [("a.jpg", photo.content[:3000]), ("b.jpg", photo.content)],
        {PRINT_CODE: printed().layout},
        progress=lambda done, of: told.append((done, of)),
    )

    assert [(page.photo, page.problem) for page in pages] == [(0, "damaged-file"), (1, "")]
    assert told == [(1, 2), (2, 2)]


def test_files_that_take_too_long_together_are_not_all_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each may take two minutes, in which the background work does nothing else."""
    monkeypatch.setattr(reading, "MAX_SECONDS_TOGETHER", 0.01, raising=False)
    assert [page.problem for page in read(pdf_of(41), pdf_of(41))] == ["too-slow", "too-slow"]


def pdf_of(pages: int, width: float = 595, height: float = 842) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width, height)
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def locked_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.encrypt("rahasia")
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def animation() -> bytes:
    file = BytesIO()
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:])
    return file.getvalue()


def png_of_size(width: int, height: int) -> bytes:
    """Return a small PNG that states another size than it has."""
    content = save(Image.new("L", (8, 8)), "PNG")
    head = b"IHDR" + struct.pack(">II", width, height) + content[24:29]
    return content[:12] + head + struct.pack(">I", zlib.crc32(head)) + content[33:]


def jpeg_with_hostile_exif() -> bytes:
    """Return a JPEG whose EXIF block points to itself and states an orientation that there isn't."""
    entry = struct.pack(">HHII", 0x8769, 4, 1, 8) + struct.pack(">HHIHH", 0x0112, 3, 1, 99, 0)
    block = b"Exif\0\0MM\0*" + struct.pack(">I", 8) + struct.pack(">H", 2) + entry + struct.pack(">I", 8)
    content = save(Image.new("RGB", (300, 200), "white"), "JPEG")
    return content[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + content[2:]


def jpeg_2000() -> bytes:
    return b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0" * 100


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty-file"),
        (b" " * (MAX_BYTES + 1), "too-large"),
        (b"<html><script>alert(1)</script></html>", "other-type"),
        (b"GIF89a" + b"\0" * 50, "other-type"),
        (jpeg_2000(), "other-type"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 50, "damaged-file"),
        (b"\0\0\0\x18ftypavif" + b"\0" * 50, "other-type"),
        (b"\xff\xd8\xff" + b"not a photo", "damaged-file"),
        (png_of_size(100_000, 100_000), "too-many-pixels"),
        (png_of_size(5000, 5000), "damaged-file"),
        (animation(), "animated"),
        (jpeg_with_hostile_exif(), "no-markers"),
        (b"%PDF-1.7\n%%EOF", "damaged-file"),
        (pdf_of(41), "too-many-pages"),
        (locked_pdf(), "password-protected"),
        (pdf_of(1, 14_000, 14_000), "no-markers"),
        (pdf_of(1, 14_000, 20), "damaged-file"),
    ],
)  # fmt: skip
def test_hostile_files_get_a_clear_answer(content: bytes, problem: str) -> None:
    page = read_one(content)

    assert page.problem == problem
    assert problem in SENTENCES


def test_markers_without_a_page_are_no_page() -> None:
    """A sheet full of the same marker, and one whose markers are in a wrong order."""
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)

    def draw(ids: Collection[int]) -> bytes:
        page = np.full((1000, 1000), 255, np.uint8)
        for place, identity in enumerate(ids):
            y, x = divmod(place, 8)
            marker = cv2.aruco.generateImageMarker(dictionary, identity, 80)
            page[20 + y * 120 : 100 + y * 120, 20 + x * 120 : 100 + x * 120] = marker
        return save(Image.fromarray(page), "PNG")

    assert read_one(draw([0] * 64)).problem == "no-markers"
    assert read_one(draw([*range(48), *range(16)])).problem == "no-markers"


def test_without_the_packages_the_answer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "list_missing_libraries", lambda: ["zxing-cpp"])

    with pytest.raises(Problem) as caught:
        read(b"")

    assert caught.value.code == "photos-not-installed"
