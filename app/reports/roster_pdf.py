"""The attendance list of a session as a PDF to sign by hand, whose signed pages are read from photos."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from app.child_call import call_in_child
from app.i18n import Language, Translator, time_text
from app.paper.layout import (
    MARKED_PAGES,
    MARKER_MARGIN,
    MARKER_SIZE,
    Box,
    PageLayout,
    PrintedLine,
    PrintLayout,
)
from app.paper.markers import MARKER_BITS, MARKER_MODULES, marker_ids
from app.paper.page_address import page_address
from app.reports.formats.typesetting import query_typeset, typeset
from app.reports.letterhead import Letterhead
from app.reports.qr import dense_qr_svg

PEOPLE_IN_A_PART = 2_000
"""Typst takes 0.35 GB for a list of so many people, and far more than its share for one of 10,000."""
BLANK_LINES = 8
"""For walk-ins."""

ROW_HEIGHT = 10.0
LEFT = 12.0
"""Of the table on the page."""
COLUMNS = (
    ("number", 9.0),
    ("name", 54.0),
    ("sex", 9.0),
    ("kelurahan", 33.0),
    ("target_group", 31.0),
    ("signature", 25.0),
    ("signature", 25.0),
)
"""Fields and widths. People sign in the left and in the right column in turn: no signature runs into the next cell."""
CODE_SIZE = 24.0
"""The side of the QR code."""


@dataclass(frozen=True, slots=True)
class PrintedPerson:
    """The texts of a person's line; `registration` is the code of their registration."""

    registration: str
    name: str
    sex: str
    place: str
    target_group: str


@dataclass(frozen=True, slots=True)
class PrintedRoster:
    """The texts to print: `facts` are labels with values. `subject` names the session at the head of later pages."""

    title: str
    subject: str
    facts: tuple[tuple[str, str], ...]
    people: tuple[PrintedPerson, ...]
    session_code: str
    generated_at: datetime


def lay_out_roster(
    roster: PrintedRoster, letterhead: Letterhead, _: Translator, language: Language
) -> PrintLayout:
    """Return where `render_roster_pdf` prints each line to sign: Typst says where it put them."""
    pages: list[PageLayout] = []
    for part in _list_parts(roster, letterhead, _, language):
        marks = query_typeset("roster.typ", {"roster": json.dumps(part)}, "<line>")
        pages += _to_pages(roster, marks, len(pages))
    return PrintLayout(tuple(pages))


def render_roster_pdf(
    roster: PrintedRoster,
    layout: PrintLayout,
    print_code: str,
    base_url: str,
    letterhead: Letterhead,
    _: Translator,
    language: Language,
) -> bytes:
    """Return the PDF on A4 upright: facts, and a numbered line to sign for each person, as `layout` says.

    Each page has markers in its corners and the QR code of its address at `base_url`, where photos of it are uploaded.
    `BLANK_LINES` empty lines follow for walk-ins. A list of more than `PEOPLE_IN_A_PART` people has parts, each of
    which begins with the letterhead and ends with the signatures. Texts entered by users reach Typst as data, never as
    markup.
    """
    pages_of_parts = _pages_of_parts(roster, layout)
    tagged = len(pages_of_parts) == 1  # Parts lose their tags when they are joined.
    parts = []
    first_page = 1
    for part, pages in zip(_list_parts(roster, letterhead, _, language), pages_of_parts, strict=True):
        numbers = range(first_page, first_page + pages)
        codes = [dense_qr_svg(page_address(base_url, print_code, number)) for number in numbers]
        content = part | {"first_page": first_page, "pages": len(layout.pages), "codes": codes}
        parts.append(
            typeset("roster.typ", {"roster": json.dumps(content)}, roster.generated_at, tagged=tagged)
        )
        first_page += pages
    return parts[0] if len(parts) == 1 else call_in_child(_join, roster.title, parts)


def _first_people(roster: PrintedRoster) -> range:
    """Return the index of the first person of each part."""
    return range(0, len(roster.people), PEOPLE_IN_A_PART) or range(1)


def _list_parts(
    roster: PrintedRoster, letterhead: Letterhead, _: Translator, language: Language
) -> Iterator[dict[str, Any]]:
    """Yield what `roster.typ` prints in each part of the list, without the codes of the pages."""
    firsts = _first_people(roster)
    names = [
        _("Part %(part)s of %(parts)s") % {"part": n, "parts": len(firsts)} for n in range(1, len(firsts) + 1)
    ]
    if len(firsts) == 1:
        names = [""]
    for first, name in zip(firsts, names, strict=True):
        yield _part_content(roster, first, letterhead, _, language, name)


def _part_content(
    roster: PrintedRoster, first: int, letterhead: Letterhead, _: Translator, language: Language, name: str
) -> dict[str, Any]:
    """Return what `roster.typ` prints of the people from this index on; the last part has the empty lines."""
    end = first + PEOPLE_IN_A_PART
    page_of = _("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"}
    return {
        "language": language,
        "letterhead": letterhead.content,
        "title": roster.title,
        "subject": roster.subject,
        "part": name,
        "facts": roster.facts,
        "headings": [_("No."), _("Name"), _("L/P"), _("Kelurahan"), _("Target group"), _("Signature")],
        "people": [
            (person.name, person.sex, person.place, person.target_group)
            for person in roster.people[first:end]
        ],
        "first_number": first + 1,
        "blank_lines": BLANK_LINES if end >= len(roster.people) else 0,
        "first_page": 1,
        "pages": 0,
        "codes": [],
        "code_size": CODE_SIZE,
        "markers": [
            [MARKER_BITS[number] for number in marker_ids(page)] for page in range(1, MARKED_PAGES + 1)
        ],
        "marker_modules": MARKER_MODULES,
        "marker_size": MARKER_SIZE,
        "marker_margin": MARKER_MARGIN,
        "left": LEFT,
        "columns": [width for _field, width in COLUMNS],
        "row_height": ROW_HEIGHT,
        "scan": _("Scan to upload photos of the signed pages."),
        "photograph": _("Photograph each page as a whole, with the four squares in its corners."),
        "generated": f"{roster.session_code} · {time_text(roster.generated_at)}",
        "page_of": f"{name} · {page_of}" if name else page_of,
        "acknowledged": _("Acknowledged by"),
        "place_and_date": f"{letterhead.city}, ………………………",
        "in_charge": _("In charge of the session"),
        "employee_number": _("Employee no."),
    }


def _to_pages(roster: PrintedRoster, marks: Sequence[dict[str, Any]], pages_before: int) -> list[PageLayout]:
    """Return the pages of a part from the marks that `roster.typ` leaves: each line's number, page, and top in points.

    The last mark is the end of the part, whose number is None.
    """
    lines: dict[int, list[PrintedLine]] = {mark["page"]: [] for mark in marks}
    for mark in marks:
        if mark["number"] is not None:
            lines[mark["page"]].append(_to_line(roster, mark["number"], mark["top"] / 72 * 25.4))
    return [PageLayout(pages_before + page, tuple(lines[page])) for page in sorted(lines)]


def _to_line(roster: PrintedRoster, number: int, top: float) -> PrintedLine:
    cells: dict[str, Box] = {}
    signatures: list[Box] = []
    x = LEFT
    for field, width in COLUMNS:
        box = Box(x, top, width, ROW_HEIGHT)
        if field == "signature":
            signatures.append(box)
        elif field != "number":
            cells[field] = box
        x += width
    return PrintedLine(
        number=number,
        registration=roster.people[number - 1].registration if number <= len(roster.people) else None,
        row=Box(LEFT, top, x - LEFT, ROW_HEIGHT),
        signature=signatures[(number - 1) % len(signatures)],
        cells=cells,
    )


def _pages_of_parts(roster: PrintedRoster, layout: PrintLayout) -> list[int]:
    """Return how many pages each part of the list has. A page without lines has the signatures at a part's end."""
    pages = [0] * len(_first_people(roster))
    part = 0
    for page in layout.pages:
        if page.lines:
            part = min((page.lines[0].number - 1) // PEOPLE_IN_A_PART, len(pages) - 1)
        pages[part] += 1
    return pages


def _join(title: str, parts: Sequence[bytes]) -> bytes:
    """Return the pages of several PDFs as one with this title."""
    from pypdf import PdfWriter  # only in the child process

    writer = PdfWriter()
    for part in parts:
        writer.append(BytesIO(part))
    writer.add_metadata({"/Title": title})
    joined = BytesIO()
    writer.write(joined)
    return joined.getvalue()
