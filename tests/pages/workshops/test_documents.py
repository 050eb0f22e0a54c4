"""The documents of a workshop: its report, and invitation and minutes of a session."""

import re
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZipFile

import docx
import pytest
from docx.document import Document
from fastapi.testclient import TestClient
from pypdf import PdfReader

from app.database import reading, writing
from app.models import Activity, AttendanceStatus, Sex, WorkshopReport
from app.queries.coverage.filters import CoverageFilters
from app.queries.coverage.report import build_coverage_report
from app.services.workshops.workshop_sessions import cancel_session
from tests.city import LAMARU, MORNING, City
from tests.evidence_files import attach, photo
from tests.pages.workshops.test_attendance import text_of
from tests.upcoming_sessions import create_upcoming_session

PRESENT, ABSENT = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT
DOCUMENTS = "/kegiatan/TIGA/dokumen"
REPORT = "/kegiatan/TIGA/laporan-kegiatan"
WITH_NAMES = "?daftar-hadir=true"
TEXTS = {
    "number": "000.8/1/DISKOMINFO/2025",
    "background": "Banyak usaha kecil belum berjualan daring.",
    "legal_basis": "1. Undang-Undang Nomor 23 Tahun 2014;\n2. DPA Nomor 5.",
    "purpose": "Melatih usaha kecil.",
    "material": "Promosi daring, Contoh Narasumber, akademisi",
    "proceedings": "",
    "evaluation": "Waktu praktik perlu ditambah.",
    "closing": "Demikian laporan ini.",
    "place": "Balikpapan",
    "dated": "8-8-2025",
    "signatories_1_name": "Contoh Ketua, S.Kom.",
    "signatories_1_role": "Ketua Panitia",
    "signatories_1_nip": "198001012005011001",
    "signatories_2_name": "Contoh Kepala",
    "signatories_2_role": "Kepala Dinas",
    "signatories_2_acknowledges": "true",
}


@pytest.fixture
def three_days(city: City) -> City:
    """Four women and men on three days: Ani came twice, Oky not at all, Umar is from outside the city."""
    city.workshop_of_days()
    ani = city.register("TIGA-1", "Ani Contoh", sex=Sex.P, outcome=PRESENT)
    city.register("TIGA-2", ani.name, person=ani, sex=Sex.P, outcome=PRESENT)
    city.register("TIGA-1", "Joko Contoh", LAMARU, group="rt", sex=Sex.L, outcome=PRESENT)
    city.register("TIGA-1", "Oky Contoh", LAMARU, outcome=ABSENT)
    city.register("TIGA-3", "Umar Contoh", None, outcome=PRESENT)
    return city


def word_file(browser: TestClient, path: str) -> Document:
    answer = browser.get(path)
    assert answer.status_code == 200
    return docx.Document(BytesIO(answer.content))


def rows_of(word: Document, heading: str) -> list[list[str]]:
    """Return the rows of the table whose row of headings has this one, without the headings."""
    tables = (
        [[cell.text for cell in row.cells] for row in table.rows]
        for table in word.tables
        if heading in [cell.text for cell in table.rows[0].cells]
    )
    return next(tables)[1:]


def text_of_word(word: Document) -> str:
    return "\n".join(paragraph.text for paragraph in word.paragraphs)


def text_of_pdf(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def downloads(city: City) -> Iterator[dict[str, object] | None]:
    return (line.after for line in city.all(Activity) if line.action == "download")


def test_the_report_of_a_workshop(organizer: TestClient, three_days: City) -> None:
    """From its page: what is missing is named, filled in once, and then in both files; figures are the coverage's."""
    assert f'href="{DOCUMENTS}"' in organizer.get("/kegiatan/TIGA").text
    page = text_of(organizer.get(DOCUMENTS).text)
    assert (
        "6 parts are still empty: number of the document, background, legal basis, material and speakers, "
        "evaluation, signatures." in page
    )
    assert "……" in text_of_word(word_file(organizer, f"{REPORT}.docx"))

    answer = organizer.post(DOCUMENTS, data=TEXTS)
    assert answer.status_code == 303
    assert "All parts are filled in." in organizer.get(DOCUMENTS).text

    word = word_file(organizer, f"{REPORT}.docx{WITH_NAMES}")
    text = text_of_word(word)
    for part in (
        *TEXTS["legal_basis"].replace("1. ", "").replace("2. ", "").split("\n"),
        TEXTS["evaluation"],
    ):
        assert part in text
    assert "……" not in text
    assert "PELAKSANAAN\nTelah dilaksanakan 3 dari 3 sesi" in text
    headings = [p.text for p in word.paragraphs if p.style and p.style.name == "Heading 1"]
    assert len(headings) == 11
    assert headings[0] == "A. LATAR BELAKANG"

    with reading(three_days.engine) as db:
        report = build_coverage_report(db, three_days.actor("sari"), CoverageFilters(workshop="TIGA"), "id")
    *by_kelurahan, total = rows_of(word, "Kecamatan")
    assert [[row[1], *map(int, row[3:])] for row in by_kelurahan] == [
        [row.name, row.registered, row.participants, *row.by_sex.values()]
        for row in report.rows
        if row.registered
    ]
    assert total[3:] == ["3", "2", "1", "1", "0"]
    assert (report.totals.registered, report.totals.participants) == (3, 2)
    assert rows_of(word, "Jenis kelamin") == [
        ["Laki-laki (L)", "1"],
        ["Perempuan (P)", "1"],
        ["Tidak tercatat", "0"],
        ["Jumlah", "2"],
    ]
    assert "1 orang dari luar kota" in text
    assert "tidak ada yang hadir" not in text
    assert "2 dari 3 warga kota yang terdaftar hadir (67%)." in text
    assert rows_of(word, "L/P")[0] == ["1", "Ani Contoh", "P", "Manggar", "UMKM", "Hadir"]
    lists = [table for table in word.tables if "L/P" in [cell.text for cell in table.rows[0].cells]]
    assert [len(table.rows) - 1 for table in lists] == [3, 1, 1]

    printed = text_of_pdf(organizer.get(f"{REPORT}.pdf{WITH_NAMES}").content)
    for part in ("Waktu praktik perlu ditambah.", "Ani Contoh", "NIP. 19800101 200501 1 001", "Mengetahui,"):
        assert part in printed


def test_names_are_only_for_users_who_may_see_them_and_each_file_is_logged(
    organizer: TestClient, viewer: TestClient, staff: TestClient, stranger: TestClient, three_days: City
) -> None:
    assert organizer.get(f"{REPORT}.docx{WITH_NAMES}").status_code == 200
    assert list(downloads(three_days)) == [{"file": "laporan-kegiatan-TIGA.docx", "people": 5}]

    page = viewer.get(DOCUMENTS).text
    assert "daftar-hadir" not in page
    assert "<form" not in page.partition("<main")[2].replace('action="/bahasa"', "")
    for file_format in ("pdf", "docx"):
        assert viewer.get(f"{REPORT}.{file_format}{WITH_NAMES}").status_code == 403
        assert staff.get(f"{REPORT}.{file_format}").status_code == 403
        assert stranger.get(f"{REPORT}.{file_format}").status_code == 404
    without = viewer.get(f"{REPORT}.pdf")
    assert "Contoh" not in text_of_pdf(without.content).replace("Ani", "")
    assert "tanpa-nama" in without.headers["content-disposition"]
    assert "Daftar hadir disimpan oleh penyelenggara" in text_of_pdf(without.content)
    assert len(list(downloads(three_days))) == 1

    assert viewer.post(DOCUMENTS, data=TEXTS).status_code == 403
    assert staff.post(DOCUMENTS, data=TEXTS).status_code == 403
    assert three_days.all(WorkshopReport) == []


def test_the_next_report_begins_with_legal_basis_and_signatories_of_the_last(
    organizer: TestClient, city: City
) -> None:
    city.workshop_of_days("TIGA", 1)
    city.workshop("LAIN", "rt")
    organizer.post(DOCUMENTS, data=TEXTS)

    page = organizer.get("/kegiatan/LAIN/dokumen").text
    assert "DPA Nomor 5." in page
    assert 'value="Contoh Ketua, S.Kom."' in page
    assert "Banyak usaha kecil" not in page


def test_texts_that_others_have_changed_meanwhile_are_shown(organizer: TestClient, city: City) -> None:
    city.workshop_of_days("TIGA", 1)
    seen = re.findall(r'name="seen" value="(\w+)"', organizer.get(DOCUMENTS).text)[0]
    organizer.post(DOCUMENTS, data=TEXTS | {"seen": seen})

    answer = organizer.post(DOCUMENTS, data=TEXTS | {"closing": "Sekian.", "seen": seen})
    assert answer.status_code == 409
    assert "Demikian laporan ini." in text_of(answer.text)
    assert "Sekian." in answer.text


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("dated", "31-2-2026"),
        ("place", "x" * 101),
        ("evaluation", "x" * 8001),
        ("signatories_1_nip", "1" * 101),
        ("signatories_2_nip", "19800101 200501 1"),
    ],
)
def test_a_text_that_cannot_be_is_refused_beside_its_field(
    organizer: TestClient, city: City, field: str, text: str
) -> None:
    city.workshop_of_days("TIGA", 1)
    answer = organizer.post(DOCUMENTS, data=TEXTS | {field: text})
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert TEXTS["background"] in answer.text
    assert city.all(WorkshopReport) == []


@pytest.mark.parametrize(
    "text", ['#image("x") $x$ <b>tebal</b>', "hitam\x00\x0b\x1f putih", "\u202eterbalik", "x" * 8000]
)
def test_hostile_texts_get_into_both_files(organizer: TestClient, city: City, text: str) -> None:
    city.workshop_of_days("TIGA", 1)
    city.register("TIGA-1", text[:200].replace("\0", ""), outcome=PRESENT)
    assert organizer.post(DOCUMENTS, data=TEXTS | {"background": text}).status_code == 303

    shown = re.sub("[\x00-\x1f\u202e]", "", text)
    assert shown in text_of_word(word_file(organizer, f"{REPORT}.docx{WITH_NAMES}"))
    printed = text_of_pdf(organizer.get(f"{REPORT}.pdf{WITH_NAMES}").content)
    assert shown[:30] in printed.replace("\n", " ")


def test_the_minutes_of_a_session(staff: TestClient, three_days: City) -> None:
    """Staff write them for the sessions that they are assigned to."""
    assert 'href="/sesi/TIGA-1/surat"' in staff.get("/sesi/TIGA-1/kehadiran").text
    form = {"minutes_number": "BA/1/2025", "minutes_text": "Berjalan lancar."}
    form |= {f"minutes_{name}": text for name, text in TEXTS.items() if name.startswith("signatories")}
    assert staff.post("/sesi/TIGA-1/surat", data=form).status_code == 303
    assert "Minutes All parts are filled in." in text_of(staff.get("/sesi/TIGA-1/surat").text)

    word = word_file(staff, "/sesi/TIGA-1/berita-acara.docx")
    text = text_of_word(word)
    assert "Pada hari ini Selasa tanggal lima bulan Agustus tahun dua ribu dua puluh lima" in text
    assert "3 (tiga) orang" in text
    assert "Berjalan lancar." in text
    assert "Contoh" not in text
    assert rows_of(word, "Dengan huruf") == [
        ["Hadir", "2", "dua"],
        ["Izin", "0", "nol"],
        ["Tidak hadir", "1", "satu"],
        ["Belum tercatat", "0", "nol"],
        ["Jumlah", "3", "tiga"],
    ]
    printed = text_of_pdf(staff.get("/sesi/TIGA-1/berita-acara.pdf").content)
    assert "Nomor: BA/1/2025" in printed
    assert "Contoh Kepala" in printed


def test_the_invitation_to_a_session(organizer: TestClient, city: City) -> None:
    """A session to come has an invitation and no minutes yet; one that is cancelled has neither."""
    code = city.session("NANTI", MORNING.replace(year=2100))
    assert f'href="/sesi/{code}/surat"' in organizer.get(f"/sesi/{code}/undang").text
    organizer.post(
        f"/sesi/{code}/surat",
        data={
            "invitation_number": "005/12/DISKOMINFO",
            "invitation_dated": "1-8-2100",
            "urgency": "Penting",
            "subject": "Undangan kelas",
            "addressees": "1. Lurah Manggar\n2. Ketua RT se-Manggar",
            "agenda": "Kelas",
            "invitation_signatories_1_name": "Contoh Kepala",
            "invitation_signatories_1_role": "Kepala Dinas",
        },
    )
    for text in (
        text_of_pdf(organizer.get(f"/sesi/{code}/undangan.pdf").content),
        text_of_word(word := word_file(organizer, f"/sesi/{code}/undangan.docx")),
    ):
        assert "Balikpapan, 1 Agustus 2100" in text
        assert "Yth.\n1. Lurah Manggar\n2. Ketua RT se-Manggar\ndi tempat" in text
    facts = [[cell.text for cell in row.cells] for table in word.tables for row in table.rows]
    assert ["Nomor", ": 005/12/DISKOMINFO"] in facts
    assert ["Hari, tanggal", ": Kamis, 5 Agustus 2100"] in facts
    assert ["Waktu", ": 09.00–12.00 WITA"] in facts

    refused = organizer.get(f"/sesi/{code}/berita-acara.pdf")
    assert refused.status_code == 409
    assert "once the session has begun" in refused.text
    with writing(city.engine) as db:
        cancel_session(db, city.actor("sari"), code, "hujan")
    assert organizer.get(f"/sesi/{code}/undangan.pdf").status_code == 409
    assert "This session is cancelled." in organizer.get(f"/sesi/{code}/surat").text


def test_a_workshop_without_sessions_has_a_report(organizer: TestClient, city: City) -> None:
    city.workshop("TIGA", "umkm")
    text = text_of_word(word_file(organizer, f"{REPORT}.docx{WITH_NAMES}"))
    assert "Belum ada sesi yang direncanakan." in text
    assert organizer.get(f"{REPORT}.pdf").status_code == 200


def test_the_report_of_a_workshop_to_come_claims_no_attendance(organizer: TestClient, city: City) -> None:
    create_upcoming_session(city)
    city.register("JUALAN-1", "Ani Contoh")
    text = text_of_word(word_file(organizer, "/kegiatan/JUALAN/laporan-kegiatan.docx"))
    assert "Belum ada sesi yang berlangsung." in text
    assert "0%" not in text


def test_photos_of_the_sessions_are_in_the_report_that_shows_people(
    organizer: TestClient, viewer: TestClient, three_days: City
) -> None:
    attach(three_days, "TIGA-1", photo(), kind="photo", caption="Pembukaan")
    attach(three_days, "TIGA-2", photo(2), kind="photo")
    attach(three_days, "TIGA-2", photo(3), kind="decree")

    content = organizer.get(f"{REPORT}.docx{WITH_NAMES}").content
    with ZipFile(BytesIO(content)) as parts:
        body = parts.read("word/document.xml").decode()
        pictures = [name for name in parts.namelist() if name.startswith("word/media/")]
    assert re.findall('descr="([^"]+)"', body) == [
        "Pembukaan (Selasa, 5 Agustus 2025)",
        "Rabu, 6 Agustus 2025",
    ]
    assert len(pictures) == 2
    pages = PdfReader(BytesIO(organizer.get(f"{REPORT}.pdf{WITH_NAMES}").content)).pages
    assert sum(len(page.images) for page in pages) == 2

    without = viewer.get(f"{REPORT}.docx").content
    assert "2 foto disimpan oleh penyelenggara" in text_of_word(docx.Document(BytesIO(without)))
    with ZipFile(BytesIO(without)) as parts:
        assert not [name for name in parts.namelist() if name.startswith("word/media/")]
