"""The coverage report as an official PDF: its parts, its figures, and what veraPDF says of it."""

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from app.errors import Invalid
from app.i18n import Language, translator
from app.reports.activity.pdf import render_document_pdf
from app.reports.coverage.files.pdf import render_coverage_pdf
from app.reports.coverage.report import CoverageReport, Figures, TargetGroup
from app.reports.coverage.tables.documents import held_workshops_table, sessions_table
from app.reports.coverage.tables.matrix import coverage_table, totals_table
from app.reports.coverage.tables.plan import short_gaps_table
from app.reports.coverage.texts.key_figures import key_figures
from app.reports.coverage.trend import trend_table
from app.reports.formats.download import table_download
from app.reports.letterhead import LETTERHEAD
from app.reports.letters import LetterText, render_letters_pdf
from app.reports.official import Classification
from app.reports.table import Table, cell_text
from tests.pdf_standards import broken_rules
from tests.reports.issued import AUTHOR, HEAD, OFFICIAL, issued, with_documents
from tests.reports.test_activity_documents import DOCUMENT

PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PARTS = (
    "I. PENDAHULUAN",
    "II. RINGKASAN",
    "III. PETA CAKUPAN",
    "IV. PERKEMBANGAN",
    "V. KEKURANGAN DAN RENCANA",
)
GROUPS = ("UMKM", "Pengurus RT", "Tokoh masyarakat", "Komunitas", "Umum", "Pelajar dan mahasiswa", "Lansia")


def render(report: CoverageReport, language: Language = "id") -> bytes:
    return render_coverage_pdf(report, translator(language), language)


def pages(content: bytes) -> list[str]:
    """Return the text of each page, with single spaces instead of line ends."""
    return [" ".join(page.get_textpage().get_text_range().split()) for page in PdfDocument(content)]


def assert_in_order(text: str, parts: Sequence[str]) -> None:
    start = 0
    for part in parts:
        assert part in text[start:], f"{part} is missing, or stands before what it should follow"
        start = text.index(part, start) + len(part)


def printed_rows(table: Table, language: Language = "id") -> list[str]:
    """Return the rows of a table and its total as the text of a PDF has them."""
    shown = table.for_people()
    rows = [*shown.rows, *([shown.total] if shown.total else [])]
    texts = [
        [
            ""
            if cell is None and column.kind != "integer"
            else cell_text(cell, language, signed=column.signed)
            for cell, column in zip(row.cells, shown.columns, strict=True)
        ]
        for row in rows
    ]
    return [
        " ".join(" ".join(line).split()).removeprefix("– ") for line in texts
    ]  # a total has no row number


def test_an_issued_report_has_all_its_parts_in_their_order(report: CoverageReport) -> None:
    printed = pages(render(issued(with_documents(report))))

    assert_in_order(
        " ".join(printed),
        [
            *("PEMERINTAH KOTA BALIKPAPAN", "DINAS KOMUNIKASI DAN INFORMATIKA", OFFICIAL.title),
            *("Nomor: 001/JGK/XI/2025", "Sifat : Biasa", "Periode : 1 Januari – 31 Oktober 2025"),
            *("Lingkup : Semua kegiatan", "Angka per : 4 November 2025 pukul 00.30 WITA"),
            *(PARTS[0], "Kegiatan terlaksana di semua kecamatan.", "Tiga kelurahan dijadwalkan ulang."),
            *(
                PARTS[1],
                "28 dari 33 kelurahan mencapai target 2025",
                "1.258",
                "1.318",
                "1.299",
                "Seluruh kota",
            ),
            *(PARTS[2], "Teritip", "Tercapai", "Balikpapan Timur", "Jumlah"),
            *(PARTS[3], "Perkembangan per bulan", "Oktober 2025", "Perkembangan per tahun", "2025"),
            *(PARTS[4], "Baru Ilir", "Sesi yang direncanakan: 2.", "Kelas Teritip 1", "VI. PENUTUP"),
            *(
                "Mengetahui, Kepala Dinas Komunikasi dan Informatika,",
                HEAD.name,
                HEAD.rank,
                f"NIP. {HEAD.nip}",
            ),
            *(
                "Balikpapan, 5 November 2025 Kepala Bidang Informatika,",
                AUTHOR.name,
                "NIP. 19700101 199503 2 001",
            ),
            *("Keaslian dokumen", OFFICIAL.verify_url, OFFICIAL.checksum),
            *(
                "Lampiran I.",
                "Manggar",
                "Lampiran II. Sesi",
                "Kelas Keamanan Digital 3",
                "Lampiran III. Definisi",
            ),
            *("Peserta adalah orang berbeda", "Belum terjangkau", "Luar kota"),
        ],
    )
    for number, page in enumerate(printed, 1):
        assert "Belum diterbitkan" not in page
        assert page.endswith(
            f"001/JGK/XI/2025 · SHA-256 3f2a9c1d3f2a9c1d… Halaman {number} dari {len(printed)}"
        )


def test_working_figures_say_on_every_page_that_they_are_not_issued(report: CoverageReport) -> None:
    printed = pages(render(with_documents(report)))

    assert all("Belum diterbitkan Halaman" in page for page in printed)
    text = " ".join(printed)
    assert "Status : Belum diterbitkan: angka kerja yang masih dapat berubah" in text
    assert not [word for word in ("Nomor", "Mengetahui", "Keaslian", "SHA-256", "PENUTUP") if word in text]


def test_a_revision_says_what_it_replaces_and_why(report: CoverageReport) -> None:
    why = "Dua daftar hadir terlambat masuk.\nPeserta naik 37 orang."
    revision = issued(with_documents(report), revises="001/JGK/X/2025", revision=1, what_changed=why)

    first = pages(render(revision))[0]

    assert "Laporan ini menggantikan laporan nomor 001/JGK/X/2025 (revisi ke-1)." in first
    assert " ".join(why.split()) in first


@pytest.mark.parametrize(("classification", "head"), [("terbatas", "TERBATAS "), ("rahasia", "RAHASIA ")])
def test_pages_that_not_everybody_may_read_say_so(
    report: CoverageReport, classification: str, head: str
) -> None:
    printed = pages(render(issued(with_documents(report), classification=Classification(classification))))
    assert all(page.startswith(head) for page in printed)


def test_eight_signatories_stand_on_one_page(report: CoverageReport) -> None:
    people = tuple(
        replace(AUTHOR, name=f"Pejabat Contoh {number}", acknowledges=number > 5) for number in range(1, 9)
    )
    (page,) = [
        page
        for page in pages(render(issued(with_documents(report), signatories=people)))
        if "Pejabat Contoh" in page
    ]
    assert_in_order(
        page, ["PENUTUP", "Balikpapan, 5 November", "Contoh 5", "Mengetahui", "Contoh 6", "Contoh 8"]
    )


def random_report(report: CoverageReport, seed: int) -> CoverageReport:
    """Return the report with random groups, targets and figures; rows don't add up to totals, as nothing adds them."""
    chance = random.Random(seed)  # noqa: S311 (a test)
    groups = tuple(
        TargetGroup(code=f"g{number}", label=label)
        for number, label in enumerate(GROUPS[: chance.randint(1, 7)])
    )

    def figures(with_target: bool) -> Figures:
        return Figures(
            target=chance.randint(0, 3000) if with_target and chance.random() < 0.8 else None,
            registered=chance.randint(0, 99999),
            attendances=chance.randint(0, 99999),
            participants=chance.randint(0, 99999),
        )

    with_targets = chance.random() < 0.5
    rows = tuple(
        replace(
            row,
            registered=chance.randint(0, 99999),
            participants=chance.randint(0, 99999),
            groups={group.code: figures(with_targets) for group in groups},
        )
        for row in report.rows
    )
    totals = replace(report.totals, by_group={group.code: figures(with_targets) for group in groups})
    return replace(report, groups=groups, rows=rows, totals=totals)


@pytest.mark.parametrize("seed", range(4))
def test_the_printed_figures_are_those_of_the_tables(report: CoverageReport, seed: int) -> None:
    shown = with_documents(random_report(report, seed))
    _ = translator("id")
    matrix = coverage_table(shown, _, "id").for_people().split(14)

    text = " ".join(pages(render(issued(shown))))

    for table in (*matrix, totals_table(shown, _, "id"), trend_table(shown.trend, "month", (), _)):  # type: ignore[arg-type]
        for row in printed_rows(table):
            assert row in text
    for table in (short_gaps_table(shown, _), sessions_table(shown, _, "id")):
        for row in printed_rows(table):
            assert row in text
    for figure in key_figures(shown, _, "id"):
        assert f"{figure.figure} {figure.label}" in text


def test_a_year_has_a_handful_of_pages(report: CoverageReport) -> None:
    assert len(pages(render(issued(with_documents(report, sessions=60))))) <= 10
    many = with_documents(report, sessions=200, planned=40)
    printed = pages(render(issued(replace(many, gaps=many.gaps * 20))))
    assert len(printed) <= 22
    with_sessions = [page for page in printed if "Kelas Keamanan Digital" in page]
    assert all("No. Tanggal Waktu Kegiatan Penyelenggara Tempat" in page for page in with_sessions)
    assert "10 yang pertama dari 100; selengkapnya ada di lampiran." in " ".join(printed)


def test_of_more_than_600_sessions_the_annex_lists_the_workshops(report: CoverageReport) -> None:
    shown = with_documents(report, sessions=601)
    (row,) = held_workshops_table(shown, translator("id"), "id").rows

    printed = " ".join(pages(render(issued(shown))))

    assert "Kegiatan yang terlaksana dalam periode ini" in printed
    assert "Berkas Excel laporan ini memuat daftar lengkap 601 sesi." in printed
    assert row.cells[6:] == (601, 601 * shown.sessions[0].registered, 601 * shown.sessions[0].attendances)
    assert "Kelas Keamanan Digital 2" not in printed


def test_an_online_session_is_listed_as_such(report: CoverageReport) -> None:
    shown = with_documents(report, sessions=1, planned=1)
    held = replace(shown.sessions[0], venue="", is_online=True)
    planned = replace(shown.planned[0], venue="", kelurahan="", is_online=True)
    text = " ".join(pages(render(issued(replace(shown, sessions=(held,), planned=(planned,))))))
    assert "Kelas Teritip 1 Daring" in text
    assert "Daring 30 27" in text


def test_a_long_matrix_repeats_its_headings(report: CoverageReport) -> None:
    printed = pages(render(replace(report, rows=report.rows * 2)))
    with_rows = [page for page in printed if re.search(r"Balikpapan Kota \w+ Tercapai 2", page)]
    assert len(with_rows) > 1
    assert all("Kecamatan Kelurahan Keadaan Target" in page for page in with_rows)


def test_letters_bear_the_coat_of_arms() -> None:
    text = LetterText("Surat", (), "Kepada", ("Isi.",), (), (), ("Pejabat Contoh",))
    for head, pictures in ((LETTERHEAD, 0), (replace(LETTERHEAD, coat_of_arms=PICTURE), 1)):
        letters = PdfReader(
            BytesIO(render_letters_pdf(text, [("Rina",), ("Oky",)], head, OFFICIAL.issued_at))
        )
        assert [len(page.images) for page in letters.pages] == [pictures] * 2


def test_an_issued_report_is_never_printed_with_empty_boxes(report: CoverageReport) -> None:
    with pytest.raises(Invalid, match="\N{PARTY POPPER}"):
        render(issued(with_documents(report), title="Laporan \N{PARTY POPPER}"))


@pytest.mark.slow
def test_the_pdfs_are_accessible_and_archivable(report: CoverageReport, tmp_path: Path) -> None:
    """veraPDF checks all rules of PDF/UA-1 and PDF/A-2a that a machine can check, and finds what breaks one."""
    full = with_documents(random_report(report, 3))
    with_arms = replace(full, letterhead=replace(LETTERHEAD, coat_of_arms=PICTURE, phone="0542-1"))
    english = translator("en")
    gaps = short_gaps_table(full, english)
    files = {
        "issued": render(issued(with_arms)),
        "revision": render(issued(full, revises="001/JGK/X/2025", revision=1, what_changed="Angka."), "en"),
        "working": render(full),
        "empty": render(replace(report, rows=())),
        "workshop": render_document_pdf(DOCUMENT),
        "one-table": table_download(
            gaps, {}, "gaps", full.generated_at, "pdf", LETTERHEAD, english, "en"
        ).content,
    }
    files["untagged"] = files["empty"].replace(b"/Marked true", b"/Marked null")

    found = broken_rules(files, tmp_path)

    assert [line for line in found if not line.startswith("untagged:")] == []
    assert [line for line in found if line.startswith("untagged: PDFUA-1 6.2-1")]
