"""The first page on a busy day, as each role finds it."""

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine

from app.models import RegistrationStatus
from app.settings import Settings
from tests.browser.conftest import PageCheck, Screenshot
from tests.browser.steps import log_in_as
from tests.city import City, sheet
from tests.upcoming_sessions import begin_session, create_upcoming_session

ROLES = {"made": "admin", "sari": "organizer", "budi": "staff", "rina": "dinas"}

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
        told = page.locator("main h2").all_text_contents()
        assert ("Sesi hari ini" in told, "Capaian kota" in told) == (role != "dinas", role != "staff")
        page.context.clear_cookies()
