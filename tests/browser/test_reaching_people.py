"""An organizer with a phone cancels a session, is told who can be told, and works off the list for WhatsApp."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.models import Participant, Registration, WhatsAppRecipient
from app.people.values.names import name_key
from app.settings import Settings
from tests.browser.conftest import PHONE, PageCheck, Screenshot
from tests.browser.steps import log_in_as, skip_check, submit
from tests.city import MANGGAR, City
from tests.database import postgresql_in_soak
from tests.upcoming_sessions import create_upcoming_session

pytestmark = postgresql_in_soak


@pytest.fixture
def width() -> int:
    return PHONE


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    """A session with one person who has an e-mail address, two with a phone number, and one with neither."""
    city = City(engine, settings)
    create_upcoming_session(city)
    for name, email, phone in (
        ("Ani Aster", "ani@contoh.id", "+6281200000501"),
        ("Budi Bakung", None, "+6281200000502"),
        ("Citra Cempaka", None, "+6281200000503"),
        ("Dewi Dahlia", None, None),
    ):
        person = Participant(
            name=name, name_key=name_key(name), email=email, phone=phone, kelurahan_code=MANGGAR
        )
        city.register("JUALAN-1", name, person=person)
    return city


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_a_cancelled_session_is_worked_off_by_whatsapp(
    page: Page, city: City, javascript: bool, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    look_closely = check_accessibility if javascript else skip_check
    log_in_as(page, city, "sari")
    page.goto("/sesi/JUALAN-1/batalkan")
    expect(page.locator(".reach")).to_contain_text("3 dari 4 dapat dikabari: 1 surel, 2 WhatsApp.")
    page.get_by_text("1 tidak dapat dikabari").click()
    expect(page.get_by_role("link", name="Dewi Dahlia")).to_be_visible()
    look_closely(page)

    page.locator("[name=why]").fill("Hujan deras")
    submit(page)
    expect(page.locator("[name=teks]")).to_have_value(re.compile("Hujan deras"))
    look_closely(page)
    page.get_by_role("button", name="Buat daftar").click()

    progress, rows = page.locator("#terkirim"), page.locator(".to-write li")
    expect(progress).to_have_text("0 dari 2 terkirim")
    expect(rows).to_have_count(2)
    link = page.get_by_role("link", name="Kirim WhatsApp kepada Budi Bakung")
    expect(link).to_have_attribute("href", re.compile(r"^https://wa\.me/6281200000502\?text=.*Hujan"))
    look_closely(page)

    page.get_by_role("button", name="Sudah terkirim ke Budi Bakung").click()
    expect(progress).to_have_text("1 dari 2 terkirim")
    expect(rows.first).to_contain_text("Sari Panitia")
    look_closely(page)
    screenshot(page, "whatsapp-list", topic="mengabari-peserta")
    page.get_by_role("link", name="Tampilkan yang belum saja (1)").click()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Sudah terkirim ke Citra Cempaka").click()
    expect(page.get_by_text("Semua sudah dikabari.")).to_be_visible()
    page.get_by_role("link", name="Tampilkan semua (2)").click()
    page.get_by_role("button", name="Ternyata belum terkirim: Citra Cempaka").click()
    expect(progress).to_have_text("1 dari 2 terkirim")

    assert [one.sent_at is not None for one in city.all(WhatsAppRecipient)] == [True, False]


def test_a_citizen_says_who_they_are_and_how_to_reach_them(
    page: Page, city: City, check_accessibility: PageCheck
) -> None:
    create_upcoming_session(city, "WARGA-1", workshop="WARGA", groups=())
    page.goto("/daftar/JUALAN?sesi=JUALAN-1")
    page.locator("[name=name]").fill("Siti Contoh")
    page.locator("[name=kelurahan]").select_option(label="Manggar")
    question = page.get_by_role("group", name="Apakah Anda pelaku usaha?")
    expect(question).to_contain_text("Kegiatan ini untuk: UMKM.")
    question.get_by_label("Tidak").check()
    page.get_by_label("atau surel").fill("siti@contoh.id")
    page.locator("[name=consent]").check()
    page.route("**/daftar/*", lambda route: route.fulfill(response=route.fetch(), status=200))
    page.get_by_role("button", name="Daftar", exact=True).click()
    expect(page.get_by_text("Anda belum terdaftar.")).to_be_visible()
    check_accessibility(page)
    assert len(city.all(Registration)) == 4

    page.get_by_role("alert").get_by_role("link", name="Jualan Daring").click()
    expect(page).to_have_url(re.compile("/daftar/WARGA"))
    page.unroute_all()
