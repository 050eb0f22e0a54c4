"""From a phone: three photos are attached to a session, looked at, one gets a caption, and one is deleted."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.models import Attachment
from app.settings import Settings
from tests.browser.clicks import CountedPage
from tests.browser.conftest import PHONE, PageCheck
from tests.browser.steps import log_in_as
from tests.city import City
from tests.evidence_files import photo

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    city = City(engine, settings)
    city.session("UMKM-2025-1")
    return city


@pytest.mark.parametrize("width", [PHONE])
def test_three_photos_from_a_phone(page: Page, city: City, check_accessibility: PageCheck) -> None:
    log_in_as(page, city, "budi")
    page.goto("/sesi/UMKM-2025-1")
    walk = CountedPage(page)

    walk.click(page.get_by_role("link", name="Bukti"))
    photos = [
        {"name": f"IMG_{number}.jpg", "mimeType": "image/jpeg", "buffer": photo(number)}
        for number in range(3)
    ]
    page.set_input_files("#files", photos)  # type: ignore[arg-type]
    walk.click(page.get_by_role("button", name="Lampirkan"))
    expect(page.locator("#kabar")).to_have_text("3 berkas dilampirkan.")
    walk.assert_at_most(clicks=2, fields=0)
    pictures = page.locator(".attachments img")
    expect(pictures).to_have_count(3)
    assert all(
        picture.evaluate("image => image.decode().then(() => image.naturalWidth)")
        for picture in pictures.all()
    )
    check_accessibility(page)

    walk.click(page.locator(".attachments li").first.get_by_role("link", name="Ubah"))
    walk.fill("#caption", "Sesi praktik")
    walk.click(page.get_by_role("button", name="Simpan perubahan"))
    expect(page.locator(".attachments li").first).to_contain_text("Sesi praktik")
    walk.click(page.locator(".attachments li").last.get_by_role("link", name="Hapus"))
    check_accessibility(page)
    walk.click(page.get_by_role("button", name="Hapus selamanya"))
    expect(page.locator(".attachments li")).to_have_count(2)
    walk.assert_at_most(clicks=6, fields=1)
    assert len(city.all(Attachment)) == 2
