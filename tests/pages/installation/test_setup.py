"""An administrator is led through six steps, whose states are read from the data."""

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from pydantic import SecretStr
from pypdf import PdfReader
from sqlalchemy import Engine

from app.database import writing
from app.i18n import wita_today
from app.models import CoverageTarget, Role, User
from app.permissions import OPERATOR
from app.services.accounts.users import create_user
from app.services.workshops.workshop_sessions import WorkshopSessionInput, create_workshop_session
from app.services.workshops.workshops import WorkshopInput, create_workshop
from app.settings import Settings
from tests.city import MORNING, City
from tests.pages.conftest import english_browser, logged_in, served_to_browsers
from tests.smtp_server import SmtpServer

STEPS = ["letterhead", "organization", "users", "workshop", "targets", "mail"]
LETTERHEAD = {
    "city": "Balikpapan",
    "government": "Pemerintah Kota Balikpapan",
    "office": "Dinas Contoh",
    "address": "Jl. Contoh No. 1",
    "phone": "0542-000000",
}


@pytest.fixture
def first_admin(engine: Engine) -> User:
    """The only user there is."""
    with writing(engine) as db:
        return create_user(db, OPERATOR, email="awal@contoh.id", name="Awal Admin", role=Role.ADMIN)


@pytest.fixture
def browser(app: FastAPI, engine: Engine, first_admin: User) -> TestClient:
    return logged_in(app, engine, first_admin)


@pytest.fixture
def mailing_app(settings: Settings, smtp_server: SmtpServer) -> Iterator[FastAPI]:
    with served_to_browsers(settings, smtp_url=SecretStr(smtp_server.url)) as app:
        yield app


def states(browser: TestClient) -> dict[str, str]:
    """Return the state of each step as the page shows it, by step."""
    page = browser.get("/administrasi/mulai").text
    return dict(
        re.findall(r'<li class="panel" id="([a-z]+)">.*?<span class="badge[^>]*>([^<]+)<', page, re.DOTALL)
    )


def test_each_step_is_done_once_its_data_is_there(browser: TestClient, engine: Engine) -> None:
    assert states(browser) == dict.fromkeys(STEPS, "To do")

    assert browser.post("/administrasi/kop-surat", data=LETTERHEAD).status_code == 303
    browser.post("/administrasi/penyelenggara", data={"name": "Kampus Contoh", "kind": "mitra"})
    browser.post(
        "/administrasi/pengguna/baru", data={"email": "b@contoh.id", "name": "B", "role": "organizer"}
    )
    with writing(engine) as db:
        create_workshop(db, OPERATOR, "LD-1", WorkshopInput("Kelas Contoh"))
        create_workshop_session(
            db, OPERATOR, "LD-1", "LD-1-1", WorkshopSessionInput(MORNING, MORNING.replace(hour=12))
        )
        db.add(CoverageTarget(year=wita_today().year, target=5))

    assert states(browser) == {**dict.fromkeys(STEPS, "Done"), "mail": "To do"}


def test_pages_of_the_steps_lead_back_while_one_is_open(browser: TestClient) -> None:
    back = 'href="/administrasi/mulai"'
    invited = {"email": "b@contoh.id", "name": "B", "role": "organizer"}
    assert back in browser.get("/administrasi/penyelenggara").text
    assert back in browser.post("/administrasi/pengguna/baru", data=invited).text

    for step in STEPS:
        browser.post(f"/administrasi/mulai/{step}/lewati", data={"reason": "Tidak perlu"})

    assert back not in browser.get("/administrasi/penyelenggara").text
    assert back not in browser.post("/administrasi/pengguna/2/tautan").text


def test_a_target_of_another_year_is_no_target_of_this_one(browser: TestClient, engine: Engine) -> None:
    with writing(engine) as db:
        db.add(CoverageTarget(year=wita_today().year - 1, target=5))
    assert states(browser)["targets"] == "To do"


def test_a_step_is_skipped_for_a_reason_and_opened_again(browser: TestClient) -> None:
    refused = browser.post("/administrasi/mulai/organization/lewati", data={"reason": " "})
    assert refused.status_code == 422
    assert "A reason is needed" in refused.text
    assert states(browser)["organization"] == "To do"

    browser.post("/administrasi/mulai/organization/lewati", data={"reason": "Hanya Dinas Kominfo"})
    assert states(browser)["organization"] == "Skipped"
    assert "Hanya Dinas Kominfo" in browser.get("/administrasi/mulai").text

    browser.post("/administrasi/mulai/organization/buka")
    assert states(browser)["organization"] == "To do"


def test_home_leads_to_the_steps_until_none_is_open(browser: TestClient) -> None:
    assert 'href="/administrasi/mulai"' in browser.get("/").text
    for step in STEPS:
        browser.post(f"/administrasi/mulai/{step}/lewati", data={"reason": "nanti"})
    assert 'href="/administrasi/mulai"' not in browser.get("/").text


def test_a_test_mail_shows_whether_the_server_takes_it(
    mailing_app: FastAPI, engine: Engine, first_admin: User, smtp_server: SmtpServer
) -> None:
    browser = logged_in(mailing_app, engine, first_admin)
    assert "Not tested yet" in browser.get("/administrasi/surel").text

    smtp_server.answers["awal@contoh.id"] = "550 no such mailbox"
    browser.post("/administrasi/surel")
    page = browser.get("/administrasi/surel").text
    assert "550 no such mailbox" in page
    assert states(browser)["mail"] == "To do"

    smtp_server.answers.clear()
    browser.post("/administrasi/surel")
    assert "The mail server took the test mail." in browser.get("/administrasi/surel").text
    assert [mail["To"] for mail in smtp_server.mails] == ["awal@contoh.id"]
    assert states(browser)["mail"] == "Done"


def test_without_a_mail_server_the_page_says_how_one_is_set_up(browser: TestClient) -> None:
    assert "JANGKAU_SMTP_URL" in browser.get("/administrasi/surel").text
    assert browser.post("/administrasi/surel").status_code == 409


def test_the_letterhead_is_on_every_page(browser: TestClient, nobody_else: TestClient) -> None:
    browser.post("/administrasi/kop-surat", data=LETTERHEAD)

    assert "Dinas Contoh" in browser.get("/kegiatan").text
    assert "Dinas Contoh" in nobody_else.get("/masuk").text


def test_documents_bear_the_letterhead(admin: TestClient, city: City) -> None:
    code = city.session()
    admin.post("/administrasi/kop-surat", data=LETTERHEAD | {"city": "Kota Contoh"})

    for address in ("/cakupan.pdf", "/cakupan/rt.pdf", f"/sesi/{code}/daftar-hadir.pdf"):
        page = PdfReader(BytesIO(admin.get(address).content)).pages[0].extract_text()
        for text in ("PEMERINTAH KOTA BALIKPAPAN", "DINAS CONTOH", "Jl. Contoh No. 1 · Telp. 0542-000000"):
            assert text in page, f"{address}: {text}"
    assert "Kota Contoh, ……" in page
    for address in ("/cakupan.xlsx", "/target/2025.xlsx", f"/sesi/{code}/daftar-hadir.xlsx"):
        sheet = load_workbook(BytesIO(admin.get(address).content)).worksheets[0]
        texts = [str(cell.value) for line in sheet.iter_rows(max_row=4) for cell in line]
        assert "DINAS CONTOH" in texts, address


def test_documents_bear_the_coat_of_arms_until_it_is_removed(admin: TestClient, city: City) -> None:
    code = city.session()
    documents = ("/cakupan.pdf", "/cakupan/rt.pdf", f"/sesi/{code}/daftar-hadir.pdf")
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z" fill="#0f6659"/></svg>'

    def pictures() -> list[int]:
        return [len(PdfReader(BytesIO(admin.get(path).content)).pages[0].images) for path in documents]

    assert admin.get("/administrasi/kop-surat").text.count("data:image/png") == 0
    assert pictures() == [0, 0, 0]

    upload = {"coat_of_arms": ("lambang.svg", svg)}
    assert admin.post("/administrasi/kop-surat", data=LETTERHEAD, files=upload).status_code == 303
    assert admin.get("/administrasi/kop-surat").text.count("data:image/png") == 1
    assert pictures() == [1, 1, 1]
    refused = admin.post(
        "/administrasi/kop-surat", data=LETTERHEAD, files={"coat_of_arms": ("lambang.png", b"bukan gambar")}
    )
    assert refused.status_code == 422
    assert "This isn&#39;t a PNG, JPEG or SVG picture." in refused.text
    assert pictures() == [1, 1, 1]

    admin.post("/administrasi/kop-surat", data=LETTERHEAD | {"remove_coat_of_arms": "true"})
    assert pictures() == [0, 0, 0]


def test_a_name_is_needed_in_the_letterhead(browser: TestClient) -> None:
    refused = browser.post("/administrasi/kop-surat", data=LETTERHEAD | {"office": " "})
    assert refused.status_code == 422
    assert "A name is needed." in refused.text
    assert states(browser)["letterhead"] == "To do"


@pytest.fixture
def nobody_else(app: FastAPI) -> TestClient:
    return english_browser(app)


def test_the_first_pages_tell_how_the_first_account_is_made_while_there_is_none(
    nobody_else: TestClient, engine: Engine
) -> None:
    for page in ("/", "/masuk"):
        assert "jangkau user create" in nobody_else.get(page).text

    with writing(engine) as db:
        create_user(db, OPERATOR, email="awal@contoh.id", name="Awal Admin", role=Role.ADMIN)
    for page in ("/", "/masuk"):
        assert "jangkau user create" not in nobody_else.get(page).text


def test_the_steps_are_for_administrators(organizer: TestClient, city: City) -> None:
    for path in ("/administrasi/mulai", "/administrasi/kop-surat", "/administrasi/surel"):
        assert organizer.get(path).status_code == 403
    assert 'href="/administrasi/mulai"' not in organizer.get("/").text
