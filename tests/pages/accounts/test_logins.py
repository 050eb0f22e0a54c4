"""Pages to log in and out and to set a password by a link; the security of cookies and forms."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine
from sqlmodel import col, update

from app.database import writing
from app.models import Activity, LoginFailure, PasswordLink, User
from app.models.base import now
from app.permissions import OPERATOR
from app.services.accounts.users import create_password_link, set_password_by_link
from app.settings import Settings
from tests.city import City
from tests.database import on_sqlite
from tests.pages.conftest import People, english_browser, served

PASSWORD = "kebun raya di tepi kota"
WRONG = "The e-mail or the password is not right."


def create_link(engine: Engine, user: User) -> str:
    with writing(engine) as db:
        return create_password_link(db, OPERATOR, user)


@pytest.fixture
def sari(engine: Engine, people: People) -> User:
    """Return the organizer, who has a password."""
    secret = create_link(engine, people.organizer)
    with writing(engine) as db:
        return set_password_by_link(db, secret, PASSWORD)


def log_in(browser: TestClient, email: str, password: str, back: str = "/") -> Response:
    return browser.post("/masuk", data={"email": email, "password": password, "kembali": back})


def test_a_login_leads_back_to_the_page_that_needed_it(nobody: TestClient, sari: User) -> None:
    answer = nobody.get("/kegiatan?q=rt&x=1")
    assert answer.status_code == 303

    page = nobody.get(answer.headers["location"])
    assert 'name="kembali" value="/kegiatan?q=rt&amp;x=1"' in page.text

    answer = log_in(nobody, " SARI@contoh.id ", PASSWORD, "/kegiatan?q=rt&x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/kegiatan?q=rt&x=1")
    assert "Sari Panitia" in nobody.get("/kegiatan").text


@on_sqlite
def test_a_request_of_htmx_leads_to_the_login_page(nobody: TestClient) -> None:
    """With a redirect htmx would replace a part of the page with the login page."""
    headers = {"hx-request": "true", "hx-current-url": "http://testserver/kegiatan?q=r"}
    assert nobody.get("/kegiatan?q=rt", headers=headers).headers["hx-redirect"] == "/masuk?kembali=/kegiatan"
    assert "not kept" not in nobody.get("/masuk").text


@on_sqlite
@pytest.mark.parametrize(
    "elsewhere", ["//contoh.id", "https://contoh.id/", "/\\contoh.id", "/\t/contoh.id", "x"]
)
def test_a_login_leads_to_no_other_site(nobody: TestClient, sari: User, elsewhere: str) -> None:
    assert log_in(nobody, "sari@contoh.id", PASSWORD, elsewhere).headers["location"] == "/"


@pytest.mark.parametrize(
    ("email", "password"), [("sari@contoh.id", "bukan kata sandinya"), ("siapa@contoh.id", PASSWORD)]
)
def test_a_refusal_does_not_tell_what_was_wrong(
    nobody: TestClient, sari: User, email: str, password: str
) -> None:
    answer = log_in(nobody, email, password)

    assert answer.status_code == 401
    assert WRONG in answer.text
    assert f'value="{email}"' in answer.text
    assert password not in answer.text
    assert "jangkau_login" not in answer.cookies


def test_wrong_passwords_slow_down_the_next_try(
    nobody: TestClient, sari: User, engine: Engine, city: City
) -> None:
    for _ in range(5):
        assert log_in(nobody, "sari@contoh.id", "x").status_code == 401
    lines = [(line.actor, line.action, line.subject_id, line.reason) for line in city.all(Activity)[-6:]]
    assert lines[0] == ("login page", "login-failed", "sari@contoh.id", "wrong-password")
    assert lines[-1][:3] == ("login page", "login-locked", "sari@contoh.id")

    answer = log_in(nobody, "sari@contoh.id", PASSWORD)
    seconds = answer.headers["retry-after"]
    assert (answer.status_code, answer.cookies.get("jangkau_login")) == (429, None)
    assert f"Please try again in {seconds} seconds." in answer.text
    assert 'value="sari@contoh.id"' in answer.text

    with writing(engine) as db:
        db.exec(update(LoginFailure).values(at=now() - timedelta(minutes=1)))
    assert log_in(nobody, "sari@contoh.id", PASSWORD).status_code == 303


def test_a_password_typed_into_the_wrong_field_is_not_logged(nobody: TestClient, city: City) -> None:
    assert log_in(nobody, PASSWORD, "sari@contoh.id").status_code == 401
    line = city.all(Activity)[-1]
    assert (line.action, line.subject_id, line.reason) == ("login-failed", "unknown", "unknown-account")


def test_parallel_guesses_are_slowed_down_as_well(nobody: TestClient, sari: User) -> None:
    with ThreadPoolExecutor(12) as threads:
        guesses = threads.map(lambda n: log_in(nobody, "sari@contoh.id", f"tebakan {n}"), range(12))
        answers = sorted(guess.status_code for guess in guesses)

    assert answers == [401] * 5 + [429] * 7


def test_logging_out_makes_the_cookie_invalid(nobody: TestClient, sari: User) -> None:
    log_in(nobody, "sari@contoh.id", PASSWORD)
    kept = nobody.cookies["jangkau_login"]

    answer = nobody.post("/keluar")
    assert answer.headers["location"] == "/masuk"
    assert "jangkau_login" not in nobody.cookies
    assert "You are logged out." in nobody.get("/masuk").text

    nobody.cookies["jangkau_login"] = kept
    assert nobody.get("/kegiatan").headers["location"].startswith("/masuk")


def test_a_deactivated_user_is_logged_out_at_once(organizer: TestClient, engine: Engine) -> None:
    assert organizer.get("/kegiatan").status_code == 200
    with writing(engine) as db:
        db.exec(update(User).where(col(User.email) == "sari@contoh.id").values(active=False))
    assert organizer.get("/kegiatan").status_code == 303


def test_a_link_sets_a_password_once_and_ends_logins(
    nobody: TestClient, organizer: TestClient, people: People, engine: Engine
) -> None:
    address = f"/kata-sandi/{create_link(engine, people.organizer)}"
    assert "sari@contoh.id" in nobody.get(address).text

    answer = nobody.post(address, data={"password": PASSWORD, "repeated": PASSWORD})
    assert answer.headers["location"] == "/masuk"
    assert "Your password is set." in nobody.get("/masuk").text

    assert nobody.get(address).status_code == 404
    assert nobody.post(address, data={"password": PASSWORD, "repeated": PASSWORD}).status_code == 404
    assert organizer.get("/kegiatan").status_code == 303
    assert log_in(nobody, "sari@contoh.id", PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("password", "repeated", "error"),
    [
        ("pendek", "pendek", "A password needs at least 10 characters."),
        ("x7" * 129, "x7" * 129, "A password may have at most 256 characters."),
        ("password123", "password123", "This password is easy to guess"),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "This password is easy to guess"),
        ("rahasia12345", "rahasia12345", "This password is easy to guess"),
        ("Sari.Panitia2026", "Sari.Panitia2026", "This password is easy to guess"),
        ("sari@contoh.id", "sari@contoh.id", "This password is easy to guess"),
        (PASSWORD, f"{PASSWORD}!", "The two passwords are not the same."),
    ],
)
def test_after_an_invalid_password_the_link_still_works(
    nobody: TestClient, people: People, engine: Engine, password: str, repeated: str, error: str
) -> None:
    address = f"/kata-sandi/{create_link(engine, people.organizer)}"

    answer = nobody.post(address, data={"password": password, "repeated": repeated})

    assert answer.status_code == 422
    assert error in answer.text
    assert nobody.get(address).status_code == 200


def test_a_link_expires(nobody: TestClient, people: People, engine: Engine) -> None:
    address = f"/kata-sandi/{create_link(engine, people.organizer)}"
    with writing(engine) as db:
        db.exec(update(PasswordLink).values(expires_at=now() - timedelta(seconds=1)))

    answer = nobody.get(address)

    assert answer.status_code == 404
    assert "This link has been used or has expired." in answer.text


@on_sqlite
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://contoh.id"},
        {"Origin": "null"},
    ],
)
def test_forms_of_other_sites_are_refused(organizer: TestClient, headers: dict[str, str]) -> None:
    answer = organizer.post("/keluar", headers=headers)
    assert answer.status_code == 403
    assert "This request came from another site and was refused." in answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert "content-security-policy" in answer.headers
    assert organizer.get("/kegiatan").status_code == 200


@on_sqlite
@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}, {"Sec-Fetch-Site": "none"}],
)
def test_forms_of_this_site_are_accepted(organizer: TestClient, headers: dict[str, str]) -> None:
    assert organizer.post("/keluar", headers=headers).status_code == 303


@on_sqlite
def test_the_login_cookie_is_hidden_from_scripts_and_other_sites(nobody: TestClient, sari: User) -> None:
    cookies = log_in(nobody, "sari@contoh.id", PASSWORD).headers.get_list("set-cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == ["jangkau_device", "jangkau_login"]
    assert all("HttpOnly" in cookie and "SameSite=lax" in cookie for cookie in cookies)
    assert all("Secure" not in cookie for cookie in cookies)


@pytest.fixture
def https(settings: Settings, sari: User) -> Iterator[FastAPI]:
    """Yield the service with an https base URL."""
    with served(settings.model_copy(update={"base_url": "https://jangkau.contoh.id"})) as app:
        yield app


@on_sqlite
def test_under_https_the_cookie_is_bound_to_the_host(https: FastAPI) -> None:
    browser = english_browser(https)
    browser.base_url = "https://jangkau.contoh.id"

    answer = log_in(browser, "sari@contoh.id", PASSWORD)

    cookies = answer.headers.get_list("set-cookie")
    names = [cookie.partition("=")[0] for cookie in cookies]
    assert names == ["__Host-jangkau_device", "__Host-jangkau_login"]
    assert all("Secure" in cookie and "Path=/" in cookie for cookie in cookies)
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert browser.get("/kegiatan").status_code == 200


@on_sqlite
@pytest.mark.parametrize(
    ("path", "cookie"), [("/keluar", "jangkau_flash="), ("/bahasa/id", "jangkau_language=")]
)
def test_under_https_no_cookie_travels_unencrypted(https: FastAPI, path: str, cookie: str) -> None:
    kept = english_browser(https).post(f"https://jangkau.contoh.id{path}").headers.get_list("set-cookie")
    assert any(one.startswith(cookie) for one in kept)
    assert all("; Secure" in one for one in kept)


@on_sqlite
def test_the_login_page_redirects_a_user_who_is_logged_in(staff: TestClient) -> None:
    answer = staff.get("/masuk?kembali=/kegiatan")
    assert (answer.status_code, answer.headers["location"]) == (303, "/kegiatan")


@pytest.mark.parametrize("path", ["/masuk", "/", "/tidak-ada"])
def test_every_answer_has_the_security_headers(nobody: TestClient, path: str) -> None:
    headers = nobody.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self' 'sha256-" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
