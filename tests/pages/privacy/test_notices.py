"""The privacy notice on the pages: what people agree to, by which channel, and what happens when it changes."""

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from app.database import writing
from app.models import Registration, Workshop
from app.settings import Settings
from tests.city import MANGGAR, City
from tests.pages.conftest import english_browser, logged_in, served
from tests.pages.registrations.delegations import link
from tests.pages.registrations.public_form import FORM as PUBLIC_FORM
from tests.pages.registrations.public_form import PAGE, sent
from tests.upcoming_sessions import create_upcoming_session

FORM = "/administrasi/pemberitahuan"
NO_CONTACT = {"privacy_contact": "", "base_url": "http://testserver"}
NEW_TEXT = {
    "text_id": "## Siapa\r\nDinas. {kontak}",
    "text_en": "## Who\r\nThe office and {penyelenggara}. Contact: {kontak}\r\n- one\r\n- two",
}


def publish(admin: TestClient) -> str:
    """The administrator publishes another text; its version."""
    answer = admin.post(FORM, data=NEW_TEXT | {"seen": "2026-2"})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removeprefix("/privasi/")


def test_everyone_reads_the_notice_with_the_contact(citizen: TestClient) -> None:
    page = citizen.get("/privasi").text

    assert "Version 2026-2 of" in page
    assert "privasi@contoh.id" in page
    assert "{kontak}" not in page
    assert '<a href="/privasi">Privacy notice</a>' in citizen.get("/daftar").text
    assert citizen.get("/privasi/1999-1").status_code == 404


def test_a_new_version_replaces_the_old_one_which_stays_readable(
    admin: TestClient, citizen: TestClient
) -> None:
    assert "Other versions" not in citizen.get("/privasi").text
    form = admin.get(FORM).text
    assert "{penyelenggara}" in form
    assert 'name="seen" value="2026-2"' in form

    version = publish(admin)

    page = citizen.get("/privasi").text
    assert f"Version {version} of" in page
    assert "<li>one</li>" in page
    assert '<a href="/privasi/2026-2">' in page
    old = citizen.get("/privasi/2026-2").text
    assert "This is an earlier version" in old
    assert "Which data is kept" in old


def test_a_text_without_the_contact_is_refused_and_kept(admin: TestClient) -> None:
    page = admin.post(FORM, data={"text_id": "Dinas saja", "text_en": "The office. {kontak}", "seen": ""})

    assert page.status_code == 422
    assert "Write {kontak} where" in page.text
    assert "Dinas saja" in page.text


@pytest.mark.parametrize("browser", ["organizer", "staff", "viewer"])
def test_only_administrators_write_it(request: pytest.FixtureRequest, browser: str) -> None:
    client: TestClient = request.getfixturevalue(browser)

    assert client.get(FORM).status_code == 403
    assert client.post(FORM, data=NEW_TEXT).status_code == 403


def test_a_registration_names_the_version_that_its_form_showed(
    admin: TestClient, citizen: TestClient, organizer: TestClient, city: City
) -> None:
    create_upcoming_session(city)
    page = citizen.get(PUBLIC_FORM).text
    assert 'name="notice" value="2026-2"' in page
    assert "Panitia Literasi SPBE" in page.partition('class="notice"')[2]
    sent(citizen, notice="2026-2")
    version = publish(admin)

    late = sent(citizen, name="Budi Contoh", phone="0812 0000 0412", email="", notice="2026-2")
    assert late.status_code == 422
    assert "The privacy notice has changed meanwhile." in late.text
    assert f'name="notice" value="{version}"' in late.text
    assert 'name="consent" value="true" required checked' not in late.text
    sent(citizen, name="Budi Contoh", phone="0812 0000 0412", email="", notice=version)

    first, second = city.all(Registration)
    assert (first.consent_notice, second.consent_notice) == ("2026-2", version)
    assert (
        'href="/privasi/2026-2">privacy notice 2026-2</a>' in organizer.get(f"/pendaftaran/{first.code}").text
    )
    assert "the person's own consent" in organizer.get(f"/peserta/{first.participant_id}").text


@pytest.mark.parametrize(
    ("basis", "notice", "shown"),
    [
        ("consent", "2026-2", "the person's own consent"),
        ("public-task", None, "the office's public task"),
        ("paper-consent", None, "consent on paper"),
    ],
)
def test_an_organizer_says_on_which_basis_a_person_is_registered(
    organizer: TestClient, city: City, basis: str, notice: str | None, shown: str
) -> None:
    create_upcoming_session(city)
    form = "/sesi/JUALAN-1/daftarkan-orang"
    assert 'name="basis" value="public-task" checked' in organizer.get(form).text

    typed = {"name": "Ani Contoh", "kelurahan": MANGGAR, "target_group": "umkm", "basis": basis}
    answer = organizer.post(form, data=typed)

    (made,) = city.all(Registration)
    assert (made.basis, made.consent_notice) == (basis, notice)
    assert shown in organizer.get(answer.headers["location"]).text


def test_a_delegation_says_that_its_people_know_the_notice(
    app: FastAPI, admin: TestClient, organizer: TestClient, city: City
) -> None:
    create_upcoming_session(city)
    kelurahan, address = english_browser(app), link(organizer)
    assert 'name="notice" value="2026-2"' in kelurahan.get(address).text

    typed = {"name": ["Siti Contoh"], "target_group": ["umkm"], "contact": "0812 0000 0700"}
    untold = kelurahan.post(address, data=typed)
    assert untold.status_code == 422
    assert "Tell your people first how their data is used" in untold.text
    assert 'value="Siti Contoh"' in untold.text
    version = publish(admin)
    told = typed | {"informed": "true", "notice": "2026-2"}
    assert "Read it again, and tell your people." in kelurahan.post(address, data=told).text
    assert city.all(Registration) == []

    kelurahan.post(address, data=told | {"notice": version})

    (made,) = city.all(Registration)
    assert (made.basis, made.consent_notice, made.informed_notice) == ("public-task", None, version)
    assert made.informed_at is not None
    page = organizer.get(f"/pendaftaran/{made.code}").text
    assert "Told by the kelurahan" in page
    assert f"privacy notice {version}" in page


def test_nobody_publishes_a_page_without_a_contact_for_personal_data(city: City, settings: Settings) -> None:
    typed = {"code": "BARU", "title": "Kelas Baru", "public": "true"}
    with served(settings.model_copy(update=NO_CONTACT)) as app:
        organizer = logged_in(app, city.engine, city.users["sari"])

        refused = organizer.post("/kegiatan/baru", data=typed)

        assert refused.status_code == 422
        said = re.search(r'id="public-error">([^<]+)', refused.text)
        assert said
        assert "JANGKAU_PRIVACY_CONTACT" in said[1]
        assert organizer.post("/kegiatan/baru", data=typed | {"public": ""}).status_code == 303
        assert organizer.post("/kegiatan/BARU/ubah", data=typed).status_code == 422
        assert city.all(Workshop)[0].public is False


def test_a_page_that_was_public_before_takes_no_registrations_without_a_contact(
    city: City, settings: Settings
) -> None:
    create_upcoming_session(city)
    with served(settings.model_copy(update=NO_CONTACT)) as app:
        citizen = english_browser(app)
        organizer = logged_in(app, city.engine, city.users["sari"])

        for address in (PAGE, PUBLIC_FORM):
            page = citizen.get(address)
            assert page.status_code == 200
            assert "Online registration is not open yet" in page.text
            assert "Register for this session" not in page.text
            assert 'name="consent"' not in page.text
        assert sent(citizen).status_code == 409
        assert city.all(Registration) == []
        changed = {"title": "Nama Lain", "target_groups": "umkm", "public": "true"}
        assert organizer.post("/kegiatan/JUALAN/ubah", data=changed).status_code == 303


def test_a_walk_in_is_recorded_as_a_public_task(staff: TestClient, city: City) -> None:
    create_upcoming_session(city, days=0)
    page = staff.get("/sesi/JUALAN-1/hadir").text
    assert "Recorded as part of the office's public task." in page

    staff.post(
        "/sesi/JUALAN-1/hadir/datang?awal=1",
        data={"name": "Siti Contoh", "kelurahan": MANGGAR, "target_group": "umkm", "key": "a" * 32},
    )

    with writing(city.engine) as db:
        assert db.exec(select(Registration.basis)).one() == "public-task"
