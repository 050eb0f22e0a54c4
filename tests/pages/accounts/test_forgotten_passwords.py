"""Asking for a link that sets a new password."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.models import OutboxTask, PasswordLink
from app.settings import Settings
from tests.city import City
from tests.pages.accounts.test_own_account import NEW, body, link_in, mails
from tests.pages.conftest import english_browser, served_to_browsers
from tests.smtp_server import SmtpServer

FORGOTTEN = "/lupa-kata-sandi"


@pytest.fixture
def visitor(mail_settings: Settings, city: City) -> Iterator[TestClient]:
    """A browser without a login, at a service with a mail server."""
    with served_to_browsers(mail_settings) as app:
        yield english_browser(app)


def test_a_mailed_link_sets_a_new_password(
    visitor: TestClient, mail_settings: Settings, engine: Engine, smtp_server: SmtpServer, city: City
) -> None:
    assert f'href="{FORGOTTEN}"' in visitor.get("/masuk").text
    assert "a link is on its way" in visitor.post(FORGOTTEN, data={"email": " SARI@contoh.id"}).text
    assert city.all(PasswordLink) == []

    (mail,) = mails(mail_settings, engine, smtp_server)
    link = link_in(mail, "/kata-sandi")
    assert mail["To"] == "sari@contoh.id"
    assert link.rpartition("/")[2] not in str(city.all(PasswordLink))
    assert city.all(OutboxTask) == []

    visitor.post(link, data={"password": NEW, "repeated": NEW})
    assert visitor.post("/masuk", data={"email": "sari@contoh.id", "password": NEW}).status_code == 303
    assert visitor.get(link).status_code == 404


def test_the_answer_is_the_same_for_an_address_without_an_account(
    visitor: TestClient, mail_settings: Settings, engine: Engine, smtp_server: SmtpServer, city: City
) -> None:
    """And so is the work before the answer: both queue a task."""
    known, unknown = (
        visitor.post(FORGOTTEN, data={"email": email}) for email in ("sari@contoh.id", "siapa@contoh.id")
    )
    assert known.text.replace("sari@contoh.id", "") == unknown.text.replace("siapa@contoh.id", "")
    assert len(city.all(OutboxTask)) == 2
    assert [mail["To"] for mail in mails(mail_settings, engine, smtp_server)] == ["sari@contoh.id"]


def test_one_address_gets_at_most_three_links_a_day(
    visitor: TestClient, mail_settings: Settings, engine: Engine, smtp_server: SmtpServer
) -> None:
    pages = [visitor.post(FORGOTTEN, data={"email": "sari@contoh.id"}) for _ in range(5)]
    assert {page.status_code for page in pages} == {200}
    assert len(mails(mail_settings, engine, smtp_server)) == 3


def test_one_network_address_asks_for_at_most_twenty_links_an_hour(visitor: TestClient) -> None:
    answers = [visitor.post(FORGOTTEN, data={"email": f"orang{number}@contoh.id"}) for number in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]


def test_without_a_mail_server_the_page_names_the_administrator(app: FastAPI, city: City) -> None:
    visitor = english_browser(app)
    for page in (visitor.get(FORGOTTEN), visitor.post(FORGOTTEN, data={"email": "sari@contoh.id"})):
        assert "Ask your administrator" in page.text
    assert city.all(OutboxTask) == []


def test_the_mail_names_time_and_network(
    visitor: TestClient, mail_settings: Settings, engine: Engine, smtp_server: SmtpServer
) -> None:
    visitor.post(FORGOTTEN, data={"email": "sari@contoh.id"})
    (mail,) = mails(mail_settings, engine, smtp_server)
    assert "WITA" in body(mail)
