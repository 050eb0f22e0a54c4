"""An organizer plans: dates from the calendar button, a series after its preview, and days of the calendar."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.i18n import wita, wita_today
from app.models import WorkshopSession
from app.settings import Settings
from tests.browser.conftest import DESKTOP, PHONE, PageCheck
from tests.browser.steps import log_in_as, skip_check, submit
from tests.city import City
from tests.upcoming_sessions import create_upcoming_session, morning_in

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    city = City(engine, settings)
    create_upcoming_session(city, days=3)
    city.register("JUALAN-1", "Ani Aster")
    return city


@pytest.fixture
def sari(page: Page, city: City) -> Page:
    log_in_as(page, city, "sari")
    return page


def test_a_date_is_chosen_from_the_calendar_of_the_browser(sari: Page) -> None:
    sari.goto("/kegiatan/JUALAN/sesi/baru")
    sari.locator("input[name=day]").fill("5-1-2027")
    sari.evaluate(
        "() => { HTMLInputElement.prototype.showPicker = function () { this.dataset.shown = this.value } }"
    )
    sari.locator("button[data-picks=day]").click()

    calendar = sari.locator(".date-input:has(#day) input.picked")
    expect(calendar).to_have_attribute("data-shown", "2027-01-05")
    calendar.evaluate("field => { field.value = '2027-01-12'; field.dispatchEvent(new Event('change')) }")
    expect(sari.locator("input[name=day]")).to_have_value("12-01-2027")


def test_the_end_follows_the_start(sari: Page) -> None:
    sari.goto("/kegiatan/JUALAN/sesi/baru")
    expect(sari.locator("input[name=ends]")).to_have_value("12.00")
    sari.locator("input[name=starts]").fill("13.30")
    sari.locator("input[name=starts]").press("Tab")
    expect(sari.locator("input[name=ends]")).to_have_value("16.30")


@pytest.mark.parametrize(("width", "javascript"), [(PHONE, True), (DESKTOP, False)])
def test_a_session_is_repeated(
    sari: Page, city: City, javascript: bool, check_accessibility: PageCheck
) -> None:
    look_closely = check_accessibility if javascript else skip_check
    sari.goto("/kegiatan/JUALAN/sesi/baru")
    expect(sari.locator("input[name=times]")).to_be_hidden()
    sari.locator("input[name=day]").fill("5 Jan 2027")
    sari.locator("input[name=repeat][value=weekly]").check()
    sari.locator("input[name=times]").fill("3")
    look_closely(sari)
    submit(sari)

    expect(sari.locator("h1")).to_have_text("Buat 3 sesi?")
    look_closely(sari)
    sari.locator("input[name=chosen][value='2027-01-12']").uncheck()
    sari.locator("main form button").first.click()

    expect(sari.locator("h1")).to_have_text("Rangkaian 2 sesi")
    look_closely(sari)
    sari.locator("button.danger").click()
    expect(sari.locator(".flash")).to_contain_text("2 sesi sudah dihapus.")
    assert [session.code for session in city.all(WorkshopSession)] == ["JUALAN-1"]


def test_a_session_is_dragged_to_another_day_and_moved_after_a_question(
    sari: Page, city: City, check_accessibility: PageCheck
) -> None:
    day = wita_today().replace(day=28)
    with_session = morning_in(3).date()
    if with_session.month != day.month:
        day = with_session.replace(day=28)
    sari.goto(f"/kalender?bulan={day:%Y-%m}")
    check_accessibility(sari)
    sari.locator(f"td[data-day='{with_session}'] [data-moves]").drag_to(sari.locator(f"td[data-day='{day}']"))

    expect(sari.locator("h1")).to_have_text("Pindahkan sesi ke hari lain")
    expect(sari.locator("main")).to_contain_text("Ani Aster")
    assert wita(city.all(WorkshopSession)[0].starts_at).date() == with_session
    check_accessibility(sari)
    submit(sari)
    expect(sari.locator(".flash")).to_contain_text("Perubahan sudah disimpan.")
    assert wita(city.all(WorkshopSession)[0].starts_at).date() == day


def test_a_click_on_a_day_leads_to_a_new_session(
    sari: Page, city: City, check_accessibility: PageCheck
) -> None:
    city.workshop("LAIN", "umkm")
    day = morning_in(3).date()
    sari.goto(f"/kalender?bulan={day:%Y-%m}")
    sari.locator(f"td[data-day='{day}']").click(position={"x": 60, "y": 80})
    check_accessibility(sari)
    sari.locator("main a[href^='/kegiatan/LAIN/']").click()
    expect(sari.locator("input[name=day]")).to_have_value(f"{day:%d-%m-%Y}")


def test_forms_of_workshops(sari: Page, check_accessibility: PageCheck) -> None:
    for path in ("/kegiatan/baru", "/kegiatan/JUALAN/gandakan", "/sesi/JUALAN-1/salin"):
        sari.goto(path)
        check_accessibility(sari)
