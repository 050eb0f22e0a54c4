"""The attendance list to sign by hand."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from app.i18n import translator
from app.reports.letterhead import LETTERHEAD
from app.reports.roster_pdf import BLANK_LINES, PrintedRoster, render_roster_pdf

PEOPLE = (("Rina Melati", "P", "Manggar RT 12", "UMKM"), ('#image("x") $x$ *Oky*', "L", "Damai", "UMKM"))
ROSTER = PrintedRoster(
    title="Participants' attendance list",
    facts=(("Workshop", "Promosi SPBE"), ("Day/Date", "Tuesday, 5 August 2025")),
    people=PEOPLE,
    upload_address="https://jangkau.contoh.id/sesi/SPBE-2025-1/unggah",
    session_code="SPBE-2025-1",
    generated_at=datetime(2025, 8, 1, tzinfo=UTC),
)


def pages(roster: PrintedRoster) -> list[str]:
    content = render_roster_pdf(roster, LETTERHEAD, translator("en"), "en")
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


def crowd(size: int) -> PrintedRoster:
    return replace(ROSTER, people=tuple((f"Peserta {n}", "L", "Damai", "UMKM") for n in range(1, size + 1)))


def test_it_has_letterhead_session_and_people() -> None:
    (page,) = pages(ROSTER)
    for text in (*LETTERHEAD.names, "Promosi SPBE", "5 August 2025", "Rina Melati", "Manggar RT 12"):
        assert text in page
    assert '#image("x") $x$ *Oky*' in page
    assert "Page 1 of 1" in page


def test_every_page_has_the_heading_and_its_number() -> None:
    printed = pages(crowd(70))
    assert len(printed) == 4
    for number, page in enumerate(printed, 1):
        assert "Target group" in page
        assert f"Page {number} of 4" in page


@pytest.mark.parametrize("size", [0, 9, 12, 14, 37, 40])
def test_the_signatures_are_never_alone_on_a_page(size: int) -> None:
    last = pages(crowd(size))[-1]
    assert "Acknowledged by" in last
    assert re.search(rf"^{size + BLANK_LINES}$", last, re.MULTILINE)


def test_signature_fields_alternate_between_left_and_right() -> None:
    places: dict[str, float] = {}

    def note(text: str, matrix: list[float], *_: object) -> None:
        if re.fullmatch(r"\d+\.", text.strip()):
            places[text.strip()] = matrix[4]

    PdfReader(BytesIO(render_roster_pdf(crowd(4), LETTERHEAD, translator("en"), "en"))).pages[0].extract_text(
        visitor_text=note
    )

    assert places["1."] == places["3."] < places["2."] == places["4."]


def test_the_qr_code_depends_on_the_upload_address() -> None:
    other = replace(ROSTER, upload_address="https://jangkau.contoh.id/sesi/SPBE-2025-2/unggah")
    assert render_roster_pdf(ROSTER, LETTERHEAD, translator("en"), "en") == render_roster_pdf(
        ROSTER, LETTERHEAD, translator("en"), "en"
    )
    assert render_roster_pdf(ROSTER, LETTERHEAD, translator("en"), "en") != render_roster_pdf(
        other, LETTERHEAD, translator("en"), "en"
    )


def test_a_long_list_is_one_file_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has letterhead and signatures; the numbers go on, and the empty lines are in the last."""
    monkeypatch.setattr("app.reports.roster_pdf.PEOPLE_IN_A_PART", 30)
    printed = pages(crowd(65))

    parts = [re.search(r"Part (\d) of 3 · Page (\d) of (\d)", page) for page in printed]
    assert [part and part.groups() for part in parts] == [
        ("1", "1", "2"),
        ("1", "2", "2"),
        ("2", "1", "2"),
        ("2", "2", "2"),
        ("3", "1", "1"),
    ]
    assert sum("Acknowledged by" in page for page in printed) == 3
    people = [int(number) for page in printed for number in re.findall(r"Peserta (\d+)", page)]
    assert people == list(range(1, 66))
    for number in range(66, 66 + BLANK_LINES):
        assert re.search(rf"^{number}$", printed[-1], re.MULTILINE)
