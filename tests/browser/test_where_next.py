"""From the first page to a session planned where nobody came from, and from a figure to the sheet's row behind it."""

from io import BytesIO

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from sqlalchemy import Engine

from app.database import writing
from app.models import Venue
from app.settings import Settings
from tests.browser.conftest import PHONE, PageCheck, Screenshot
from tests.browser.steps import log_in_as, submit
from tests.city import MANGGAR, City, sheet
from tests.upcoming_sessions import morning_in

LIST = sheet(
    "Nama;Kelurahan;Unsur;Telepon;Kehadiran",
    "Rina Melati;Lamaru;UMKM;081200000678;hadir",
    "Rina Melati;Lamaru;UMKM;081200000678;hadir",
    "Joko Anggrek;Lamaru;UMKM;;tidak hadir",
)

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def sari(page: Page, engine: Engine, settings: Settings) -> Page:
    """Her session of 2025 brought somebody from Lamaru; Manggar, the first of the others, has a venue with Wi-Fi."""
    city = City(engine, settings)
    with writing(engine) as db:
        db.add(Venue(name="Balai Contoh", kelurahan_code=MANGGAR, public_wifi=True))
    city.import_sheet(city.session(), LIST)
    log_in_as(page, city, "sari")
    page.goto("/")
    return page


def test_from_a_kelurahan_at_zero_to_a_session_planned_there(
    sari: Page, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    check_accessibility(sari)
    sari.locator("main a[href='/cakupan/berikutnya']").click()
    check_accessibility(sari)
    screenshot(sari, "where-to-go-next")
    first = sari.locator("main tbody tr").first
    expect(first).to_contain_text("Manggar")
    first.locator("a[href*='/sesi/baru']").click()

    starts = morning_in(10)
    sari.locator("input[name=day]").fill(f"{starts:%d-%m-%Y}")
    sari.locator("input[name=starts]").fill("9")
    sari.locator("input[name=ends]").fill("12")
    submit(sari)

    expect(sari.locator("main .lead")).to_contain_text("Balai Contoh")


def test_what_one_chooses_by_is_not_printed(sari: Page) -> None:
    sari.emulate_media(media="print")
    for address, choices in (
        ("/cakupan?by=all", "form.coverage-filters, nav.presets, .coverage-map .button"),
        ("/cakupan/berikutnya", "form.planned-in"),
    ):
        sari.goto(address)
        expect(sari.locator(choices).locator("visible=true")).to_have_count(0)
        expect(sari.locator("main table").first).to_be_visible()


def test_from_a_figure_to_the_row_behind_it(
    sari: Page, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    sari.goto("/sesi/UMKM-2025-1")
    sari.locator("main a[href$='/rekonsiliasi']").click()
    check_accessibility(sari)
    screenshot(sari, "reconciliation")
    sari.locator("a[href*='kind=duplicate']").click()

    rows = sari.locator("main tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Rina Melati")
    sari.goto("/cakupan/rt")
    check_accessibility(sari)


def test_the_first_printed_sheet_holds_the_map_and_where_to_go_next(sari: Page) -> None:
    sari.goto("/cakupan?from=2024-01-01&to=2024-12-31")
    figures, matrix, *_ = PdfReader(BytesIO(sari.pdf(prefer_css_page_size=True))).pages

    first = figures.extract_text()
    assert all(text in first for text in ("Kurang", "Peta kelurahan", "Teritip", "Tujuan berikutnya"))
    assert matrix.extract_text().startswith("Kelurahan\n")


@pytest.mark.parametrize("width", [PHONE])
def test_a_phone_shows_the_whole_map_at_once(sari: Page) -> None:
    sari.goto("/cakupan")
    map_ = sari.locator("svg.tile-map").bounding_box()

    assert map_
    assert (map_["x"], map_["width"]) == (0, PHONE)
