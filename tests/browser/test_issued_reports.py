"""From the coverage page to an issued report, a closed period, a list that comes late, and the revision with it."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.settings import Settings
from tests.browser.clicks import CountedPage
from tests.browser.conftest import PageCheck, Screenshot
from tests.browser.steps import log_in_as
from tests.city import City, sheet

HEADER = "Nama;Kelurahan;Unsur;Kehadiran"

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def office(page: Page, engine: Engine, settings: Settings) -> City:
    """Rina is logged in. A session of 2025 brought somebody from Manggar; another list of it is in review."""
    city = City(engine, settings)
    city.import_sheet(city.session(), sheet(HEADER, "Ani Contoh;Manggar;umkm;hadir"))
    city.upload("UMKM-2025-1", sheet(HEADER, "Bayu Contoh;Lamaru;umkm;hadir"), name="susulan.csv")
    log_in_as(page, city, "rina")
    return city


def test_a_year_is_reported_closed_and_revised(
    page: Page, office: City, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    page.goto("/cakupan")
    walk = CountedPage(page)
    walk.click(page.get_by_role("link", name="Terbitkan laporan ini"))
    expect(page.get_by_text("Unggahan berikut belum disimpan")).to_be_visible()
    check_accessibility(page)
    walk.fill("#signatory-1-name", "Wayan Contoh, S.Kom.")
    walk.fill("#signatory-1-role", "Kepala Dinas")
    walk.click(page.get_by_role("button", name="Terbitkan", exact=True))
    expect(page.get_by_text("telah diterbitkan")).to_be_visible()
    walk.assert_at_most(clicks=2, fields=2)
    check_accessibility(page)
    screenshot(page, "issued-report")
    report = page.url

    page.get_by_role("link", name="Tutup periode").click()
    check_accessibility(page)
    page.get_by_label("Tutup periode tanpa unggahan ini").check()
    page.get_by_role("button", name="Tutup periode").click()
    expect(page.get_by_text("Periode telah ditutup.")).to_be_visible()

    office.commit(2)
    page.goto("/cakupan")
    expect(page.get_by_text("Periode ini sudah ditutup")).to_be_visible()
    expect(page.locator(".figure-value").first).to_have_text("1")
    page.get_by_role("link", name="Angka kerja").click()
    expect(page.locator(".figure-value").first).to_have_text("2")
    expect(page.locator(".lead")).to_contain_text("masuk setelah ditutup: 1")

    page.goto(report)
    expect(page.get_by_role("heading", name="Masuk setelah ditutup")).to_be_visible()
    page.get_by_role("link", name="Revisi", exact=True).click()
    check_accessibility(page)
    page.locator("#what_changed").fill("Daftar hadir susulan dari Lamaru.")
    page.get_by_role("button", name="Terbitkan revisi").click()
    expect(page.get_by_text("Daftar hadir susulan dari Lamaru.").first).to_be_visible()
    check_accessibility(page)
    page.goto("/laporan")
    check_accessibility(page)
    page.goto("/cakupan")
    expect(page.locator(".figure-value").first).to_have_text("2")

    log_in_as(page, office, "sari")
    page.goto("/unggahan/1/batalkan")
    expect(page.get_by_text("Periodenya sudah ditutup dengan laporan 002/")).to_be_visible()
