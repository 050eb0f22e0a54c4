"""A session's page: its tabs by phase and user, what fits on a phone, and how many clicks its work takes."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.database import writing
from app.models import Attendance, AttendanceStatus, Registration, RegistrationStatus
from app.models.base import now
from app.permissions import OPERATOR
from app.services.accounts.users import create_password_link, set_password_by_link
from app.settings import Settings
from tests.browser.clicks import CountedPage
from tests.browser.conftest import PHONE, PageCheck, on_phone_desktop_in_soak
from tests.browser.steps import log_in_as
from tests.city import LAMARU, MANGGAR, SEPINGGAN, City
from tests.upcoming_sessions import begin_session, create_upcoming_session, morning_in, update_session

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

SESSION = "/sesi/JUALAN-1"
TABS = ("", "/peserta", "/undang", "/kehadiran", "/unggahan", "/bukti")
SCREEN = 740
NARROW = 320
PASSWORD = "kata-sandi-panjang-sekali"
PASTED = """*Peserta Jualan Daring*
1. Ani Aster - Manggar - 0812 0000 0401
2. Budi Bakung - Lamaru - 0812 0000 0402
3. Citra Cempaka - Damai - 0812 0000 0403
4. Dewi Dahlia - Teritip - 0812 0000 0404
5. Eka Edelweis - Prapatan - 0812 0000 0405
6. Fajar Flamboyan - Sepinggan - 0812 0000 0406
7. Gita Gladiol - Manggar - 0812 0000 0407
8. Hadi Hortensia - Lamaru - 0812 0000 0408
9. Intan Ixora - Damai - 0812 0000 0409
10. Jaya Jambu - Teritip - 0812 0000 0410"""

# The bottom of the last link, button or field. Those of a person, in a row, and those of further pages are left out.
LAST_TOOL = """() => Math.max(...[...document.querySelectorAll("main :is(a, button, input, select, textarea, summary)")]
    .filter((element) => element.checkVisibility() && !element.closest("tbody, .pager"))
    .map((element) => element.getBoundingClientRect().bottom + scrollY))"""


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    city = City(engine, settings)
    create_upcoming_session(city, capacity=80, places_per_kelurahan=40)
    return city


@pytest.fixture
def sari(page: Page, city: City) -> Page:
    log_in_as(page, city, "sari")
    return page


def register_many(city: City, count: int) -> None:
    for number in range(count):
        place = (MANGGAR, LAMARU, SEPINGGAN)[number % 3]
        city.register("JUALAN-1", f"Peserta Contoh {number:02}", place)


def end_session(city: City) -> None:
    update_session(city, "JUALAN-1", starts_at=now() - timedelta(days=2), ends_at=now() - timedelta(days=1))


def main_action(page: Page) -> str:
    """Return the text of the page's main button; there is one at most."""
    buttons = page.locator("main .actions .button:not(.quiet)")
    assert buttons.count() <= 1
    return buttons.inner_text() if buttons.count() else ""


@pytest.mark.parametrize("width", [PHONE])
def test_a_phone_shows_the_tools_of_each_tab_on_two_screens(sari: Page, city: City) -> None:
    """With 80 people, six of whom wait."""
    register_many(city, 74)
    for number in range(6):
        city.register("JUALAN-1", f"Tunggu Contoh {number}", status=RegistrationStatus.WAITLISTED)
    for began in (False, True):
        if began:
            begin_session(city, "JUALAN-1")
        for tab in TABS:
            sari.goto(SESSION + tab)
            assert sari.evaluate(LAST_TOOL) <= 2 * SCREEN, tab


@pytest.mark.parametrize("width", [NARROW])
def test_tabs_scroll_in_their_own_strip(sari: Page, width: int) -> None:
    for tab in TABS:
        sari.goto(SESSION + tab)
        assert sari.evaluate("document.documentElement.scrollWidth") == width, tab


@pytest.mark.parametrize("width", [PHONE])
def test_all_tabs_are_in_sight_on_a_phone(sari: Page) -> None:
    sari.goto(SESSION)
    last = sari.locator("nav.tabs a").last.bounding_box()
    assert last
    assert last["x"] + last["width"] <= PHONE


def test_the_main_action_follows_the_phase(sari: Page, city: City, check_accessibility: PageCheck) -> None:
    city.register("JUALAN-1", "Ani Aster")
    for phase, action in (
        ("before", "Salin tautan"),
        ("today", "Catat kehadiran"),
        ("after", "Unggah daftar hadir"),
        ("recorded", "Asal angka-angka ini"),
        ("cancelled", ""),
    ):
        if phase == "today":
            begin_session(city, "JUALAN-1")
        elif phase == "after":
            end_session(city)
        elif phase == "recorded":
            city.import_sheet("JUALAN-1", b"Nama;Kelurahan;Unsur;Kehadiran\nAni Aster;Manggar;umkm;hadir\n")
        elif phase == "cancelled":
            update_session(city, "JUALAN-1", cancelled_at=now(), cancelled_why="Hujan deras")
        for tab in TABS:
            sari.goto(SESSION + tab)
            assert main_action(sari) == action, (phase, tab)
            expect(sari.locator("h1")).to_have_text("Jualan Daring")
            check_accessibility(sari)


def test_staff_see_all_tabs_and_viewers_the_summary(page: Page, city: City) -> None:
    for name, count in (("budi", len(TABS)), ("rina", 1)):
        log_in_as(page, city, name)
        page.goto(SESSION)
        expect(page.locator("nav.tabs a")).to_have_count(count)
        expect(page.locator("nav.tabs a[aria-current=page]")).to_have_text("Ringkasan")


def test_a_caller_is_registered_by_three_clicks(sari: Page, city: City) -> None:
    """From the page of the session: name, number and kelurahan are typed while people are looked for."""
    sari.goto(SESSION)
    counted = CountedPage(sari)
    counted.click("main .actions a[href$='/daftarkan-orang']")
    counted.fill("input[name=name]", "Ani Aster")
    counted.fill("input[name=phone]", "0812 0000 0123")
    counted.choose("select[name=kelurahan]", label="Manggar")
    counted.click("form.sheet .buttons button")

    expect(sari.locator(".flash")).to_contain_text("mendapat tempat")
    expect(sari.locator("h1")).to_have_text("Ani Aster")
    counted.assert_at_most(clicks=3, fields=3)
    assert [registration.status for registration in city.all(Registration)] == [RegistrationStatus.CONFIRMED]


def test_ten_pasted_people_are_registered_by_five_clicks(sari: Page, city: City) -> None:
    sari.goto(SESSION)
    counted = CountedPage(sari)
    counted.click("nav.tabs a[href$='/undang']")
    counted.click("main a[href$='/daftarkan']")
    counted.fill("textarea[name=text]", PASTED)
    counted.click("form.sheet button[type=submit]")
    counted.click("form[action$='/simpan'] button")

    expect(sari.locator(".flash")).to_contain_text("tersimpan")
    counted.assert_at_most(clicks=5, fields=1)
    assert [str(registration.status) for registration in city.all(Registration)] == ["confirmed"] * 10


def log_in_by_password(counted: CountedPage, city: City) -> None:
    """Log Sari in on the login page, and let the page write to the clipboard."""
    counted.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    with writing(city.engine) as db:
        set_password_by_link(db, create_password_link(db, OPERATOR, city.users["sari"]), PASSWORD)
    counted.page.goto("/masuk")
    counted.fill("input[name=email]", "sari@contoh.id")
    counted.fill("input[name=password]", PASSWORD)
    counted.click("main form button[type=submit]")


def test_a_new_session_is_shared_by_seven_clicks_from_the_login(page: Page, city: City) -> None:
    """Sari logs in, adds a session to her workshop, and copies the link of its public page."""
    counted = CountedPage(page)
    log_in_by_password(counted, city)
    counted.click("nav a[href='/kegiatan']")
    counted.click("main a[href='/kegiatan/JUALAN']")
    counted.click("main .actions a[href$='/sesi/baru']")
    counted.fill("input[name=day]", f"{morning_in(12):%d-%m-%Y}")
    counted.click("main form button[type=submit]")
    counted.click("main .actions a[data-copies-text]")

    expect(page.locator("main .actions a[data-copies-text]")).to_have_text("Tersalin")
    assert re.search(r"/daftar/JUALAN$", page.evaluate("navigator.clipboard.readText()"))
    counted.assert_at_most(clicks=7)


@on_phone_desktop_in_soak
def test_a_new_workshop_with_its_first_session_is_shared_by_seven_clicks_from_the_login(
    page: Page, city: City
) -> None:
    """Title, date and telephone are typed; the times stand there already."""
    counted = CountedPage(page)
    log_in_by_password(counted, city)
    counted.click("main .todo a[href='/kegiatan/baru']")
    counted.fill("input[name=title]", "Peta Digital")
    counted.fill("input[name=day]", f"{morning_in(12):%d-%m-%Y}")
    counted.fill("input[name=contact_phone]", "0542-000001")
    counted.click("main form button[type=submit]")
    counted.click("main [data-copies]")

    expect(page.locator("main [data-copies]")).to_have_text("Tersalin")
    address = page.evaluate("navigator.clipboard.readText()")
    assert "/daftar/" in address
    counted.assert_at_most(clicks=7, fields=5)

    page.context.clear_cookies()
    page.goto(address)
    expect(page.locator("h1")).to_have_text("Peta Digital")
    expect(page.get_by_role("link", name="Daftar untuk sesi ini")).to_be_visible()


@pytest.mark.parametrize("javascript", [False])
def test_without_scripts_the_link_leads_to_the_field_that_has_it(sari: Page) -> None:
    sari.goto(SESSION)
    sari.locator("main .actions a", has_text="Salin tautan").click()
    expect(sari).to_have_url(f"{SESSION}/undang")
    expect(sari.locator("#public_address")).to_have_value(re.compile("/daftar/JUALAN$"))


def test_a_registration_leads_to_its_session_and_its_person(sari: Page, city: City) -> None:
    city.register("JUALAN-1", "Ani Aster")
    sari.goto(f"{SESSION}/peserta")
    sari.locator("main a", has_text="Ani Aster").click()
    expect(sari.locator("nav.tabs a[aria-current=page]")).to_have_text("Peserta")
    expect(sari.locator(".breadcrumbs")).to_contain_text("Jualan Daring")
    sari.locator("main dl.facts a[href^='/peserta/']").click()
    expect(sari.locator("h1")).to_have_text("Ani Aster")


def test_figures_lead_to_the_people_whom_they_count(sari: Page, city: City) -> None:
    city.register("JUALAN-1", "Ani Aster", outcome=AttendanceStatus.PRESENT)
    city.register("JUALAN-1", "Budi Bakung")
    begin_session(city, "JUALAN-1")
    sari.goto(SESSION)
    sari.locator(".figure", has_text="Belum tercatat").locator("a").click()
    expect(sari.locator("main")).to_contain_text("Budi Bakung")
    expect(sari.locator("main")).not_to_contain_text("Ani Aster")
    assert len(city.all(Attendance)) == 1
