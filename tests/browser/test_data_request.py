"""Somebody asks at the desk to have their data erased: from their page to the answer."""

from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.models import Participant
from app.settings import Settings
from tests.browser.conftest import PageCheck, Screenshot
from tests.browser.steps import log_in_as
from tests.city import City, sheet
from tests.database import on_sqlite
from tests.upcoming_sessions import create_upcoming_session

pytestmark = on_sqlite


def test_an_erasure_takes_two_choices_a_tick_and_five_clicks(
    page: Page, engine: Engine, settings: Settings, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    city = City(engine, settings)
    city.import_sheet(city.session(), sheet("Nama;Kelurahan;HP", "Siti Contoh;Manggar;081200000411"))
    create_upcoming_session(city)
    (siti,) = city.all(Participant)
    city.register("JUALAN-1", siti.name, person=siti)
    log_in_as(page, city, "sari")
    page.goto(f"/peserta/{siti.id}")

    page.get_by_role("link", name="Permintaan data", exact=True).last.click()
    page.get_by_label("Menghapus data").check()
    page.get_by_label("KTP").check()
    page.get_by_role("button", name="Catat permintaan").click()
    expect(page.locator("main")).to_contain_text("sisa 71 jam")
    check_accessibility(page)
    page.get_by_role("link", name="Lihat apa yang akan dihapus").click()
    expect(page.locator("main")).to_contain_text("Yang menghalangi")
    check_accessibility(page)
    page.get_by_role("button", name="Batalkan pendaftaran yang akan datang").click()
    expect(page.locator("main")).to_contain_text("Pendaftaran yang dibatalkan: 1")
    check_accessibility(page)
    screenshot(page, "erasure")
    page.get_by_label("Saya mengerti").check()
    page.get_by_role("button", name="Hapus selamanya").click()

    expect(page).to_have_url("/permintaan-data")
    expect(page.locator("main")).to_contain_text("(data dihapus)")
    expect(page.locator("main")).not_to_contain_text("Siti Contoh")
    check_accessibility(page)
