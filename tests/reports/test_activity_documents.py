"""Official documents as Word and PDF, from the same blocks."""

import re
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import docx
import pytest
from PIL import Image
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from app.reports.activity.document import (
    BLANK,
    DataTable,
    Document,
    Facts,
    Heading,
    NumberedList,
    PageBreak,
    Paragraph,
    Picture,
    Pictures,
    Signatures,
    typed_blocks,
)
from app.reports.activity.docx import render_docx
from app.reports.activity.pdf import render_document_pdf
from app.reports.letterhead import LETTERHEAD
from app.reports.official import Signatory
from tests.libreoffice import save_with_libreoffice

MARKUP = '#image("x") $x$ *Oky* <b>&amp;</b>'
CONTROL = "Rina\x00\x0b\x1f\ud800 Melati"
ARABIC = "مرحبا بكم"
FROM_RIGHT = f"\u202e{ARABIC}"
LONG = "Peserta" * 300


def jpeg() -> bytes:
    content = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(content, "JPEG")
    return content.getvalue()


def png() -> bytes:
    content = BytesIO()
    Image.new("RGBA", (40, 50), "orange").save(content, "PNG")
    return content.getvalue()


DOCUMENT = Document(
    title="Laporan kegiatan: Kelas Aman",
    heading=("LAPORAN KEGIATAN", "KELAS AMAN"),
    blocks=(
        Heading("A. Dasar hukum"),
        NumberedList(("Undang-undang;", "Peraturan.")),
        Paragraph("Baris satu\nbaris dua"),
        NumberedList(("Berita acara",)),
        Facts((("Hari", "Selasa"), ("Tempat", "Aula"))),
        DataTable(
            caption="Peserta",
            headings=("Kelurahan", "Hadir"),
            rows=(*(("Manggar", 1204) for _ in range(60)), ("Jumlah", 72_240)),
            widths=(3, 1),
            totals=1,
        ),
        Pictures((Picture(jpeg(), "image/jpeg", 40, 30, "Pembukaan kelas"),) * 3),
        PageBreak(),
        Signatures(
            "Balikpapan, 5 Desember 2026",
            (
                Signatory(name="Contoh Satu", role="Ketua Panitia", rank="Penata / III c", nip="1" * 18),
                Signatory(name="", role="Kepala Dinas", acknowledges=True),
            ),
            "Mengetahui,",
            "NIP.",
        ),
    ),
    letterhead=replace(LETTERHEAD, coat_of_arms=b64encode(png()).decode()),
    generated_at=datetime(2026, 12, 1, tzinfo=UTC),
    page_of="Halaman {page} dari {pages}",
)


def pdf_text(document: Document) -> str:
    pages = PdfReader(BytesIO(render_document_pdf(document))).pages
    return "\n".join(page.extract_text() for page in pages)


def hostile(text: str) -> Document:
    return replace(
        DOCUMENT,
        title=text,
        heading=(text,),
        blocks=(
            Heading(text),
            *typed_blocks(text),
            Facts(((text, text),)),
            DataTable(text, (text, text), ((text, 1),), (1, 1)),
            Pictures((Picture(jpeg(), "image/jpeg", 40, 30, text),)),
            Signatures(text, (Signatory(name=text, role=text, nip=text),), text, text),
        ),
    )


def test_word_has_styles_headers_that_repeat_and_alternative_texts() -> None:
    word = docx.Document(BytesIO(render_docx(DOCUMENT)))

    section = word.sections[0]
    lengths = (section.page_width, section.page_height, section.left_margin, section.right_margin)
    assert [round(length.cm, 1) for length in lengths if length] == [21, 29.7, 3, 2]
    assert [p.text for p in word.paragraphs if p.style and p.style.name == "Heading 1"] == ["A. Dasar hukum"]
    assert [p.text for p in word.paragraphs if p.style and p.style.name == "Title"] == list(DOCUMENT.heading)
    assert word.core_properties.title == DOCUMENT.title
    assert word.core_properties.language == "id-ID"

    _head, facts, table, _photos, signatures = word.tables
    assert [[cell.text for cell in row.cells] for row in facts.rows] == [
        ["Hari", ": Selasa"],
        ["Tempat", ": Aula"],
    ]
    assert [cell.text for cell in table.rows[1].cells] == ["Manggar", "1.204"]
    assert len(table.rows) == 62
    assert [[cell.text.strip() for cell in row.cells] for row in signatures.rows] == [
        ["Mengetahui,\nKepala Dinas", "Balikpapan, 5 Desember 2026\nKetua Panitia"],
        [BLANK, "Contoh Satu\nPenata / III c\nNIP. 11111111 111111 1 111"],
    ]

    with ZipFile(BytesIO(render_docx(DOCUMENT))) as parts:
        body, styles, footer = (
            parts.read(f"word/{name}.xml").decode() for name in ("document", "styles", "footer1")
        )
    assert body.count("<w:tblHeader/>") == 1
    assert 'descr="Pembukaan kelas"' in body
    assert 'descr="Lambang Pemerintah Kota Balikpapan"' in body
    assert set(re.findall(r'<w:lang w:val="([^"]+)"', styles)) == {"id-ID"}
    assert 'w:instr="PAGE"' in footer
    assert 'w:instr="NUMPAGES"' in footer


def test_the_date_of_a_letter_stands_to_the_right() -> None:
    letter = replace(DOCUMENT, heading=(), blocks=(Paragraph("Balikpapan, 5 Desember 2026", align="right"),))
    page = PdfDocument(render_document_pdf(letter))[0]
    left, _bottom, _right, _top = page.get_textpage().get_charbox(
        page.get_textpage().get_text_range().index("Balikpapan, 5")
    )
    assert left > page.get_width() / 2


def test_each_numbered_list_of_word_begins_at_one() -> None:
    word = docx.Document(BytesIO(render_docx(DOCUMENT)))
    items = [p for p in word.paragraphs if p.style and p.style.name == "List Number"]
    numbers = [item._p.xpath("./w:pPr/w:numPr/w:numId/@w:val") for item in items]
    assert numbers[0] == numbers[1] != numbers[2]


def test_the_pdf_says_the_same() -> None:
    text = pdf_text(DOCUMENT)
    for part in (
        "LAPORAN KEGIATAN",
        "1. Undang-undang;",
        "Baris satu\nbaris dua",
        "72.240",
        "Pembukaan kelas",
    ):
        assert part in text
    for part in ("Balikpapan, 5 Desember 2026", "Contoh Satu", "Mengetahui,", "Halaman 4 dari 4"):
        assert part in text
    assert text.count("Kelurahan Hadir") == 2  # on each page of the table


@pytest.mark.parametrize("text", [MARKUP, CONTROL, FROM_RIGHT, LONG])
def test_hostile_texts_are_printed_as_they_are(text: str) -> None:
    document = hostile(text)
    word = docx.Document(BytesIO(render_docx(document)))
    shown = {MARKUP: MARKUP, CONTROL: "Rina Melati", FROM_RIGHT: ARABIC, LONG: LONG}[text]
    assert shown in [paragraph.text for paragraph in word.paragraphs]

    printed = pdf_text(document)
    if text in (MARKUP, CONTROL):
        assert shown in printed


def test_typed_texts_become_paragraphs_and_lists() -> None:
    text = "Pembukaan\nbaris kedua\n\n1. satu\n2) dua\nSesudahnya"
    assert list(typed_blocks(text)) == [
        Paragraph("Pembukaan\nbaris kedua"),
        NumberedList(("satu", "dua")),
        Paragraph("Sesudahnya"),
    ]
    assert list(typed_blocks(" \n ")) == [Paragraph(BLANK)]


@pytest.mark.slow
@pytest.mark.parametrize("document", [DOCUMENT, hostile(MARKUP), hostile(CONTROL)])
def test_libreoffice_opens_it(document: Document, tmp_path: Path) -> None:
    converted = save_with_libreoffice(render_docx(document), tmp_path, "pdf", opened_as="docx")
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(converted)).pages)
    assert ("Contoh Satu" if document is DOCUMENT else document.title[:4]) in text
