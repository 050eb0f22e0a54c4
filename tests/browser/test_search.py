"""Ctrl+K, a few letters, an arrow, Enter: one is there."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.settings import Settings
from tests.browser.conftest import PHONE, PageCheck, Screenshot
from tests.browser.steps import log_in_as
from tests.city import City
from tests.upcoming_sessions import create_upcoming_session

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def sari(page: Page, engine: Engine, settings: Settings) -> Page:
    """Sari is logged in; Siti is registered for one of her two sessions."""
    city = City(engine, settings)
    for number in (1, 2):
        create_upcoming_session(city, f"JUALAN-{number}", days=number)
    city.register("JUALAN-1", "Siti Aminah")
    log_in_as(page, city, "sari")
    return page


def test_ctrl_k_finds_a_session_and_opens_it(
    sari: Page, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    sari.goto("/kegiatan")
    title = sari.title()
    sari.keyboard.press("Control+k")
    sari.keyboard.type("jualan")
    results = sari.locator("#quick-results .results a")
    expect(results).to_have_count(3)
    expect(sari).to_have_title(title)
    check_accessibility(sari)
    screenshot(sari, "search-dialog")

    sari.keyboard.press("ArrowDown")
    sari.keyboard.press("ArrowDown")
    expect(results.nth(1)).to_be_focused()
    sari.keyboard.press("ArrowUp")
    sari.keyboard.press("ArrowUp")
    expect(sari.locator("#quick-search input")).to_be_focused()
    sari.keyboard.press("ArrowDown")
    sari.keyboard.press("Enter")
    expect(sari).to_have_url("/sesi/JUALAN-1")


def test_a_slash_opens_it_but_not_in_a_field_and_escape_closes_it(sari: Page) -> None:
    sari.goto("/kegiatan")
    dialog = sari.locator("#quick-search")
    sari.locator("main input[name=q]").press("/")
    expect(dialog).to_be_hidden()
    expect(sari.locator("main input[name=q]")).to_have_value("/")

    sari.locator("h1").click()
    sari.keyboard.press("/")
    expect(dialog).to_be_visible()
    sari.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_enter_in_the_field_leads_to_all_results(sari: Page) -> None:
    sari.goto("/")
    sari.locator(".search-link").click()
    sari.keyboard.type("siti")
    sari.keyboard.press("Enter")
    expect(sari).to_have_url("/cari?q=siti")
    expect(sari.get_by_role("link", name="Siti Aminah")).to_be_visible()


@pytest.mark.parametrize("width", [PHONE])
@pytest.mark.parametrize("javascript", [False])
def test_without_scripts_the_magnifier_leads_to_the_page(sari: Page, javascript: bool) -> None:
    sari.goto("/")
    sari.locator(".search-link").click()
    sari.locator("main input[name=q]").fill("jualan")
    sari.locator("main form button").click()
    sari.locator(".results a").first.click()
    expect(sari).to_have_url("/sesi/JUALAN-1")


def test_the_page_of_results_is_accessible(
    sari: Page, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    for address in ("/cari", "/cari?q=a", "/cari?q=zzz"):
        sari.goto(address)
        check_accessibility(sari)
    sari.goto("/cari?q=a")
    screenshot(sari, "search")
