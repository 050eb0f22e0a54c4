"""The attendance list to sign: who stands in it, where people sign, and the code that leads to the upload."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from app.i18n import translator
from app.reports.roster_pdf import BLANK_LINES, PrintedRoster, roster_pdf

PEOPLE = (("Rina Melati", "P", "Manggar RT 12", "UMKM"), ('#image("x") $x$ *Oky*', "L", "Damai", "UMKM"))
ROSTER = PrintedRoster(
    letterhead=("PEMERINTAH KOTA", "DINAS CONTOH"),
    title="Participants' attendance list",
    facts=(("Workshop", "Promosi SPBE"), ("Day/Date", "Tuesday, 5 August 2025")),
    people=PEOPLE,
    upload_address="https://jangkau.contoh.id/sesi/SPBE-2025-1/unggah",
    session_code="SPBE-2025-1",
    made_at=datetime(2025, 8, 1, tzinfo=UTC),
)


def pages(roster: PrintedRoster) -> list[str]:
    content = roster_pdf(roster, translator("en"), "en")
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


def crowd(size: int) -> PrintedRoster:
    return replace(ROSTER, people=tuple((f"Peserta {n}", "L", "Damai", "UMKM") for n in range(1, size + 1)))


def test_it_bears_the_letterhead_the_session_and_everyone_as_they_are() -> None:
    (page,) = pages(ROSTER)
    for said in (*ROSTER.letterhead, "Promosi SPBE", "5 August 2025", "Rina Melati", "Manggar RT 12"):
        assert said in page
    assert '#image("x") $x$ *Oky*' in page
    assert "Page 1 of 1" in page


def test_every_page_has_the_heading_and_its_number() -> None:
    found = pages(crowd(70))
    assert len(found) == 4
    for number, page in enumerate(found, 1):
        assert "Target group" in page
        assert f"Page {number} of 4" in page


@pytest.mark.parametrize("size", [0, 9, 12, 14, 37, 40])
def test_the_signatures_below_never_stand_alone(size: int) -> None:
    last = pages(crowd(size))[-1]
    assert "Acknowledged by" in last
    assert re.search(rf"^{size + BLANK_LINES}$", last, re.MULTILINE)


def test_people_sign_on_the_left_and_on_the_right_in_turn() -> None:
    places: dict[str, float] = {}

    def note(text: str, matrix: list[float], *_: object) -> None:
        if re.fullmatch(r"\d+\.", text.strip()):
            places[text.strip()] = matrix[4]

    PdfReader(BytesIO(roster_pdf(crowd(4), translator("en"), "en"))).pages[0].extract_text(visitor_text=note)

    assert places["1."] == places["3."] < places["2."] == places["4."]


def test_the_code_leads_to_the_upload_of_this_very_session() -> None:
    other = replace(ROSTER, upload_address="https://jangkau.contoh.id/sesi/SPBE-2025-2/unggah")
    assert roster_pdf(ROSTER, translator("en"), "en") == roster_pdf(ROSTER, translator("en"), "en")
    assert roster_pdf(ROSTER, translator("en"), "en") != roster_pdf(other, translator("en"), "en")
