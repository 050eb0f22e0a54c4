"""With the keyboard alone: how many presses of Tab lead to what comes next."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.settings import Settings
from tests.browser.steps import log_in_as
from tests.city import City, sheet
from tests.upcoming_sessions import create_upcoming_session

MAX_TABS = 5
HEADER = "Nama;Kelurahan;Unsur;Kehadiran"

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    city = City(engine, settings)
    create_upcoming_session(city, capacity=100)
    return city


def test_the_next_row_is_near_on_a_review_of_a_long_sheet(page: Page, city: City) -> None:
    """From the top of the page, and from each row that was answered."""
    rows = [f"Orang {number};{'Entah' if number % 10 == 0 else 'Manggar'};umkm;hadir" for number in range(80)]
    upload = city.upload("JUALAN-1", sheet(HEADER, *rows))
    log_in_as(page, city, "sari")
    page.goto(f"/unggahan/{upload.id}")

    follow_by_tab(page, "Lewati ke baris berikutnya yang perlu perhatian")
    follow_by_tab(page, "Berikutnya: baris")
    expect(page.locator("tr:target")).to_be_focused()

    page.locator("tr:target").get_by_role("button", name="Lewati baris").press("Enter")
    expect(page.locator("#berita")).to_contain_text("dilewati")
    answered = page.url
    follow_by_tab(page, "Berikutnya: baris")
    expect(page).not_to_have_url(answered)


def test_the_next_page_is_near_on_a_long_list(page: Page, city: City) -> None:
    for number in range(60):
        city.register("JUALAN-1", f"Orang {number}")
    log_in_as(page, city, "sari")
    page.goto("/peserta")
    last_shown = page.locator("tbody th").last.inner_text()

    follow_by_tab(page, "Lewati ke halaman berikutnya")
    follow_by_tab(page, "Halaman berikutnya")
    expect(page.locator("tbody th", has_text=last_shown)).to_have_count(0)
    expect(page.locator("tbody th")).to_have_count(10)


def follow_by_tab(page: Page, text: str) -> None:
    """Press Tab until a link that begins with `text` has the focus, and follow it. Fails after `MAX_TABS`."""
    seen = []
    for _press in range(MAX_TABS):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent.trim()"))
        if seen[-1].startswith(text):
            page.keyboard.press("Enter")
            return
    pytest.fail(f"{text!r} is not among {seen}")
