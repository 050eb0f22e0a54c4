"""Whoever's login ends while they fill in a form: what they typed is carried along, with scripts as without."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.database import writing
from app.permissions import OPERATOR
from app.services.accounts.users import create_password_link, set_password_by_link
from app.settings import Settings
from tests.browser.conftest import PageCheck
from tests.browser.steps import fulfill_with_ok, log_in_as, submit
from tests.city import City, sheet
from tests.upcoming_sessions import create_upcoming_session

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

PASSWORD = "kebun raya di tepi kota"


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    """Sari has a password."""
    city = City(engine, settings)
    with writing(engine) as db:
        set_password_by_link(db, create_password_link(db, OPERATOR, city.users["sari"]), PASSWORD)
    return city


@pytest.fixture
def sari(page: Page, city: City) -> Page:
    log_in_as(page, city, "sari")
    return page


def go_on(page: Page, check: PageCheck) -> None:
    """She logs in on the page that took the form's place, and sends what she typed."""
    expect(page.locator(".note")).to_contain_text("Isian Anda tidak hilang")
    check(page)
    page.locator("input[name=email]").fill("sari@contoh.id")
    page.locator("input[name=password]").fill(PASSWORD)
    submit(page)
    expect(page.locator(".lead")).to_have_text("Sebagai Sari Panitia")
    check(page)
    submit(page)


def test_somebody_half_typed_is_not_lost(sari: Page, city: City, check_accessibility: PageCheck) -> None:
    create_upcoming_session(city, groups=("umkm", "rt"))
    sari.goto("/sesi/JUALAN-1/daftarkan-orang")
    sari.locator("input[name=rt]").fill("07")
    sari.context.clear_cookies()

    sari.route("**/cari", fulfill_with_ok)
    sari.locator("input[name=name]").press_sequentially("Budi Bakung")
    go_on(sari, check_accessibility)

    expect(sari.locator("input[name=name]")).to_have_value("Budi Bakung")
    expect(sari.locator("input[name=rt]")).to_have_value("07")


def test_a_corrected_row_is_not_lost(sari: Page, city: City, check_accessibility: PageCheck) -> None:
    listed = sheet("Nama;Kelurahan;Kategori;Kehadiran", "Tuti Kenanga;Gunung Sari;UMKM;hadir")
    made = city.upload(city.session(), listed)
    sari.goto(f"/unggahan/{made.id}")
    sari.locator("#baris-2 a", has_text="Perbaiki").click()
    sari.locator("form.row-fields input[name=name]").fill("Tuti Kenangan")
    sari.context.clear_cookies()

    sari.route("**/baris/2", fulfill_with_ok, times=1)
    sari.locator("form.row-fields button", has_text="Perbaiki").click()
    go_on(sari, check_accessibility)

    expect(sari.locator("#baris-2")).to_contain_text("Tuti Kenangan")
