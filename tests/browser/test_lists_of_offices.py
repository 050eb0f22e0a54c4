"""Lists as offices send them: one file for three days, a list of another day, a list in Word."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.models import Participant, Registration
from app.services.workshops.workshop_sessions import WorkshopSessionInput
from app.settings import Settings
from tests.browser.conftest import PageCheck, on_desktop_phone_in_soak
from tests.browser.steps import log_in_as, submit
from tests.city import MORNING, City
from tests.database import postgresql_in_soak

pytestmark = postgresql_in_soak

FIELD = Path(__file__).parents[1] / "field"
THREE_DAYS = FIELD / "16-tiga-hari-tanggal.xlsx"
WORD = FIELD / "38-daftar-word.docx"


@pytest.fixture
def sari(engine: Engine, settings: Settings) -> City:
    """Sari's workshop for two target groups, with a session on each of three days from 5 August 2025 on."""
    city = City(engine, settings)
    workshop = city.workshop("BIMTEK", "umkm", "rt")
    for day in range(3):
        starts = MORNING + timedelta(days=day)
        form = WorkshopSessionInput(starts, starts + timedelta(hours=3))
        city.add_session(workshop, f"BIMTEK-{day + 1}", form)
    return city


def upload(page: Page, session_code: str, path: Path) -> None:
    page.goto(f"/sesi/{session_code}/unggah")
    page.set_input_files("input[type=file]", path)
    submit(page)


@on_desktop_phone_in_soak
def test_three_days_are_asked_for_their_group_once(
    page: Page, sari: City, check_accessibility: PageCheck
) -> None:
    log_in_as(page, sari, "sari")
    upload(page, "BIMTEK-1", THREE_DAYS)
    panel = page.locator("#sesi-berkas")
    panel.get_by_role("link", name="Baca juga untuk sesi lain").click()
    page.get_by_role("button", name="Baca berkas untuk sesi-sesi ini").click()
    expect(panel).to_contain_text("Jawab dahulu yang ditanyakan")
    expect(page.get_by_role("button", name="Simpan")).to_have_count(0)
    check_accessibility(page)

    page.locator("#kelompok").get_by_role("button", name="UMKM").click()
    expect(panel.locator("tbody tr", has_text="tidak ada")).to_have_count(3)
    expect(page.locator("body")).not_to_contain_text("Periksa apakah itu hari yang benar")
    panel.get_by_role("button", name="Simpan semua 3 sesi").click()
    expect(panel.locator("tbody tr", has_text="Tersimpan")).to_have_count(3)
    assert len(sari.all(Registration)) == 27
    check_accessibility(page)

    page.get_by_role("link", name="Batalkan sesi ini saja").click()
    expect(page.locator(".note")).to_contain_text("Berkas ini disimpan untuk 3 sesi.")
    check_accessibility(page)
    page.get_by_role("link", name="Batalkan semua sesi dari berkas ini").click()
    page.get_by_role("button", name="Batalkan semua 3 sesi").click()
    expect(page.locator("body")).to_contain_text("Semua sesi dari berkas ini sudah dibatalkan.")
    assert sari.all(Participant) == []


@on_desktop_phone_in_soak
def test_a_list_in_word_is_moved_to_the_session_of_its_day(
    page: Page, sari: City, check_accessibility: PageCheck
) -> None:
    log_in_as(page, sari, "sari")
    upload(page, "BIMTEK-2", WORD)
    question = page.locator("#tanya-date-differs")
    expect(question).to_contain_text("Lembar bertanggal 05-08-2025, sedangkan sesi berlangsung 06-08-2025")
    check_accessibility(page)
    question.get_by_role("button", name="Pindahkan ke BIMTEK-1, 05-08-2025").click()
    expect(page.locator("body")).to_contain_text("Daftar ini sekarang milik sesi BIMTEK-1.")

    page.locator("#kelompok").get_by_role("button", name="UMKM").click()
    page.get_by_role("button", name="Simpan 8 baris").click()
    expect(page.locator("#simpan")).to_contain_text("8 hadir, 0 tidak hadir, 0 izin")
    page.get_by_role("link", name="Ke halaman sesi").click()
    expect(page).to_have_url("/sesi/BIMTEK-1")
