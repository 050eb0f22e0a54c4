"""From the first page to a ticket, with the clicks and fields that it takes."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.settings import Settings
from tests.browser.clicks import CountedPage
from tests.browser.conftest import PHONE, PageCheck, Screenshot
from tests.city import City
from tests.database import on_sqlite
from tests.upcoming_sessions import create_upcoming_session

pytestmark = on_sqlite


@pytest.fixture
def width() -> int:
    return PHONE


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    """A full session and eleven with places, of a workshop for everyone."""
    city = City(engine, settings)
    for number in range(1, 13):
        create_upcoming_session(
            city, f"JUALAN-{number}", days=3 + 7 * number, groups=("umum",), capacity=1 if number == 1 else 20
        )
    city.register("JUALAN-1", "Ani Contoh", group="umum")
    return city


def fill_in(walk: CountedPage) -> None:
    """Fill in the form and send it."""
    walk.fill("[name=name]", "Siti Contoh")
    walk.choose("[name=kelurahan]", label="Manggar")
    walk.fill("[name=phone]", "0812-0000-0501")
    walk.check("[name=consent]")
    walk.click(walk.page.get_by_role("button", name="Daftar"))


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_four_clicks_and_three_fields_lead_from_the_first_page_to_a_ticket(
    page: Page, city: City, javascript: bool
) -> None:
    walk = CountedPage(page)
    page.goto("/")

    walk.click(page.get_by_role("link", name="Jualan Daring", exact=True))
    walk.click(page.get_by_role("link", name="Daftar untuk sesi ini"))
    expect(page).to_have_url("/daftar/JUALAN?sesi=JUALAN-2")
    fill_in(walk)

    expect(page.locator(".ticket-name")).to_have_text("Siti Contoh")
    expect(page.locator(".ticket-state")).to_have_text("Anda mendapat tempat")
    walk.assert_at_most(clicks=4, fields=3)


def test_four_clicks_are_enough_where_the_group_is_asked(page: Page, city: City) -> None:
    create_upcoming_session(city, "USAHA-1", workshop="USAHA", groups=("umkm",), days=3)
    walk = CountedPage(page)
    page.goto("/")

    walk.click(page.locator("a[href='/daftar/USAHA?sesi=USAHA-1']"))
    walk.check(page.get_by_role("radio", name="Ya"))
    fill_in(walk)

    expect(page.locator(".ticket-name")).to_have_text("Siti Contoh")
    walk.assert_at_most(clicks=4, fields=3)


def test_visitors_find_their_way(
    page: Page, city: City, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    page.goto("/")
    check_accessibility(page)
    screenshot(page, "public-home")
    page.locator("summary", has_text="Saring").click()
    page.get_by_label("Untuk siapa").select_option("umum")
    page.get_by_role("button", name="Cari").click()
    expect(page.get_by_role("heading", name="1 kegiatan ditemukan")).to_be_visible()
    check_accessibility(page)

    page.get_by_role("link", name="Lihat kalender").click()
    expect(page.locator("td a").first).to_have_attribute("href", "/daftar/JUALAN?sesi=JUALAN-1")
    check_accessibility(page)
    screenshot(page, "public-calendar")

    page.goto("/?q=tidak+ada")
    check_accessibility(page)
    page.get_by_role("link", name="Tampilkan semua").click()
    expect(page).to_have_url("/")

    page.get_by_role("link", name="11 sesi lain").click()
    check_accessibility(page)
    screenshot(page, "public-workshop", topic="mendaftar")
    page.get_by_label("Hanya yang masih ada tempat").check()
    page.get_by_role("button", name="Tampilkan").click()
    expect(page.locator(".session-lines li")).to_have_count(11)
    heights = page.locator(".session-lines li").evaluate_all(
        "lines => lines.map((line) => line.offsetHeight)"
    )
    assert max(heights) <= 96

    page.locator(".brand").click()
    expect(page.get_by_role("link", name="Masuk untuk petugas")).to_be_visible()
    page.get_by_role("link", name="Masuk untuk petugas").click()
    expect(page.locator("input[name=password]")).to_be_visible()
