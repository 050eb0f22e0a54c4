"""A person sees what is held about them, by their ticket and a code sent to the e-mail address of their record."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from pypdf import PdfReader
from sqlalchemy import update

from app.database import writing
from app.jobs.tasks import TaskRunner
from app.models import Activity, DataAccess, DataRequest, Participant, Registration
from app.models.base import now
from app.people.values.emails import mask_email
from app.settings import Settings
from tests.city import MANGGAR, City, sheet
from tests.pages.conftest import english_browser, served
from tests.pages.registrations.public_form import PAGE, TYPED, sent
from tests.smtp_server import SmtpServer
from tests.upcoming_sessions import begin_session, create_upcoming_session

NIK = "6471014508900003"
ROW = f"Siti Contoh;{NIK};Manggar;UMKM;0812-0000-0411;siti@contoh.id;Warung Siti"


@pytest.fixture
def citizen(mail_settings: Settings, city: City) -> Iterator[TestClient]:
    """The browser of a visitor of a service that sends mails."""
    create_upcoming_session(city)
    with served(mail_settings.model_copy(update={"base_url": "http://testserver"})) as app:
        yield english_browser(app)


@pytest.fixture
def runner(mail_settings: Settings, city: City) -> TaskRunner:
    return TaskRunner(mail_settings, city.engine, city.vault)


@pytest.fixture
def siti_on_a_list(city: City) -> None:
    """Siti was at an earlier session, from a list that has her NIK."""
    header = "Nama;NIK;Kelurahan;Unsur;No HP;Email;Usaha"
    city.import_sheet(city.session(), sheet(header, ROW))


def ticket_of(citizen: TestClient, **otherwise: str) -> str:
    answer = sent(citizen, **otherwise)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def mailed_code(runner: TaskRunner, smtp_server: SmtpServer) -> tuple[str, str]:
    """Return the address and the code of the latest mail with a code."""
    runner.drain()
    mail = [mail for mail in smtp_server.mails if "data" in str(mail["Message-ID"])][-1]
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.search(r"\b\d{6}\b", body.get_content())
    assert found
    return str(mail["To"]), found.group()


def opened(citizen: TestClient, ticket: str, runner: TaskRunner, smtp_server: SmtpServer) -> None:
    """Ask for the code and enter it."""
    assert citizen.post(f"{ticket}/data/kode").status_code == 303
    code = mailed_code(runner, smtp_server)[1]
    assert citizen.post(f"{ticket}/data/buka", data={"number": code}).status_code == 303


def test_the_copy_has_everything_and_the_full_nik(
    citizen: TestClient, city: City, siti_on_a_list: None, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    ticket = ticket_of(citizen)
    opened(citizen, ticket, runner, smtp_server)

    held = citizen.get(f"{ticket}/data/salinan.json").json()
    pdf = citizen.get(f"{ticket}/data/salinan.pdf")

    assert held["person"]["nik"] == NIK
    assert held["person"]["phone"] == "+6281200000411"
    assert held["person"]["organization"] == "Warung Siti"
    assert held["files"] == ["daftar.csv"]
    assert held["lists"][0]["cells"]["nik"] == NIK
    assert [one["session"] for one in held["registrations"]] == ["UMKM-2025-1", "JUALAN-1"]
    assert held["registrations"][0]["attendance"]["status"] == "present"
    assert held["registrations"][1]["contact_email"] == "siti@contoh.id"
    assert held["registrations"][1]["messages"][0]["recipient"] == "siti@contoh.id"
    assert held["registrations"][1]["basis"] == "consent"
    assert {line["action"] for line in held["log"]} >= {"register", "send-code", "open-data"}
    assert pdf.headers["content-type"] == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.content)).pages)
    assert all(part in text for part in ("Siti Contoh", NIK, "Warung Siti", "daftar.csv", "JUALAN-1"))
    assert "sent a code" in text
    codes = ("send-code", "open-data", "contact-code", "opens_record", "opens record", "after:")
    assert [code for code in codes if code in text] == []
    assert "added" in text
    assert re.search(r"\bcreate\b", text) is None
    handed_out = [line for line in city.all(Activity) if line.action == "hand-out-data"]
    assert [(line.subject, line.after and line.after["format"]) for line in handed_out] == [
        ("participant", "json"),
        ("participant", "pdf"),
    ]


def test_without_the_code_a_ticket_shows_nothing(citizen: TestClient, siti_on_a_list: None) -> None:
    ticket = ticket_of(citizen)

    page = citizen.get(f"{ticket}/data")

    assert mask_email("siti@contoh.id") in page.text
    assert NIK not in page.text
    assert citizen.get(f"{ticket}/data/salinan.json").status_code == 404
    assert citizen.post(f"{ticket}/data/permintaan", data={"kind": "erasure"}).status_code == 404


def test_a_stranger_with_her_name_and_an_address_of_their_own_gets_no_code(
    citizen: TestClient, city: City, siti_on_a_list: None, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    """The code goes to the address of the record, whatever the ticket says."""
    ticket = ticket_of(citizen, phone="", email="orang.lain@contoh.id")
    assert len(city.all(Participant)) == 1
    assert "contoh.id" not in citizen.get(f"{ticket}/data").text

    citizen.post(f"{ticket}/data/kode")

    assert mailed_code(runner, smtp_server)[0] == "siti@contoh.id"


def test_whoever_is_known_by_phone_alone_is_told_to_come_to_the_desk(citizen: TestClient, city: City) -> None:
    ticket = ticket_of(citizen, email="")

    assert "Please come to the desk" in citizen.get(f"{ticket}/data").text
    assert citizen.post(f"{ticket}/data/kode").status_code == 409
    assert city.all(DataAccess) == []


def test_five_wrong_codes_end_it(
    citizen: TestClient, city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    ticket = ticket_of(citizen)
    citizen.post(f"{ticket}/data/kode")
    code = mailed_code(runner, smtp_server)[1]
    wrong = f"{(int(code) + 1) % 10**6:06}"

    for _ in range(5):
        assert citizen.post(f"{ticket}/data/buka", data={"number": wrong}).status_code == 422

    for _ in range(5):
        assert citizen.post(f"{ticket}/data/buka", data={"number": code}).status_code == 422
    logged = [line.action for line in city.all(Activity)].count("wrong-code")
    assert logged == 5, "strangers fill the log with codes for a ticket of their own"


def test_a_code_ends_after_a_quarter_of_an_hour_and_the_access_after_half_an_hour(
    citizen: TestClient, city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    ticket = ticket_of(citizen)
    opened(citizen, ticket, runner, smtp_server)
    (access,) = city.all(DataAccess)
    assert now() + timedelta(minutes=29) < access.expires_at <= now() + timedelta(minutes=30)
    assert citizen.get(f"{ticket}/data/salinan.json").status_code == 200

    with writing(city.engine) as db:
        db.exec(update(DataAccess).values(expires_at=now()))

    assert citizen.get(f"{ticket}/data/salinan.json").status_code == 404


def test_three_codes_a_day(citizen: TestClient) -> None:
    ticket = ticket_of(citizen)

    answers = [citizen.post(f"{ticket}/data/kode").status_code for _ in range(4)]

    assert answers == [303, 303, 303, 429]


def test_the_code_of_one_ticket_opens_no_other(
    citizen: TestClient, city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    ticket = ticket_of(citizen)
    other = ticket_of(citizen, name="Ani Aster", phone="0812 0000 0999", email="ani@contoh.id")
    opened(citizen, ticket, runner, smtp_server)

    assert citizen.get(f"{other}/data/salinan.json").status_code == 404


def test_a_request_by_ticket_runs_for_three_days_and_is_filed_once(
    citizen: TestClient, city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    ticket = ticket_of(citizen)
    opened(citizen, ticket, runner, smtp_server)
    form = {"kind": "withdrawal", "note": f"Saya tidak setuju lagi. NIK saya {NIK}"}

    citizen.post(f"{ticket}/data/permintaan", data=form)
    citizen.post(f"{ticket}/data/permintaan", data=form)

    (request,) = city.all(DataRequest)
    assert request.due_at - request.received_at == timedelta(hours=72)
    assert NIK not in request.note
    assert "71 hours left" in citizen.get(f"{ticket}/data").text
    assert citizen.post(f"{ticket}/data/permintaan", data={"kind": "surprise"}).status_code == 422


def test_a_person_has_no_record_left_to_open_after_their_registration_is_cancelled(
    citizen: TestClient, city: City, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    """A cancelled registration is still held, so it can still be asked for."""
    ticket = ticket_of(citizen)
    citizen.post(f"{ticket}/batal")
    opened(citizen, ticket, runner, smtp_server)

    held = citizen.get(f"{ticket}/data/salinan.json").json()

    assert held["registrations"][0]["status"] == "cancelled"
    assert len(city.all(Registration)) == 1
    assert held["person"]["kelurahan_code"] == MANGGAR


@pytest.mark.parametrize("of_list", [NIK, "081200000411"])
@pytest.mark.parametrize("session", ["UMKM-2025-1", "JUALAN-1"])
def test_a_stranger_who_was_there_first_gets_nothing_of_the_person(
    citizen: TestClient, city: City, runner: TaskRunner, of_list: str, session: str
) -> None:
    """A stranger registers Siti with an address of their own before any list names her, so it is that of the record.
    Then a list recognises her in it by name and kelurahan, and fills in her NIK or phone.
    """
    ticket = ticket_of(citizen, phone="", email="orang.lain@contoh.id")
    column = "NIK" if of_list == NIK else "No HP"
    list_of_sari = sheet(f"Nama;{column};Kelurahan;Unsur", f"Siti Contoh;{of_list};Manggar;UMKM")
    if session == "JUALAN-1":
        begin_session(city, session)
    else:
        city.session(session)
    city.import_sheet(session, list_of_sari)
    (siti,) = city.all(Participant)
    assert siti.email == "orang.lain@contoh.id"
    assert siti.nik_key or siti.phone

    page = citizen.get(f"{ticket}/data")

    assert "Please come to the desk" in page.text
    assert citizen.post(f"{ticket}/data/kode").status_code == 409
    assert city.all(DataAccess) == []


def test_an_address_gets_three_codes_a_day_whatever_the_tickets(
    citizen: TestClient, city: City, siti_on_a_list: None, runner: TaskRunner, smtp_server: SmtpServer
) -> None:
    """A stranger with several tickets in her name fills no mailbox, and has no more guesses."""
    tickets = [ticket_of(citizen)]
    for number in (2, 3):
        create_upcoming_session(city, f"JUALAN-{number}", days=10 + number)
        answer = citizen.post(f"{PAGE}?sesi=JUALAN-{number}", data=TYPED)
        tickets.append(str(answer.headers["location"]))

    answers = [citizen.post(f"{ticket}/data/kode").status_code for ticket in tickets * 2]
    runner.drain()

    assert answers == [303] * 3 + [429] * 3
    assert len([mail for mail in smtp_server.mails if "data" in str(mail["Message-ID"])]) == 3
