"""Pages of the printed attendance list, as pictures."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import numpy as np
import pypdfium2

from app.i18n import translator
from app.paper.layout import PageLayout, PrintLayout
from app.reports.letterhead import LETTERHEAD
from app.reports.roster_pdf import PrintedPerson, PrintedRoster, lay_out_roster, render_roster_pdf
from tests.paper.handwriting import Picture

PIXELS_PER_MM = 8.0
PRINT_CODE = "7KQ2M9XA"
BASE_URL = "https://jangkau.contoh.id"


@dataclass(frozen=True, slots=True)
class PrintedPages:
    """A printed list: its layout, and a picture of each page."""

    layout: PrintLayout
    pictures: tuple[Picture, ...]

    def page(self, number: int) -> tuple[Picture, PageLayout]:
        """Return picture and layout of a page, counted from 1."""
        return self.pictures[number - 1], self.layout.pages[number - 1]


def render_pages(pdf: bytes) -> list[Picture]:
    """Return the pages of a PDF as RGB pictures with `PIXELS_PER_MM`."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [
            np.ascontiguousarray(page.render(scale=PIXELS_PER_MM * 25.4 / 72).to_numpy()[..., ::-1])
            for page in document
        ]
    finally:
        document.close()


@cache
def print_list(people: int, print_code: str = PRINT_CODE) -> PrintedPages:
    """Return the pages of an attendance list of so many people, and its empty lines."""
    _ = translator("id")
    roster = PrintedRoster(
        title="Daftar hadir peserta",
        subject="Promosi Contoh · 5 Agustus 2025",
        facts=(
            ("Kegiatan", "Promosi Contoh"),
            ("Hari/Tanggal", "Selasa, 5 Agustus 2025"),
            ("Tempat", "Balai Contoh"),
        ),
        people=tuple(
            PrintedPerson(f"R{n:07}", f"Warga Contoh {n}", "LP"[n % 2], "Damai RT 12", "UMKM")
            for n in range(1, people + 1)
        ),
        session_code="CONTOH-2025-1",
        generated_at=datetime(2025, 8, 1, tzinfo=UTC),
    )
    layout = lay_out_roster(roster, LETTERHEAD, _, "id")
    pdf = render_roster_pdf(roster, layout, print_code, BASE_URL, LETTERHEAD, _, "id")
    return PrintedPages(layout, tuple(render_pages(pdf)))
