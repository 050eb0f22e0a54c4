"""A workshop of three days from one file: read for all sessions, answered once, saved, looked at and undone."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.models import Participant, Registration
from app.settings import Settings
from tests.browser.conftest import PHONE, PageCheck, Screenshot
from tests.browser.steps import log_in_as
from tests.city import City, sheet

DAYS = ("TIGA-1", "TIGA-2", "TIGA-3")
ONE_FILE = sheet(
    "Nama;Kelurahan;No. HP;Hari I;Hari II;Hari III",
    "Suparman Contoh;Sepinggan;081211230134;v;v;v",
    "Jumiati Contoh;Prapatan;081211230135;v;;v",
    "Darmawan Contoh;Mangarr;081211230136;;v;v",
    "Norhayati Contoh;Baru Tengah;081211230137;v;v;?",
)


@pytest.fixture
def three_days(engine: Engine, settings: Settings) -> City:
    """Sari's workshop, with a session on each of three days in a row."""
    city = City(engine, settings)
    city.workshop_of_days()
    return city


@pytest.mark.parametrize(
    ("database_kind", "width", "javascript"),
    [
        pytest.param("sqlite", PHONE, True, id="phone"),
        pytest.param("postgresql", 1280, False, id="desktop-without-scripts", marks=pytest.mark.soak),
    ],
)
def test_one_file_records_three_days(
    page: Page, three_days: City, javascript: bool, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    log_in_as(page, three_days, "sari")
    page.goto("/sesi/TIGA-1/unggah")
    page.locator("input[name=file]").set_input_files(
        {"name": "tiga-hari.csv", "mimeType": "text/csv", "buffer": ONE_FILE}
    )
    page.locator("main form button[type=submit]").click()
    page.locator("#sesi-berkas").get_by_role("link", name="Baca juga untuk sesi lain").click()
    for code, label in zip(DAYS, ("Hari I", "Hari II", "Hari III"), strict=True):
        expect(page.locator(f"[name='session-{code}']")).to_be_checked()
        expect(page.locator(f"[name='day-{code}']")).to_have_value(label)
    if javascript:
        check_accessibility(page)
    page.get_by_role("button", name="Baca berkas untuk sesi-sesi ini").click()

    panel = page.locator("#sesi-berkas")
    expect(panel.locator("tbody tr")).to_have_count(3)
    expect(panel.locator("tbody tr").nth(2)).to_contain_text("2 baris")
    if javascript:
        check_accessibility(page)
    screenshot(page, "shared-upload")
    page.locator("#baris-4").get_by_role("button", name="Manggar", exact=True).click()
    expect(panel.locator("tbody tr").nth(1)).to_contain_text("tidak ada")
    expect(panel.locator("tbody tr").nth(2)).to_contain_text("1 baris")
    page.locator("#langkah-sesi").get_by_role("link", name="07-08-2025").click()
    page.locator("#baris-5").get_by_role("button", name="Hadir", exact=True).click()
    expect(panel.locator("tbody tr", has_text="tidak ada")).to_have_count(3)

    page.locator("#sesi-berkas").get_by_role("button", name="Simpan semua 3 sesi").click()
    expect(page.locator("body")).to_contain_text("Kehadiran semua sesi sudah disimpan.")
    assert len(three_days.all(Participant)) == 4
    assert len(three_days.all(Registration)) == 12

    page.goto("/kegiatan/TIGA")
    page.get_by_role("link", name="Kehadiran", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(4)
    expect(page.locator("tbody tr", has_text="Suparman")).to_contain_text("3 dari 3")
    if javascript:
        check_accessibility(page)
    screenshot(page, "workshop-attendance")
    page.locator("select[name=minimal]").select_option("3")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("tbody tr")).to_have_count(2)

    page.goto("/unggahan")
    page.get_by_role("link", name="tiga-hari.csv").first.click()
    page.get_by_role("link", name="Batalkan semua sesi dari berkas ini").click()
    page.get_by_role("button", name="Batalkan semua 3 sesi").click()
    expect(page.locator("body")).to_contain_text("Semua sesi dari berkas ini sudah dibatalkan.")
    assert three_days.all(Participant) == []
