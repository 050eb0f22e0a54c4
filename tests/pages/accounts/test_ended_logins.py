"""A form that is sent after the login has ended: after logging in again it is sent with the same fields."""

import re
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine

from app.database import writing
from app.models import Venue, WorkshopSession
from app.permissions import OPERATOR
from app.services.accounts.users import create_password_link, set_password_by_link
from app.web.accounts.login_page import MAX_FIELDS, MAX_UNSENT_BYTES
from tests.city import MANGGAR, City
from tests.database import on_sqlite
from tests.pages.conftest import People, logged_in
from tests.pages.filled_forms import form_data
from tests.pages.imports.sheets import MIXED, send, uploaded
from tests.upcoming_sessions import create_upcoming_session

pytestmark = on_sqlite

PASSWORD = "kebun raya di tepi kota"
FORM = "/sesi/SPBE-2025-1/ubah"
FIELDS = {
    "day": "04-11-2025",
    "starts": "09.00",
    "ends": "12.30",
    "venue": 'Aula "Baru" <1>',
    "mode": "luring",
}


@pytest.fixture
def budi(app: FastAPI, people: People, engine: Engine, workshop_session: WorkshopSession) -> TestClient:
    """Return the browser of a member of staff who has a password."""
    with writing(engine) as db:
        set_password_by_link(db, create_password_link(db, OPERATOR, people.staff), PASSWORD)
    return logged_in(app, engine, people.staff)


def send_after_login_ended(
    browser: TestClient, address: str, fields: dict[str, Any], **headers: str
) -> Response:
    """Send a form without the login cookie and return the answer."""
    browser.cookies.delete("jangkau_login")
    return browser.post(address, data=fields, headers=headers)


def log_in(browser: TestClient, page: Response, password: str = PASSWORD) -> Response:
    """Log in on the login page `page` that answered a form, and return the answer."""
    assert page.status_code == 401
    assert "What you typed is kept" in page.text
    return browser.post(
        "/masuk", data=form_data(page.text) | {"email": "budi@contoh.id", "password": password}
    )


def send_unsent_form(browser: TestClient, page: Response) -> Response:
    """Confirm on `page` that the form is to be sent, and return the answer."""
    assert (page.status_code, "As Budi Petugas" in page.text) == (200, True)
    return browser.post(form_action(page.text), data=form_data(page.text))


def form_action(page: str) -> str:
    return page.partition('<form class="panel" method="post" action="')[2].partition('"')[0]


def test_a_form_arrives_after_logging_in_again(budi: TestClient, city: City) -> None:
    page = send_after_login_ended(budi, FORM, FIELDS)
    assert city.all(WorkshopSession)[0].capacity == 100
    page = log_in(budi, page, "bukan kata sandinya")

    answer = send_unsent_form(budi, log_in(budi, page))

    assert (answer.status_code, answer.headers["location"]) == (303, "/sesi/SPBE-2025-1")
    assert city.all(WorkshopSession)[0].capacity is None
    assert [venue.name for venue in city.all(Venue)][-1] == FIELDS["venue"]


def test_a_form_that_is_refused_then_comes_back_as_filled_in(budi: TestClient, city: City) -> None:
    fields = FIELDS | {"ends": "besok", "capacity": "7"}

    page = send_unsent_form(budi, log_in(budi, send_after_login_ended(budi, FORM, fields)))

    assert page.status_code == 422
    assert form_data(page.text) | fields == form_data(page.text)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/akun/surel", "present"),
        ("/laporan/2025-1/tanda-tangan", "secret"),
        ("/laporan/2025-1/tanda-tangan", "seal_totp"),
    ],
)
def test_a_form_with_a_password_is_not_kept_in_a_page(budi: TestClient, address: str, name: str) -> None:
    page = send_after_login_ended(budi, address, {"email": "lain@contoh.id", name: "frasa sandi uji"})

    assert page.status_code == 303
    assert "frasa sandi uji" not in page.text


def test_a_form_that_htmx_sent_arrives(budi: TestClient) -> None:
    address = uploaded(budi, MIXED)
    row = f"{address}/baris/3?kind=review"

    page = send_after_login_ended(budi, row, {"kelurahan": "Manggar", "name": ""}, **{"hx-request": "true"})
    assert page.headers["hx-retarget"] == "body"
    answer = send_unsent_form(budi, log_in(budi, page))

    assert answer.headers["location"].startswith(f"{address}?kind=review#")
    assert 'value="Manggar" selected' in budi.get(f"{address}/baris/3").text


def test_a_search_form_arrives(budi: TestClient, city: City) -> None:
    create_upcoming_session(city)
    address, fields = (
        "/sesi/JUALAN-1/daftarkan-orang/cari",
        {"name": "Ani Aster", "kelurahan": MANGGAR, "rt": "7"},
    )

    page = send_unsent_form(
        budi, log_in(budi, send_after_login_ended(budi, address, fields, **{"hx-request": "true"}))
    )

    assert form_data(page.text) | fields == form_data(page.text)


def test_all_fields_of_one_name_are_carried_along(budi: TestClient) -> None:
    fields = {"title": "Jualan", "target_groups": ["umkm", "rt"]}
    page = log_in(budi, send_after_login_ended(budi, "/kegiatan/SPBE-2025/ubah", fields))
    assert re.findall(r'name="target_groups" value="(\w+)"', page.text) == ["umkm", "rt"]


@pytest.mark.parametrize("fields", [{}, {"venue": "x" * MAX_UNSENT_BYTES}], ids=["nothing", "too much"])
def test_an_empty_or_too_large_form_is_not_carried_along(budi: TestClient, fields: dict[str, str]) -> None:
    answer = send_after_login_ended(budi, FORM, fields, referer=f"http://testserver{FORM}")
    assert answer.headers["location"] == f"/masuk?kembali={FORM}"
    assert "Your last step was not kept" in budi.get("/masuk").text


@pytest.mark.parametrize(
    "fields",
    [{"list": "x" * 2 * MAX_UNSENT_BYTES}, {f"name-{number}": "x" for number in range(MAX_FIELDS + 1)}],
    ids=["too long", "too many"],
)
def test_a_form_with_too_many_fields_leads_to_the_login_page(
    budi: TestClient, fields: dict[str, str]
) -> None:
    answer = send_after_login_ended(budi, "/target/2025", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/masuk?kembali=/")


def test_a_file_is_not_carried_along(budi: TestClient) -> None:
    budi.cookies.delete("jangkau_login")
    assert send(budi, MIXED).headers["location"].startswith("/masuk")


@pytest.mark.parametrize(
    ("unsent", "status", "address"),
    [
        ('{"address": "https://contoh.id/", "fields": []}', 200, "/"),
        ('{"address": "//contoh.id/", "fields": [["a", "<b>"]]}', 200, "/"),
        ("{", 422, ""),
        ('{"address": "/"}', 422, ""),
    ],
)
def test_a_form_that_is_carried_along_leads_to_no_other_site(
    budi: TestClient, unsent: str, status: int, address: str
) -> None:
    answer = budi.post("/masuk", data={"email": "budi@contoh.id", "password": PASSWORD, "unsent": unsent})
    assert (answer.status_code, form_action(answer.text)) == (status, address)
    assert "<b>" not in answer.text
