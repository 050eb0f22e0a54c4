"""The pages of breaches: recording one, the letters within 3×24 hours, and the list of people."""

import io
import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlmodel import select

from app.database import writing
from app.i18n import wita
from app.models import Activity, Breach, Participant
from app.models.base import now
from tests.city import LAMARU, City

PAGE = "/administrasi/kebocoran"
FOUND = wita(now()) - timedelta(hours=2)
TYPED = {
    "title": "Daftar hadir salah kirim",
    "found": f"{FOUND:%d-%m-%Y}",
    "found_time": f"{FOUND:%H.%M}",
    "happened": "Pada pagi hari daftar hadir terkirim\r\nke alamat surel yang salah.",
    "data_affected": "Nama, kelurahan, nomor telepon",
    "measures": "Penerima sudah menghapusnya.",
    "scope": "session",
    "session": "UMKM-2025-1",
}


@pytest.fixture
def breach(admin: TestClient, city: City) -> str:
    """The page of a breach that concerned two people of a session."""
    code = city.session()
    city.register(code, "Ani Contoh")
    city.register(code, "#set text(red) Budi", LAMARU)
    city.register(city.session("LAIN-1"), "Citra Contoh")
    with writing(city.engine) as db:
        ani = db.exec(select(Participant).where(Participant.name == "Ani Contoh")).one()
        ani.sqlmodel_update({"phone": "+6281200000411", "email": "ani@contoh.id"})
    answer = admin.post(f"{PAGE}/baru", data=TYPED)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_a_breach_shows_its_clock_and_whom_it_concerned(admin: TestClient, breach: str) -> None:
    page = admin.get(breach).text

    assert re.search(r"(69|70) hours left", page)
    assert "2 people: 1 with an e-mail address, 0 with a telephone number only, 1 with neither." in page
    assert "Everyone registered for the session UMKM-2025-1" in page
    assert "Ani Contoh" not in page
    for words in ("Pasal 46", "ke alamat surel yang salah.", "Penerima sudah", "privasi@contoh.id"):
        assert words in page
    assert "hours left" in admin.get(PAGE).text


def test_each_person_gets_a_letter_and_the_download_is_logged(
    admin: TestClient, breach: str, city: City
) -> None:
    letters = admin.get(f"{breach}/surat.pdf")

    text = pdf_text(letters.content)
    assert letters.headers["content-type"] == "application/pdf"
    assert text.index("#set text(red) Budi") < text.index("Ani Contoh"), "Lamaru comes before Manggar"
    assert "Citra" not in text
    assert text.count("Data pribadi yang terungkap") == 2
    assert downloads(city) == [("Made Admin", {"file": "surat-1.pdf", "people": 2})]


def test_the_list_has_the_contacts_and_the_download_is_logged(
    admin: TestClient, breach: str, city: City
) -> None:
    sheet = load_workbook(io.BytesIO(admin.get(f"{breach}/orang.xlsx").content)).active
    assert sheet
    rows = [row for row in sheet.iter_rows(values_only=True) if "Ani Contoh" in row]

    assert rows == [("Ani Contoh", "Manggar", None, "+6281200000411", "ani@contoh.id")]
    assert downloads(city) == [("Made Admin", {"file": "orang-1.xlsx", "people": 2})]


def test_the_letter_to_the_agency_counts_the_people_and_names_nobody(
    admin: TestClient, breach: str, city: City
) -> None:
    text = pdf_text(admin.get(f"{breach}/surat-lembaga.pdf").content)

    assert "2 orang" in text
    assert "Lembaga penyelenggara pelindungan data pribadi" in text
    assert "Ani" not in text
    assert downloads(city) == []


def test_what_was_done_is_added_later(admin: TestClient, breach: str, city: City) -> None:
    form = admin.get(f"{breach}/ubah").text
    seen = re.search(r'name="seen" value="(\w+)"', form)
    assert seen
    assert 'value="session" checked' in form

    day, time = f"{wita(now()):%d-%m-%Y}", f"{wita(now()):%H.%M}"
    told = {"agency_notified": day, "agency_notified_time": time, "seen": seen[1]}
    told |= {"people_notified": day, "people_notified_time": time}
    assert admin.post(f"{breach}/ubah", data=TYPED | told).status_code == 303

    assert "All told" in admin.get(breach).text
    (made,) = city.all(Breach)
    assert made.people_notified_at


def test_an_overdue_breach_says_so(admin: TestClient, breach: str, city: City) -> None:
    with writing(city.engine) as db:
        db.exec(select(Breach)).one().found_at = now() - timedelta(days=4)

    assert "Overdue since" in admin.get(breach).text


def test_wrong_fields_are_shown_beside_what_was_typed(admin: TestClient, city: City) -> None:
    page = admin.post(f"{PAGE}/baru", data=TYPED | {"session": "TIADA", "title": ""})

    assert page.status_code == 422
    assert re.search(r'id="session-error">There is no session', page.text)
    assert re.search(r'id="title-error">A title is needed', page.text)
    assert "Nama, kelurahan, nomor telepon" in page.text


def test_nobody_concerned_gives_no_letters(admin: TestClient, city: City) -> None:
    city.session()
    breach = admin.post(f"{PAGE}/baru", data=TYPED).headers["location"]

    assert "Nobody is found for this." in admin.get(breach).text
    assert admin.get(f"{breach}/surat.pdf").status_code == 409


@pytest.mark.parametrize("browser", ["organizer", "staff", "viewer"])
def test_breaches_are_only_for_administrators(
    request: pytest.FixtureRequest, breach: str, browser: str, city: City
) -> None:
    client: TestClient = request.getfixturevalue(browser)

    paths = [
        "",
        "/baru",
        *(f"/1{rest}" for rest in ("", "/ubah", "/surat.pdf", "/surat-lembaga.pdf", "/orang.xlsx")),
    ]
    assert {client.get(PAGE + path).status_code for path in paths} == {403}
    assert client.post(f"{PAGE}/baru", data=TYPED).status_code == 403
    assert client.post(f"{breach}/ubah", data=TYPED).status_code == 403
    assert downloads(city) == []


def downloads(city: City) -> list[tuple[str, dict[str, object]]]:
    """Return who downloaded what of a breach, by the activity log."""
    lines = [line for line in city.all(Activity) if (line.action, line.subject) == ("download", "breach")]
    return [(line.actor, line.after or {}) for line in lines]


def pdf_text(content: bytes) -> str:
    """Return the words of all pages with single spaces between them."""
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())
