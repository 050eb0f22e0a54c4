"""The first page on a busy day, as each role finds it."""

import pytest
from playwright.sync_api import Locator, Page
from sqlalchemy import Engine

from app.models import RegistrationStatus
from app.settings import Settings
from tests.browser.conftest import PHONE, PageCheck, Screenshot
from tests.browser.steps import log_in_as
from tests.city import City, sheet
from tests.upcoming_sessions import begin_session, create_upcoming_session

ROLES = {"made": "admin", "sari": "organizer", "budi": "staff", "rina": "dinas"}

PHONE_HEIGHT = 780
SCREENS_TO_THE_LAST_ACTION = 1

LIST = sheet(
    "Nama;Kelurahan;Unsur;Kehadiran", "Rina Melati;Lamaru;UMKM;hadir", "Joko Anggrek;Manggar;UMKM;hadir"
)
UNCLEAR = sheet("Nama;Kelurahan;Unsur;Kehadiran", "Ayu Misalnya;Gunung Sari;UMKM;hadir")

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def busy(engine: Engine, settings: Settings) -> City:
    """One session is under way, one is full, a sheet is read and not saved, and of one session nothing came yet."""
    city = City(engine, settings)
    city.import_sheet(city.session(), LIST)
    city.upload(city.session("UMKM-2025-2"), UNCLEAR)
    city.session("UMKM-2025-3")
    begin_session(city, create_upcoming_session(city))
    full = create_upcoming_session(city, "JUALAN-2", capacity=1)
    for name, status in (
        ("Ani Kamboja", RegistrationStatus.CONFIRMED),
        ("Dewi Contoh", RegistrationStatus.WAITLISTED),
    ):
        city.register(full, name, status=status)
    return city


def test_everyone_finds_what_needs_them(
    page: Page, busy: City, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    for name, role in ROLES.items():
        log_in_as(page, busy, name)
        page.goto("/")
        check_accessibility(page)
        screenshot(page, f"dashboard-{role}")
        cards = page.locator(".todo h2").all_text_contents()
        assert 2 <= len(cards) <= 3
        assert ("Hari ini: Jualan Daring" in cards) == (role != "dinas")
        assert ("Capaian kota" in page.locator("main h2").all_text_contents()) == (role != "staff")
        for action in page.locator(".todo .button").all():
            assert bottom_on_a_phone(page, action) <= SCREENS_TO_THE_LAST_ACTION * PHONE_HEIGHT
        page.context.clear_cookies()


def bottom_on_a_phone(page: Page, element: Locator) -> float:
    """Return where an element ends on a phone, in pixels from the top of the page."""
    page.set_viewport_size({"width": PHONE, "height": PHONE_HEIGHT})
    box = element.bounding_box()
    assert box is not None
    return box["y"] + box["height"]
