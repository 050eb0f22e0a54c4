"""The form by which citizens register themselves, and what it answers."""

import re

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from app.main import create_app
from app.models import Message, Registration
from app.settings import Settings
from tests.city import MANGGAR, OWN, City
from tests.database import on_sqlite
from tests.pages.conftest import english_browser
from tests.pages.registrations.public_form import FORM, PAGE, TYPED, sent
from tests.upcoming_sessions import create_upcoming_session, registration_statuses


def test_three_fields_and_consent_make_a_ticket(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city, groups=("umkm", "rt"))

    answer = sent(citizen, email="")

    (made,) = city.all(Registration)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/tiket/{made.code}")
    assert (made.status, made.channel, made.kelurahan_code) == ("confirmed", "self", MANGGAR)
    assert (made.consent_notice, made.basis, made.language) == ("2026-2", "consent", "en")
    assert made.consented_at is not None
    assert "Siti Contoh" in citizen.get(answer.headers["location"]).text


@on_sqlite
def test_one_contact_is_needed(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city)

    page = sent(citizen, phone="", email=" ")

    assert page.status_code == 422
    assert page.text.count('id="contacts-error">Fill in a WhatsApp number or an e-mail address') == 1
    for field in ("phone", "email"):
        assert re.search(rf'name="{field}"[^>]* aria-invalid="true"[^>]* contacts-error"', page.text)
    assert city.all(Registration) == []
    assert sent(citizen, phone="").status_code == 303
    assert sent(citizen, name="Budi Contoh", email="").status_code == 303


@on_sqlite
@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "A name is needed, in letters."),
        ("name", "12345", "A name is needed, in letters."),
        ("name", "Siti " * 60, "The name is longer than 200 characters."),
        ("name", "Siti, menang di WWW.contoh.id", "Please write the name alone"),
        ("name", "Siti: http://contoh.id", "Please write the name alone"),
        ("kelurahan", "", "The kelurahan is needed."),
        ("kelurahan", "64.71.99.9999", "is not a kelurahan of the city"),
        ("target_group", "", "The target group is needed."),
        ("target_group", "tokoh", "The target group is needed."),
        ("phone", "0812", "This is not a telephone number."),
        ("email", "siti@", "This is not an e-mail address."),
        ("consent", "", "Without your consent"),
        ("website", "https://contoh.id", "This field must stay empty."),
    ],
)
def test_an_invalid_form_is_shown_again_with_its_errors(
    citizen: TestClient, city: City, field: str, typed: str, said: str
) -> None:
    create_upcoming_session(city, groups=("umkm", "rt"))

    page = sent(citizen, **{field: typed})

    assert page.status_code == 422
    assert re.search(rf'id="{field}-error">[^<]*{re.escape(said)}', page.text)
    assert re.search(rf'aria-describedby="[^"]*\b{field}-error"', page.text)
    kept = TYPED | {field: typed}
    for name in ("name", "phone", "email"):
        assert f'name="{name}" type="{TYPES[name]}" value="{kept[name]}"' in page.text
    if field != "kelurahan":
        assert f'value="{MANGGAR}" selected' in page.text
    assert ('name="consent" value="true" required checked' in page.text) == (field != "consent")
    assert city.all(Registration) == []


def test_all_that_is_wrong_is_said_at_once(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city, groups=("umkm", "rt"))
    page = sent(citizen, name="", kelurahan="", target_group="", phone="0812", consent="").text
    told = ["name", "kelurahan", "target_group", "phone", "consent"]
    assert re.findall(r'id="(\w+)-error"', page) == told


TYPES = {"name": "text", "phone": "tel", "email": "email"}


@on_sqlite
@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ("Samarinda", "Samarinda"),
        ("Kab. Paser", "Paser"),
        ("Sangasanga", "Sangasanga"),
        ("", "Luar kota"),
    ],
)
def test_who_lives_outside_the_city_says_where(
    citizen: TestClient, city: City, where: str, kept: str
) -> None:
    create_upcoming_session(city, places_per_kelurahan=1)

    assert sent(citizen, kelurahan="outside", outside_place=where).status_code == 303

    (made,) = city.all(Registration)
    assert (made.kelurahan_code, made.outside_place) == (None, kept)
    assert f"<dd>{kept}</dd>" in citizen.get(f"/tiket/{made.code}").text


@on_sqlite
def test_outside_is_not_a_way_into_a_full_kelurahan(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city)
    page = sent(citizen, kelurahan="outside", outside_place="Balikpapan Selatan")
    assert 'id="kelurahan-error"' in page.text
    assert 'value="Balikpapan Selatan"' in page.text


def test_a_form_sent_twice_registers_once(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city)
    key = re.search(r'name="request_key" value="([^"]+)"', citizen.get(FORM).text)
    assert key
    once, again = sent(citizen, request_key=key[1]), sent(citizen, request_key=key[1])
    other = sent(citizen, request_key=key[1], phone="", email="budi@contoh.id", name="Budi Contoh")

    assert once.headers["location"] == again.headers["location"] != other.headers["location"]
    assert registration_statuses(city) == ["confirmed", "confirmed"]


@on_sqlite
def test_an_address_that_sends_too_much_has_to_wait(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city)
    for _turn in range(20):
        assert sent(citizen, consent="").status_code == 422

    page = sent(citizen)
    assert page.status_code == 429
    assert "Too many tries." in page.text
    assert 'value="Siti Contoh"' in page.text
    assert city.all(Registration) == []


@on_sqlite
def test_who_lost_the_ticket_gets_it_by_mail(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city)
    sent(citizen)
    page = sent(citizen, email="orang-lain@contoh.id")
    assert 'name="send_ticket"' in page.text

    answer = sent(citizen, email="orang-lain@contoh.id", send_ticket="true")
    assert answer.headers["location"] == f"{PAGE}#kabar"
    assert "No e-mail can be sent at the moment: your ticket follows later." in citizen.get(PAGE).text
    assert [message.recipient for message in city.all(Message)] == ["siti@contoh.id"] * 2

    for _turn in range(2):
        sent(citizen, send_ticket="true")
    page = sent(citizen, send_ticket="true")
    assert page.status_code == 429
    assert "Too many tries." in page.text
    assert 'value="Siti Contoh"' in page.text
    assert len(city.all(Message)) == 4


@on_sqlite
def test_a_ticket_is_on_its_way_where_mails_are_sent(city: City, settings: Settings) -> None:
    mail_settings = settings.model_copy(
        update={"smtp_url": SecretStr("smtp://127.0.0.1:1"), "base_url": "http://testserver"}
    )
    citizen = english_browser(create_app(mail_settings))
    create_upcoming_session(city)
    sent(citizen)
    sent(citizen, send_ticket="true")
    assert "Your ticket is on its way to your e-mail address." in citizen.get(PAGE).text


@on_sqlite
@pytest.mark.parametrize("strangers", [None, "jahat@contoh.com"])
def test_without_an_address_no_ticket_is_sent(citizen: TestClient, city: City, strangers: str | None) -> None:
    create_upcoming_session(city, "DULU-1", workshop="DULU")
    citizen.post("/daftar/DULU?sesi=DULU-1", data=TYPED | {"email": ""})
    create_upcoming_session(city)
    sent(citizen, **({"phone": "", "email": strangers} if strangers else {"email": ""}))

    page = sent(citizen, email="", send_ticket="true")

    assert page.status_code == 409
    assert 'name="send_ticket"' not in page.text
    assert f"Please ask the organizer, {OWN}." in page.text
    assert [message.recipient for message in city.all(Message)] == ([strangers] if strangers else [])
