"""Whoever fills in a form longer than their login lasts: they log in, and go on with what they typed."""

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
TYPED = {
    "starts": "2025-11-04T09:00",
    "ends": "2025-11-04T12:30",
    "venue": 'Aula "Baru" <1>',
    "mode": "luring",
}


@pytest.fixture
def budi(app: FastAPI, people: People, engine: Engine, workshop_session: WorkshopSession) -> TestClient:
    """His browser; he has a password."""
    with writing(engine) as db:
        set_password_by_link(db, create_password_link(db, OPERATOR, people.staff), PASSWORD)
    return logged_in(app, engine, people.staff)


def sent_too_late(browser: TestClient, address: str, typed: dict[str, Any], **headers: str) -> Response:
    """The answer to a form that is sent when the login has ended."""
    browser.cookies.delete("jangkau_login")
    return browser.post(address, data=typed, headers=headers)


def log_in(browser: TestClient, page: Response, password: str = PASSWORD) -> Response:
    """The answer to logging in on the page that was the answer to a form."""
    assert page.status_code == 401
    assert "What you typed is kept" in page.text
    return browser.post(
        "/masuk", data=form_data(page.text) | {"email": "budi@contoh.id", "password": password}
    )


def go_on(browser: TestClient, page: Response) -> Response:
    """The answer to what was typed, sent by the page that says who is logged in."""
    assert (page.status_code, "As Budi Petugas" in page.text) == (200, True)
    return browser.post(address_in(page.text), data=form_data(page.text))


def address_in(page: str) -> str:
    return page.partition('<form class="panel" method="post" action="')[2].partition('"')[0]


def test_a_form_arrives_after_logging_in_again(budi: TestClient, city: City) -> None:
    page = sent_too_late(budi, FORM, TYPED)
    assert city.all(WorkshopSession)[0].capacity == 100
    page = log_in(budi, page, "bukan kata sandinya")

    answer = go_on(budi, log_in(budi, page))

    assert (answer.status_code, answer.headers["location"]) == (303, "/sesi/SPBE-2025-1")
    assert city.all(WorkshopSession)[0].capacity is None
    assert [venue.name for venue in city.all(Venue)][-1] == TYPED["venue"]


def test_what_is_refused_then_comes_back_as_typed(budi: TestClient, city: City) -> None:
    page = go_on(budi, log_in(budi, sent_too_late(budi, FORM, TYPED | {"ends": "besok", "capacity": "7"})))

    assert page.status_code == 422
    assert form_data(page.text) | TYPED | {"ends": "besok", "capacity": "7"} == form_data(page.text)


def test_a_corrected_row_arrives_however_it_was_sent(budi: TestClient) -> None:
    address = uploaded(budi, MIXED)
    row = f"{address}/baris/3?kind=review"

    page = sent_too_late(budi, row, {"kelurahan": "Manggar", "name": ""}, **{"hx-request": "true"})
    assert page.headers["hx-retarget"] == "body"
    answer = go_on(budi, log_in(budi, page))

    assert answer.headers["location"].startswith(f"{address}?kind=review#")
    assert 'value="Manggar" selected' in budi.get(f"{address}/baris/3").text


def test_whom_one_was_looking_for_is_looked_for_then(budi: TestClient, city: City) -> None:
    create_upcoming_session(city)
    address, typed = (
        "/sesi/JUALAN-1/daftarkan-orang/cari",
        {"name": "Ani Aster", "kelurahan": MANGGAR, "rt": "7"},
    )

    page = go_on(budi, log_in(budi, sent_too_late(budi, address, typed, **{"hx-request": "true"})))

    assert form_data(page.text) | typed == form_data(page.text)


def test_of_fields_with_one_name_all_are_carried_along(budi: TestClient) -> None:
    typed = {"title": "Jualan", "target_groups": ["umkm", "rt"]}
    page = log_in(budi, sent_too_late(budi, "/kegiatan/SPBE-2025/ubah", typed))
    assert re.findall(r'name="target_groups" value="(\w+)"', page.text) == ["umkm", "rt"]


@pytest.mark.parametrize("typed", [{}, {"venue": "x" * MAX_UNSENT_BYTES}], ids=["nothing", "too much"])
def test_nothing_typed_or_too_much_is_not_carried_along(budi: TestClient, typed: dict[str, str]) -> None:
    answer = sent_too_late(budi, FORM, typed, referer=f"http://testserver{FORM}")
    assert answer.headers["location"] == f"/masuk?kembali={FORM}"
    assert "Your last step was not kept" in budi.get("/masuk").text


@pytest.mark.parametrize(
    "typed",
    [{"list": "x" * 2 * MAX_UNSENT_BYTES}, {f"name-{number}": "x" for number in range(MAX_FIELDS + 1)}],
    ids=["too long", "too many"],
)
def test_a_form_larger_than_others_leads_to_the_login_page(budi: TestClient, typed: dict[str, str]) -> None:
    answer = sent_too_late(budi, "/target/2025", typed)
    assert (answer.status_code, answer.headers["location"]) == (303, "/masuk?kembali=/")


def test_a_file_is_chosen_again(budi: TestClient) -> None:
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
def test_what_is_carried_along_leads_to_no_other_site(
    budi: TestClient, unsent: str, status: int, address: str
) -> None:
    answer = budi.post("/masuk", data={"email": "budi@contoh.id", "password": PASSWORD, "unsent": unsent})
    assert (answer.status_code, address_in(answer.text)) == (status, address)
    assert "<b>" not in answer.text
