"""My account: what users change themselves."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import col, update

from app.database import writing
from app.jobs.tasks import TaskRunner
from app.models import ApiToken, LoginSession, PasswordLink, User
from app.models.base import now
from app.nik_vault import NikVault
from app.permissions import OPERATOR
from app.services.accounts.api_tokens import create_api_token
from app.services.accounts.users import create_password_link, set_password_by_link
from app.settings import Settings
from tests.city import City
from tests.pages.conftest import People, english_browser, logged_in, served_to_browsers
from tests.smtp_server import SmtpServer

OLD, NEW = "kebun raya di tepi kota", "pantai kemala pagi"


@pytest.fixture
def sari(people: People, engine: Engine) -> User:
    with writing(engine) as db:
        return set_password_by_link(db, create_password_link(db, OPERATOR, people.organizer), OLD)


@pytest.fixture
def mailing(mail_settings: Settings, sari: User) -> Iterator[FastAPI]:
    """Yield the service with a mail server."""
    with served_to_browsers(mail_settings) as app:
        yield app


@pytest.fixture
def browser(mailing: FastAPI, engine: Engine, sari: User) -> TestClient:
    """The organizer's browser at the service with a mail server. Mails of its set-up are sent by the first `mails`."""
    return logged_in(mailing, engine, sari)


def mails(settings: Settings, engine: Engine, server: SmtpServer) -> list[EmailMessage]:
    """Do the background work, and return the mails that it has sent."""
    before = len(server.mails)
    TaskRunner(settings, engine, NikVault(settings.secret)).drain()
    return server.mails[before:]


def body(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_in(mail: EmailMessage, path: str) -> str:
    found = re.search(rf"http://[^/]+({path}/[\w-]+)", body(mail))
    assert found is not None
    return found[1]


def test_the_name_in_the_header_leads_to_the_account(organizer: TestClient) -> None:
    assert '<a href="/akun" aria-label="My account: Sari Panitia">' in organizer.get("/kegiatan").text
    assert "sari@contoh.id" in organizer.get("/akun").text


def test_a_new_password_ends_other_logins_links_and_tokens_but_not_this_one(
    app: FastAPI, engine: Engine, city: City, sari: User
) -> None:
    here, elsewhere = logged_in(app, engine, sari), logged_in(app, engine, sari)
    with writing(engine) as db:
        token = create_api_token(db, OPERATOR, sari, "laporan")
        create_password_link(db, OPERATOR, sari)

    answer = here.post("/akun/kata-sandi", data={"present": OLD, "password": NEW, "repeated": NEW})

    assert answer.headers["location"] == "/akun"
    assert "Your password is changed." in here.get("/akun").text
    assert elsewhere.get("/kegiatan").status_code == 303
    program = {"Authorization": f"Bearer {token}"}
    assert here.get("/api/v1/workshops", headers=program).status_code == 401
    assert (city.all(ApiToken), city.all(PasswordLink)) == ([], [])
    fresh = english_browser(app)
    assert fresh.post("/masuk", data={"email": sari.email, "password": OLD}).status_code == 401
    assert fresh.post("/masuk", data={"email": sari.email, "password": NEW}).status_code == 303


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"present": "bukan yang ini"}, "present"),
        ({"repeated": "pantai kemala sore"}, "repeated"),
        ({"password": "Sari.Panitia2026", "repeated": "Sari.Panitia2026"}, "password"),
        ({"password": "pendek", "repeated": "pendek"}, "password"),
    ],
)
def test_a_password_that_is_refused(
    app: FastAPI, engine: Engine, city: City, sari: User, fields: dict[str, str], field: str
) -> None:
    browser = logged_in(app, engine, sari)
    page = browser.post("/akun/kata-sandi", data={"present": OLD, "password": NEW, "repeated": NEW} | fields)
    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert NEW not in page.text
    assert next(user for user in city.all(User) if user.id == sari.id).password_hash == sari.password_hash


def test_the_present_password_cannot_be_guessed_from_an_open_browser(
    app: FastAPI, engine: Engine, sari: User
) -> None:
    browser = logged_in(app, engine, sari)
    tries = [
        browser.post(
            "/akun/kata-sandi", data={"present": f"tebakan {number}", "password": NEW, "repeated": NEW}
        )
        for number in range(6)
    ]
    assert [answer.status_code for answer in tries] == [422] * 5 + [429]


def test_a_new_email_counts_once_its_link_is_opened(
    browser: TestClient, mail_settings: Settings, engine: Engine, smtp_server: SmtpServer, city: City
) -> None:
    mails(mail_settings, engine, smtp_server)
    browser.post("/akun/surel", data={"email": "Sari.Baru@contoh.id", "present": OLD})
    assert "sari.baru@contoh.id counts once" in browser.get("/akun").text
    (asked,) = mails(mail_settings, engine, smtp_server)
    assert asked["To"] == "sari.baru@contoh.id"
    link = link_in(asked, "/akun/surel")
    assert "sari.baru@contoh.id" in browser.get(link).text
    assert city.users["sari"].email in {user.email for user in city.all(User)}

    assert browser.post(link).headers["location"] == "/akun"

    (told,) = mails(mail_settings, engine, smtp_server)
    assert told["To"] == "sari@contoh.id"
    assert "sari.baru@contoh.id" in body(told)
    assert browser.get(link).status_code == 404
    fresh = english_browser(browser.app)  # type: ignore[arg-type]
    assert fresh.post("/masuk", data={"email": "sari@contoh.id", "password": OLD}).status_code == 401
    assert fresh.post("/masuk", data={"email": "sari.baru@contoh.id", "password": OLD}).status_code == 303


def test_a_user_fills_nobodys_mailbox_with_links(
    browser: TestClient, mail_settings: Settings, engine: Engine, smtp_server: SmtpServer
) -> None:
    mails(mail_settings, engine, smtp_server)
    form = {"email": "orang.lain@contoh.id", "present": OLD}

    answers = [browser.post("/akun/surel", data=form).status_code for _ in range(5)]

    assert answers == [303] * 3 + [429] * 2
    assert len(mails(mail_settings, engine, smtp_server)) == 3


def test_the_link_of_an_email_is_of_use_to_its_owner_only(
    browser: TestClient,
    mailing: FastAPI,
    mail_settings: Settings,
    engine: Engine,
    smtp_server: SmtpServer,
    people: People,
) -> None:
    mails(mail_settings, engine, smtp_server)
    browser.post("/akun/surel", data={"email": "lain@contoh.id", "present": OLD})
    browser.post("/akun/surel", data={"email": "rina@contoh.id", "present": OLD})
    (asked,) = mails(mail_settings, engine, smtp_server)[1:]
    link = link_in(asked, "/akun/surel")

    assert logged_in(mailing, engine, people.staff).post(link).status_code == 404
    assert english_browser(mailing).post(link).status_code in {303, 401}
    taken = browser.post(link)
    assert taken.status_code == 409
    assert "There is a user with this e-mail address already" in taken.text


def test_a_password_is_needed_to_change_the_email(browser: TestClient) -> None:
    page = browser.post("/akun/surel", data={"email": "lain@contoh.id", "present": "bukan ini"})
    assert (page.status_code, 'id="present-error"' in page.text) == (422, True)
    assert 'value="lain@contoh.id"' in page.text
    page = browser.post("/akun/surel", data={"email": "bukan alamat", "present": OLD})
    assert (page.status_code, 'id="email-error"' in page.text) == (422, True)


def test_the_language_is_kept_and_used_at_the_next_login(
    app: FastAPI, engine: Engine, organizer: TestClient, sari: User
) -> None:
    organizer.cookies["jangkau_login"] = logged_in(app, engine, sari).cookies["jangkau_login"]
    organizer.post("/akun", data={"language": "id"})
    assert "Akun saya" in organizer.get("/akun").text

    fresh = english_browser(app)
    fresh.post("/masuk", data={"email": sari.email, "password": OLD})
    assert "Akun saya" in fresh.get("/akun").text


def test_a_login_from_a_new_browser_is_mailed_unless_that_is_turned_off(
    mailing: FastAPI, mail_settings: Settings, engine: Engine, smtp_server: SmtpServer, sari: User
) -> None:
    credentials = {"email": sari.email, "password": OLD}
    first, second, third = (english_browser(mailing) for _ in range(3))
    first.post("/masuk", data=credentials)
    mails(mail_settings, engine, smtp_server)

    first.post("/keluar")
    first.post("/masuk", data=credentials)
    assert mails(mail_settings, engine, smtp_server) == []
    second.post("/masuk", data=credentials)
    (told,) = mails(mail_settings, engine, smtp_server)
    assert (told["To"], told["Subject"]) == ("sari@contoh.id", "Masuk dari peramban baru")

    second.post("/akun", data={"language": "id"})
    third.post("/masuk", data=credentials)
    assert mails(mail_settings, engine, smtp_server) == []


def test_a_changed_password_is_mailed_always(
    browser: TestClient, mail_settings: Settings, engine: Engine, smtp_server: SmtpServer
) -> None:
    mails(mail_settings, engine, smtp_server)
    browser.post("/akun", data={"language": "en"})
    browser.post("/akun/kata-sandi", data={"present": OLD, "password": NEW, "repeated": NEW})
    (told,) = mails(mail_settings, engine, smtp_server)
    assert told["Subject"] == "Your password was changed"
    assert "/lupa-kata-sandi" in body(told)


def test_logins_are_listed_and_ended(app: FastAPI, engine: Engine, city: City, sari: User) -> None:
    here, phone, lost = (logged_in(app, engine, sari) for _ in range(3))
    agent = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
    with writing(engine) as db:
        keys = [login.key for login in city.all(LoginSession)]
        used = {"browser": agent, "address": "203.0.113.0/24", "last_used_at": now() - timedelta(minutes=9)}
        db.exec(update(LoginSession).where(col(LoginSession.key).in_(keys)).values(**used))
    page = here.get("/akun").text
    assert page.count("Chrome, Android</th>") == 3
    assert page.count("203.0.113.0/24") == 3
    assert page.count("This browser") == 1
    (action, *others) = re.findall(r'action="(/akun/sesi/\w+/akhiri)"', page)
    assert len(others) == 1

    assert here.post(action).headers["location"] == "/akun"
    assert sorted(browser.get("/kegiatan").status_code for browser in (phone, lost)) == [200, 303]

    assert here.post("/akun/keluar-semua").headers["location"] == "/masuk"
    assert {browser.get("/kegiatan").status_code for browser in (here, phone, lost)} == {303}


def test_nobody_ends_logins_or_tokens_of_others(
    organizer: TestClient, staff: TestClient, engine: Engine, city: City, people: People
) -> None:
    with writing(engine) as db:
        create_api_token(db, OPERATOR, people.staff, "laporan")
    (token,) = city.all(ApiToken)
    keys = [login.key for login in city.all(LoginSession) if login.user_id == people.staff.id]
    assert organizer.post(f"/akun/sesi/{keys[0]}/akhiri").status_code == 404
    assert organizer.post(f"/akun/token/{token.id}/cabut").status_code == 404
    assert "Withdraw the token laporan" in staff.get("/akun").text

    assert staff.post(f"/akun/token/{token.id}/cabut").headers["location"] == "/akun"
    assert city.all(ApiToken) == []


def test_the_last_use_of_a_login_is_kept_to_the_minute(
    app: FastAPI, engine: Engine, city: City, sari: User
) -> None:
    browser = logged_in(app, engine, sari)
    before = now() - timedelta(minutes=5)
    with writing(engine) as db:
        db.exec(update(LoginSession).values(last_used_at=before))
    browser.get("/kegiatan")
    (first,) = city.all(LoginSession)
    browser.get("/kegiatan")
    (second,) = city.all(LoginSession)

    assert first.last_used_at > before + timedelta(minutes=4)
    assert second.last_used_at == first.last_used_at


def test_a_login_ends_when_it_is_not_used(settings: Settings, engine: Engine, sari: User) -> None:
    with served_to_browsers(settings, session_idle_minutes=30) as app:
        browser = logged_in(app, engine, sari)
        assert browser.get("/akun").status_code == 200
        with writing(engine) as db:
            db.exec(update(LoginSession).values(last_used_at=now() - timedelta(minutes=31)))
        assert browser.get("/akun").headers["location"].startswith("/masuk")
        assert browser.get("/masuk").status_code == 200


def test_a_login_lasts_as_long_as_the_setting_says(settings: Settings, city: City, sari: User) -> None:
    with served_to_browsers(settings, session_max_hours=2) as app:
        browser = english_browser(app)
        answer = browser.post("/masuk", data={"email": sari.email, "password": OLD})
    (login,) = city.all(LoginSession)
    assert timedelta(minutes=119) < login.expires_at - now() < timedelta(minutes=121)
    assert "Max-Age=7200" in answer.headers["set-cookie"]
