"""Logging in in two steps: codes of an app, recovery codes, and who must have a second step."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape

import pyotp
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine
from sqlmodel import col, update

from app.database import writing
from app.models import (
    Activity,
    AuthenticatorApp,
    LoginFailure,
    LoginSession,
    PendingLogin,
    RecoveryCode,
    User,
)
from app.models.base import now
from app.permissions import OPERATOR
from app.services.accounts.users import create_password_link, set_password_by_link
from app.settings import Settings
from tests.city import City
from tests.pages.accounts.test_own_account import mails
from tests.pages.conftest import People, english_browser, logged_in, served_to_browsers
from tests.pages.filled_forms import form_data
from tests.smtp_server import SmtpServer

PASSWORD = "kebun raya di tepi kota"
STEPS = "/akun/dua-langkah"
WRONG = "This code is not right."

SetUp = Callable[[TestClient], tuple[pyotp.TOTP, list[str]]]


@pytest.fixture
def strict(mail_settings: Settings, people: People) -> Iterator[FastAPI]:
    """Yield the service with a mail server, in which administrators need a second step."""
    with served_to_browsers(mail_settings, second_factor="admins") as app:
        yield app


@pytest.fixture
def made(strict: FastAPI, people: People, engine: Engine) -> User:
    """The administrator, who has a password and no second step."""
    with writing(engine) as db:
        return set_password_by_link(db, create_password_link(db, OPERATOR, people.admin), PASSWORD)


@pytest.fixture
def app_of_made(strict: FastAPI, engine: Engine, made: User) -> tuple[pyotp.TOTP, list[str]]:
    """The app of the administrator, set up a while ago, and their recovery codes."""
    app, codes = set_up_app(logged_in(strict, engine, made))
    forget_last_code(engine)
    return app, codes


def set_up_app(browser: TestClient) -> tuple[pyotp.TOTP, list[str]]:
    assert browser.post(f"{STEPS}/aplikasi").headers["location"] == f"{STEPS}/aplikasi"
    page = browser.get(f"{STEPS}/aplikasi").text
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert secret is not None
    app = pyotp.TOTP(secret[1].replace(" ", ""))
    answer = browser.post(f"{STEPS}/aplikasi/pastikan", data={"code": app.now()})
    return app, codes_on(answer)


def codes_on(page: Response) -> list[str]:
    shown = re.search(r'<textarea id="codes"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
    return shown[1].split() if shown else []


def forget_last_code(engine: Engine) -> None:
    """Let half a minute pass, so that the present code of the app is a new one."""
    with writing(engine) as db:
        db.exec(update(AuthenticatorApp).values(last_step=col(AuthenticatorApp.last_step) - 2))


def log_in(browser: TestClient, user: User, **fields: str) -> Response:
    return browser.post("/masuk", data={"email": user.email, "password": PASSWORD, **fields})


def second_step(browser: TestClient, page: Response, code: str) -> Response:
    return browser.post("/masuk/kode", data=form_data(page.text) | {"code": code})


def test_an_administrator_sets_up_a_second_step_before_anything_else(
    strict: FastAPI, made: User, city: City
) -> None:
    browser = english_browser(strict)
    assert log_in(browser, made).status_code == 303
    for address in ("/", "/kegiatan", "/akun", "/administrasi/pengguna", "/cakupan"):
        assert browser.get(address).headers["location"] == STEPS, address
    refused = browser.post("/kegiatan/baru", data={"title": "Jualan", "code": "J-1"})
    assert refused.headers["location"] == STEPS
    script = browser.get("/sesi/A-1/hadir", headers={"accept": "application/json"})
    assert script.json()["code"] == "second-factor-needed"
    assert "Your role needs a second step." in browser.get(STEPS).text

    _app, codes = set_up_app(browser)

    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", code) for code in codes)
    assert browser.get("/administrasi/pengguna").status_code == 200


def test_others_need_none_and_all_do_by_setting(
    strict: FastAPI, mail_settings: Settings, engine: Engine, people: People
) -> None:
    assert logged_in(strict, engine, people.staff).get("/kegiatan").status_code == 200
    with served_to_browsers(mail_settings, second_factor="all") as everywhere:
        assert logged_in(everywhere, engine, people.staff).get("/kegiatan").headers["location"] == STEPS


def test_after_the_password_the_app_is_asked(
    strict: FastAPI, made: User, app_of_made: tuple[pyotp.TOTP, list[str]], city: City
) -> None:
    app, _codes = app_of_made
    browser = english_browser(strict)

    page = log_in(browser, made, kembali="/kegiatan?q=rt")
    assert (page.status_code, "jangkau_login" in browser.cookies) == (200, False)
    assert browser.get("/kegiatan").headers["location"].startswith("/masuk")

    assert WRONG in second_step(browser, page, "000000").text
    answer = second_step(browser, page, app.now())
    assert answer.headers["location"] == "/kegiatan?q=rt"
    assert browser.get("/kegiatan").status_code == 200
    failed = [
        (line.subject_id, line.reason) for line in city.all(Activity) if line.action == "second-factor-failed"
    ]
    assert failed == [("made@contoh.id", "wrong-code")]
    assert city.all(LoginFailure) == city.all(PendingLogin) == []  # type: ignore[comparison-overlap]


def test_a_code_is_accepted_once(
    strict: FastAPI, made: User, app_of_made: tuple[pyotp.TOTP, list[str]]
) -> None:
    """Neither it nor an earlier one: whoever saw it being typed can't use it."""
    app, _codes = app_of_made
    code, earlier = app.now(), app.at(now() - timedelta(seconds=30))
    first, second = english_browser(strict), english_browser(strict)
    assert second_step(first, log_in(first, made), code).status_code == 303

    page = log_in(second, made)
    assert second_step(second, page, code).status_code == 401
    assert second_step(second, page, earlier).status_code == 401
    assert second_step(second, page, app.at(now() + timedelta(seconds=30))).status_code == 303


def test_codes_of_clocks_that_go_wrong_are_refused(
    strict: FastAPI, made: User, app_of_made: tuple[pyotp.TOTP, list[str]]
) -> None:
    app, _codes = app_of_made
    browser = english_browser(strict)
    page = log_in(browser, made)
    for seconds in (-90, 90):
        assert second_step(browser, page, app.at(now() + timedelta(seconds=seconds))).status_code == 401


def test_a_recovery_code_stands_for_the_app_once(
    strict: FastAPI, made: User, app_of_made: tuple[pyotp.TOTP, list[str]], city: City
) -> None:
    _app, codes = app_of_made
    assert not any(code in str([row.model_dump() for row in city.all(RecoveryCode)]) for code in codes)
    first, second = english_browser(strict), english_browser(strict)

    typed = codes[3].upper().replace("-", " ")
    assert second_step(first, log_in(first, made), typed).status_code == 303
    assert second_step(second, log_in(second, made), codes[3]).status_code == 401
    assert "9 unused codes" in first.get(STEPS).text
    assert "use-recovery-code" in {line.action for line in city.all(Activity)}


def test_wrong_codes_are_limited_and_the_owner_is_told(
    strict: FastAPI,
    made: User,
    app_of_made: tuple[pyotp.TOTP, list[str]],
    mail_settings: Settings,
    engine: Engine,
    smtp_server: SmtpServer,
    city: City,
) -> None:
    app, _codes = app_of_made
    mails(mail_settings, engine, smtp_server)
    browser = english_browser(strict)
    page = log_in(browser, made)
    answers = [second_step(browser, page, f"{number:06}").status_code for number in range(5)]
    assert answers == [401] * 4 + [429]

    with writing(engine) as db:
        db.exec(update(LoginFailure).values(at=now() - timedelta(minutes=1)))
    assert second_step(browser, page, "000009").status_code == 401
    assert [mail["Subject"] for mail in mails(mail_settings, engine, smtp_server)] == [
        "Ada yang mengetahui kata sandi Anda"
    ]
    with writing(engine) as db:
        db.exec(update(LoginFailure).values(at=now() - timedelta(minutes=14)))
    again = second_step(browser, page, app.now())
    assert again.status_code == 401
    assert "Please log in again." in again.text


def test_a_half_done_login_ends_after_ten_minutes(
    strict: FastAPI, made: User, app_of_made: tuple[pyotp.TOTP, list[str]], engine: Engine
) -> None:
    app, _codes = app_of_made
    browser = english_browser(strict)
    page = log_in(browser, made)
    with writing(engine) as db:
        db.exec(update(PendingLogin).values(expires_at=now()))
    assert second_step(browser, page, app.now()).status_code == 401
    assert second_step(browser, page, "").status_code == 401
    assert browser.post("/masuk/kode", data={"pending": "guessed", "code": app.now()}).status_code == 401


def test_what_was_typed_before_the_login_ended_is_kept_over_both_steps(
    strict: FastAPI, made: User, app_of_made: tuple[pyotp.TOTP, list[str]]
) -> None:
    app, _codes = app_of_made
    browser = english_browser(strict)
    page = browser.post("/kegiatan/baru", data={"title": "Jualan Daring", "code": "J-1"})
    page = browser.post("/masuk", data=form_data(page.text) | {"email": made.email, "password": PASSWORD})
    page = second_step(browser, page, app.now())
    assert 'name="title" value="Jualan Daring"' in page.text


def test_the_secret_of_the_app_is_encrypted(city: City, app_of_made: tuple[pyotp.TOTP, list[str]]) -> None:
    (stored,) = city.all(AuthenticatorApp)
    assert app_of_made[0].secret not in stored.secret
    assert city.vault.decrypt(stored.secret) == app_of_made[0].secret


def test_a_second_step_that_is_required_stays(
    strict: FastAPI, engine: Engine, made: User, app_of_made: tuple[pyotp.TOTP, list[str]], people: People
) -> None:
    browser = logged_in(strict, engine, made)
    refused = browser.post(f"{STEPS}/aplikasi/hapus")
    assert refused.status_code == 409
    assert "You need a second step to log in." in refused.text
    assert browser.post(f"{STEPS}/aplikasi").status_code == 409

    staff = logged_in(strict, engine, people.staff)
    set_up_app(staff)
    assert staff.post(f"{STEPS}/aplikasi/hapus").headers["location"] == STEPS
    assert "unused codes" not in staff.get(STEPS).text


def test_the_password_is_asked_unless_the_login_is_recent(
    strict: FastAPI, engine: Engine, made: User, app_of_made: tuple[pyotp.TOTP, list[str]]
) -> None:
    browser = logged_in(strict, engine, made)
    assert len(codes_on(browser.post(f"{STEPS}/kode"))) == 10
    with writing(engine) as db:
        db.exec(update(LoginSession).values(created_at=now() - timedelta(minutes=11)))

    assert 'name="present"' in browser.get(STEPS).text
    for address in (f"{STEPS}/kode", f"{STEPS}/aplikasi", f"{STEPS}/aplikasi/hapus"):
        refused = browser.post(address, data={"present": "bukan ini"})
        assert (refused.status_code, "This is not your present password." in unescape(refused.text)) == (
            422,
            True,
        )
    assert len(codes_on(browser.post(f"{STEPS}/kode", data={"present": PASSWORD}))) == 10


def test_changes_are_mailed_and_logged(
    strict: FastAPI,
    made: User,
    app_of_made: tuple[pyotp.TOTP, list[str]],
    mail_settings: Settings,
    engine: Engine,
    smtp_server: SmtpServer,
    city: City,
) -> None:
    subjects = [mail["Subject"] for mail in mails(mail_settings, engine, smtp_server)]
    assert subjects.count("Masuk dua langkah Anda diubah") == 1
    assert {"add-app", "new-recovery-codes"} <= {line.action for line in city.all(Activity)}


def test_passkeys_need_a_name_and_https(strict: FastAPI, engine: Engine, made: User) -> None:
    """Browsers allow none at the address of the tests."""
    browser = logged_in(strict, engine, made)
    assert "Passkeys need a service with a name and https." in browser.get(STEPS).text
    assert browser.post(f"{STEPS}/kunci/mulai").status_code == 404
    assert english_browser(strict).post("/masuk/kunci/mulai").status_code == 404
