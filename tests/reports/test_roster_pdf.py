"""The attendance list to sign by hand."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from pypdf import PdfReader
from pypdfium2 import PdfDocument
from zxingcpp import read_barcodes

from app.i18n import translator
from app.paper.layout import MARKER_MARGIN, MARKER_SIZE, PAGE_HEIGHT, PAGE_WIDTH, Box, PrintLayout
from app.paper.markers import MARKER_BITS, marker_ids
from app.paper.page_address import parse_page_address
from app.reports.letterhead import LETTERHEAD, Letterhead
from app.reports.roster_pdf import (
    BLANK_LINES,
    PrintedPerson,
    PrintedRoster,
    lay_out_roster,
    render_roster_pdf,
)

PEOPLE = (
    PrintedPerson("R2", "Rina Melati", "P", "Manggar RT 12", "UMKM"),
    PrintedPerson("O3", '#image("x") $x$ *Oky*', "L", "Damai", "UMKM"),
)
ROSTER = PrintedRoster(
    title="Participants' attendance list",
    subject="Promosi SPBE · 5 Aug 2025",
    facts=(("Workshop", "Promosi SPBE"), ("Day/Date", "Tuesday, 5 August 2025")),
    people=PEOPLE,
    session_code="SPBE-2025-1",
    generated_at=datetime(2025, 8, 1, tzinfo=UTC),
)

BASE_URL, CODE = "https://jangkau.contoh.id", "7KQ2M9XA"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
DOTS = 8
"""Of a drawn page per millimetre."""
FAR_X, FAR_Y = PAGE_WIDTH - MARKER_MARGIN - MARKER_SIZE, PAGE_HEIGHT - MARKER_MARGIN - MARKER_SIZE
CORNERS = (
    (MARKER_MARGIN, MARKER_MARGIN),
    (FAR_X, MARKER_MARGIN),
    (FAR_X, FAR_Y),
    (MARKER_MARGIN, FAR_Y),
)
Picture: TypeAlias = npt.NDArray[np.uint8]


def printed(roster: PrintedRoster, letterhead: Letterhead = LETTERHEAD) -> tuple[bytes, PrintLayout]:
    _ = translator("en")
    layout = lay_out_roster(roster, letterhead, _, "en")
    return render_roster_pdf(roster, layout, CODE, BASE_URL, letterhead, _, "en"), layout


def pages(roster: PrintedRoster) -> list[str]:
    content, _layout = printed(roster)
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


def crowd(size: int, name: str = "Peserta") -> PrintedRoster:
    people = (PrintedPerson(f"R{n}", f"{name} {n}", "L", "Damai", "UMKM") for n in range(1, size + 1))
    return replace(ROSTER, people=tuple(people))


def test_it_has_letterhead_session_and_people() -> None:
    (page,) = pages(ROSTER)
    for text in (*LETTERHEAD.names, "Promosi SPBE", "5 August 2025", "Rina Melati", "Manggar RT 12"):
        assert text in page
    assert '#image("x") $x$ *Oky*' in page
    assert "Page 1 of 1" in page


def test_every_page_has_the_heading_and_its_number() -> None:
    texts = pages(crowd(70))
    assert len(texts) == 4
    for number, page in enumerate(texts, 1):
        assert "Target group" in page
        assert f"Page {number} of 4" in page
        assert ("Promosi SPBE · 5 Aug 2025" in page) == (number > 1)


@pytest.mark.parametrize("size", [0, 9, 12, 14, 37, 40])
def test_the_signatures_are_never_alone_on_a_page(size: int) -> None:
    last = pages(crowd(size))[-1]
    assert "Acknowledged by" in last
    assert re.search(rf"^{size + BLANK_LINES}$", last, re.MULTILINE)


def test_signature_cells_alternate_between_left_and_right() -> None:
    """A signature that runs over its cell reaches cells in which nobody signs."""
    _content, layout = printed(crowd(4))
    cells = [line.signature for page in layout.pages for line in page.lines]
    assert len(cells) == 4 + BLANK_LINES
    assert {box.x for box in cells[::2]} == {148}
    assert {box.x for box in cells[1::2]} == {173}
    assert {(box.width, box.height) for box in cells} == {(25, 10)}


def test_the_layout_has_each_line_of_each_page() -> None:
    _content, layout = printed(crowd(45))
    lines = [line for page in layout.pages for line in page.lines]
    assert [line.number for line in lines] == list(range(1, 45 + BLANK_LINES + 1))
    assert [line.registration for line in lines] == [f"R{n}" for n in range(1, 46)] + [None] * BLANK_LINES
    assert [page.number for page in layout.pages] == [1, 2, 3]
    assert set(lines[0].cells) == {"name", "sex", "kelurahan", "target_group"}


@pytest.mark.parametrize(
    ("roster", "letterhead"),
    [
        (crowd(25), LETTERHEAD),
        (
            replace(
                crowd(25, "Hj. Siti Nurhaliza Rahmawati Kusumawardhani binti Abdurrahman Wahid Peserta"),
                facts=(("Workshop", "Pemanfaatan Sistem Pemerintahan Berbasis Elektronik " * 5),),
            ),
            replace(LETTERHEAD, address="Jl. Jenderal Sudirman 1", phone="0542 123", coat_of_arms=PIXEL),
        ),
    ],
    ids=["plain", "long texts"],
)
def test_lines_markers_and_codes_are_where_the_layout_says(
    roster: PrintedRoster, letterhead: Letterhead
) -> None:
    """Read from drawn pages: the frames of the cells to 0.3 mm, markers with their white margin, QR codes."""
    content, layout = printed(roster, letterhead)
    document = PdfDocument(content)
    assert len(document) == len(layout.pages) == 2
    for page in layout.pages:
        drawn = document[page.number - 1].render(scale=DOTS * 25.4 / 72, grayscale=True)
        picture = drawn.to_numpy().reshape(drawn.height, drawn.width)
        for line in page.lines:
            for box in (line.row, line.signature, *line.cells.values()):
                assert_framed(picture, box)
        markers = marker_ids(page.number)
        for (x, y), marker in zip(CORNERS, markers, strict=True):
            assert read_marker(picture, x, y) == MARKER_BITS[marker]
            around = cut(picture, Box(x - 2, y - 2, MARKER_SIZE + 4, MARKER_SIZE + 4)).copy()
            edge = round(1.8 * DOTS)
            around[edge:-edge, edge:-edge] = 255
            assert around.min() == 255
        codes = read_barcodes(cut(picture, Box(88, 260, 34, 37)))
        assert [parse_page_address(code.text) for code in codes] == [(CODE, page.number)]


def test_the_code_is_a_small_one_at_the_same_place_of_every_page() -> None:
    content, _layout = printed(crowd(40))
    for page in PdfDocument(content):
        drawn = page.render(scale=DOTS * 25.4 / 72, grayscale=True)
        picture = drawn.to_numpy().reshape(drawn.height, drawn.width)
        (code,) = read_barcodes(picture)
        assert code.text.startswith("HTTPS://JANGKAU.CONTOH.ID/F/")
        left, top = code.position.top_left.x / DOTS, code.position.top_left.y / DOTS
        right, low = code.position.bottom_right.x / DOTS, code.position.bottom_right.y / DOTS
        assert (left, top, right, low) == pytest.approx((93, 265, 117, 289), abs=1)
        assert cut(picture, Box(89.5, 261.5, 31, 3)).min() == 255


def test_the_bits_of_markers_are_those_of_the_dictionary() -> None:
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    for marker, bits in enumerate(MARKER_BITS):
        modules = dictionary.generateImageMarker(marker, 6)[1:5, 1:5] > 0
        assert int("".join("1" if white else "0" for white in modules.flatten()), 2) == bits


def test_a_long_list_is_one_file_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has letterhead and signatures; pages and numbers go on, and the empty lines are in the last."""
    monkeypatch.setattr("app.reports.roster_pdf.PEOPLE_IN_A_PART", 30)
    content, layout = printed(crowd(65))
    texts = [page.extract_text() for page in PdfReader(BytesIO(content)).pages]

    parts = [re.search(r"Part (\d) of 3 · Page (\d) of (\d)", page) for page in texts]
    assert [part and part.groups() for part in parts] == [
        ("1", "1", "5"),
        ("1", "2", "5"),
        ("2", "3", "5"),
        ("2", "4", "5"),
        ("3", "5", "5"),
    ]
    assert sum("Acknowledged by" in page for page in texts) == 3
    people = [int(number) for page in texts for number in re.findall(r"Peserta (\d+)", page)]
    assert people == list(range(1, 66))
    for number in range(66, 66 + BLANK_LINES):
        assert re.search(rf"^{number}$", texts[-1], re.MULTILINE)
    assert [line.number for page in layout.pages for line in page.lines] == list(range(1, 66 + BLANK_LINES))
    for page, drawn in zip(layout.pages, PdfDocument(content), strict=True):
        (code,) = read_barcodes(drawn.render(scale=3, grayscale=True).to_numpy())
        assert parse_page_address(code.text) == (CODE, page.number)


def cut(picture: Picture, box: Box) -> Picture:
    left, top = round(box.x * DOTS), round(box.y * DOTS)
    return picture[top : top + round(box.height * DOTS), left : left + round(box.width * DOTS)]


def assert_framed(picture: Picture, box: Box) -> None:
    """Assert that a thin line is drawn along each side of the box."""
    for edge in (
        Box(box.x - 0.3, box.y + 1, 0.6, box.height - 2),
        Box(box.x + box.width - 0.3, box.y + 1, 0.6, box.height - 2),
    ):
        assert cut(picture, edge).min(axis=1).max() < 220, edge
    for edge in (
        Box(box.x + 1, box.y - 0.3, box.width - 2, 0.6),
        Box(box.x + 1, box.y + box.height - 0.3, box.width - 2, 0.6),
    ):
        assert cut(picture, edge).min(axis=0).max() < 220, edge


def read_marker(picture: Picture, x: float, y: float) -> int:
    """Return the bits of the marker whose top left corner is there, of which the outer modules are black."""
    module = MARKER_SIZE / 6
    white = [
        [
            cut(picture, Box(x + (c + 0.25) * module, y + (r + 0.25) * module, 1, 1)).mean() > 128
            for c in range(6)
        ]
        for r in range(6)
    ]
    assert not any(white[0] + white[5] + [row[0] for row in white] + [row[5] for row in white])
    return int("".join("1" if white[r][c] else "0" for r in range(1, 5) for c in range(1, 5)), 2)
