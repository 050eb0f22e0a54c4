"""A list that contradicts the door and an earlier list, on desktop and phone: one press answers for all."""

from datetime import timedelta

import pytest
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy import Engine
from sqlmodel import select

from app.database import writing
from app.models import AttendanceStatus, Registration
from app.models.base import now
from app.services.registrations.attendance_marks import MarkInput, mark_attendance
from app.settings import Settings
from tests.browser.conftest import PageCheck, on_phone_desktop_in_soak
from tests.browser.steps import log_in_as, submit
from tests.city import City, sheet
from tests.database import postgresql_in_soak

pytestmark = postgresql_in_soak

HEADER = "Nama;Kelurahan;Unsur;Telepon;Kehadiran"
FIRST = sheet(
    HEADER,
    "Ani Contoh;Manggar;umkm;081200000411;hadir",
    "Budi Misal;Manggar;umkm;081200000412;tidak",
    "Cici Umpama;Lamaru;umkm;081200000413;hadir",
)
CORRECTED: FilePayload = {
    "name": "perbaikan.csv",
    "mimeType": "text/csv",
    "buffer": sheet(
        HEADER,
        "Ani Contoh;Manggar;umkm;081200000499;hadir",
        "Budi Misal;Manggar;umkm;081200000412;izin",
        "Dedi Tamsil;Lamaru;umkm;;tidak",
        "Eka Ibarat;Lamaru;umkm;;tidak",
        "Bu Rina;Manggar;umkm;;hadir",
    ),
}


@pytest.fixture
def sari(engine: Engine, settings: Settings) -> City:
    """Sari has saved a first list; two people were marked present at the door, and Rina Gani is registered."""
    city = City(engine, settings)
    code = city.session()
    at_the_door = [city.register(code, name, "64.71.01.1002") for name in ("Dedi Tamsil", "Eka Ibarat")]
    city.register(code, "Rina Gani Anwar")
    city.import_sheet(code, FIRST)
    with writing(engine) as db:
        for person in at_the_door:
            registration = db.exec(select(Registration).where(Registration.participant_id == person.id)).one()
            present = MarkInput(AttendanceStatus.PRESENT, at=now() - timedelta(minutes=5))
            mark_attendance(db, city.actor("sari"), registration, present)
    return city


@on_phone_desktop_in_soak
def test_what_a_corrected_list_changes(page: Page, sari: City, check_accessibility: PageCheck) -> None:
    log_in_as(page, sari, "sari")
    page.goto("/sesi/UMKM-2025-1/unggah")
    page.set_input_files("input[type=file]", CORRECTED)
    submit(page)

    expect(page.locator("#pintu")).to_contain_text(
        "2 orang dicatat di pintu lain dari yang tertulis di lembar"
    )
    expect(page.locator("#baris-2")).to_contain_text("0812••••411 → 0812••••499")
    expect(page.locator("#baris-3")).to_contain_text("Tidak hadir → Izin")
    expect(page.locator("#baris-4")).to_contain_text("(Sari) → Tidak hadir di lembar")
    expect(page.locator("#baris-6")).to_contain_text("Rina Gani Anwar")
    expect(page.locator("#simpan")).to_contain_text("1 orang tercatat kehadirannya dari daftar sebelumnya")
    check_accessibility(page)

    page.get_by_role("button", name="Yang dicatat di pintu").click()
    expect(page.locator("#baris-5 .row-outcome")).to_contain_text("sudah ada")
    page.locator("#baris-6").get_by_role("button", name="Rina Gani Anwar").click()
    expect(page.locator("#baris-6 .row-outcome")).to_contain_text("akan diubah")
    page.get_by_label("dihapus").check()
    page.get_by_role("button", name="Simpan 3 baris").click()

    expect(page.locator("#simpan")).to_contain_text("Tidak ada lagi di lembar, kehadirannya dihapus")
    assert sari.outcomes() == {
        "Dedi Tamsil": "present",
        "Eka Ibarat": "present",
        "Rina Gani Anwar": "present",
        "Ani Contoh": "present",
        "Budi Misal": "excused",
        "Cici Umpama": None,
    }
    page.get_by_role("link", name="Batalkan unggahan ini").click()
    expect(page.locator(".panel")).to_contain_text("1 orang yang tidak ada di lembar mendapat kembali")
    page.get_by_role("button", name="Batalkan unggahan").click()
    expect(page.locator("body")).to_contain_text("Yang dibatalkan")
    assert sari.outcomes()["Cici Umpama"] == "present"
