"""The number that people call about a workshop: a public page needs one, and it stands wherever they look."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.database import writing
from app.models import Message, Organization, Workshop
from tests.city import OWN, City
from tests.database import on_sqlite
from tests.pages.filled_forms import form_data
from tests.pages.registrations.public_form import PAGE, sent
from tests.upcoming_sessions import create_upcoming_session

pytestmark = on_sqlite

NEW = {"code": "BARU", "title": "Kelas Baru", "public": "true"}


@pytest.fixture
def without_number(city: City) -> None:
    """Take away the number of the organizer's organization."""
    with writing(city.engine) as db:
        db.exec(select(Organization).where(Organization.name == OWN)).one().phone = None


def contact_phones(city: City) -> list[str | None]:
    return [workshop.contact_phone for workshop in city.all(Workshop)]


@pytest.mark.usefixtures("without_number")
def test_no_workshop_is_published_without_a_number(
    organizer: TestClient, admin: TestClient, city: City
) -> None:
    """It used to be, and people with a question had nobody to call."""
    refused = organizer.post("/kegiatan/baru", data=NEW)

    assert refused.status_code == 422
    assert 'id="contact_phone-error">A public page needs a number that people can call.' in refused.text
    assert "/administrasi/penyelenggara/" not in refused.text.partition("<main")[2]
    assert city.all(Workshop) == []
    assert organizer.post("/kegiatan/baru", data=NEW | {"public": ""}).status_code == 303

    form = {"title": "Kelas Baru", "public": "true"}
    assert organizer.post("/kegiatan/BARU/ubah", data=form).status_code == 422
    page = admin.post("/kegiatan/BARU/ubah", data=form).text
    assert re.search(r'href="/administrasi/penyelenggara/\d+">Fill in the number of the organization', page)
    assert organizer.post("/kegiatan/BARU/ubah", data=form | {"contact_phone": "0812"}).status_code == 422
    assert (
        organizer.post("/kegiatan/BARU/ubah", data=form | {"contact_phone": "0542 421234"}).status_code == 303
    )
    assert contact_phones(city) == ["+62542421234"]
    assert organizer.post("/kegiatan/BARU/ubah", data=form).status_code == 422


def test_the_number_of_the_organization_will_do(organizer: TestClient, city: City) -> None:
    assert organizer.post("/kegiatan/baru", data=NEW).status_code == 303
    assert contact_phones(city) == [None]
    assert "that of the organization, 0812-0000-0901." in organizer.get("/kegiatan/BARU/ubah").text


@pytest.mark.usefixtures("without_number")
def test_a_page_that_was_public_before_stays_so(organizer: TestClient, city: City) -> None:
    with writing(city.engine) as db:
        organization = db.exec(select(Organization).where(Organization.name == OWN)).one()
        db.add(Workshop(code="LAMA", title="Kelas Lama", organization_id=organization.id, public=True))

    saved = organizer.post("/kegiatan/LAMA/ubah", data={"title": "Kelas Lain", "public": "true"})

    assert saved.status_code == 303
    assert organizer.get("/daftar/LAMA").status_code == 200


def test_an_administrator_fills_in_the_number_of_an_organization(admin: TestClient, city: City) -> None:
    create_upcoming_session(city)
    with writing(city.engine) as db:
        organization_id = db.exec(select(Organization.id).where(Organization.name == OWN)).one()
    address = f"/administrasi/penyelenggara/{organization_id}"
    form = form_data(admin.get(address).text)
    assert form["phone"] == "0812-0000-0901"

    assert admin.post(address, data=form | {"phone": "0542"}).status_code == 422
    emptied = admin.post(address, data=form | {"phone": ""})
    assert "Public pages show this number, such as that of JUALAN." in emptied.text
    assert admin.post(address, data=form | {"phone": "0812 0000 0999"}).status_code == 303

    assert "0812-0000-0999" in admin.get("/administrasi/penyelenggara").text


def test_the_number_stands_on_public_page_ticket_and_mail(citizen: TestClient, city: City) -> None:
    create_upcoming_session(city)

    assert 'href="tel:+6281200000901">0812-0000-0901</a>' in citizen.get(PAGE).text
    ticket = sent(citizen).headers["location"]

    assert 'href="tel:+6281200000901">0812-0000-0901</a>' in citizen.get(ticket).text
    (mail,) = city.all(Message)
    assert "\nQuestions: 0812-0000-0901\n" in mail.body
