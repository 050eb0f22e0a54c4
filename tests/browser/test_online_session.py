"""An online session on a phone: Zoom's report is uploaded, the rest answered in one form, saved, counted and undone."""

import pytest
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy import Engine

from app.settings import Settings
from tests.browser.clicks import CountedPage
from tests.browser.conftest import PHONE, PageCheck, Screenshot
from tests.browser.steps import log_in_as, submit
from tests.city import City
from tests.database import postgresql_in_soak
from tests.online_meetings import (
    CODE,
    LEFT_EARLY,
    MISSPELT,
    NAMES,
    NEVER_JOINED,
    OF_A_DEVICE,
    OF_A_FAMILY,
    WALK_INS,
    register_for_meeting,
    zoom_report,
)

pytestmark = [postgresql_in_soak, pytest.mark.slow]

REPORT: FilePayload = {"name": "participants.csv", "mimeType": "text/csv", "buffer": zoom_report()}
MAX_CLICKS = 12


@pytest.fixture
def city_office(engine: Engine, settings: Settings) -> City:
    """A city office with an online session for which fifty people are registered."""
    city = City(engine, settings)
    register_for_meeting(city)
    return city


@pytest.mark.parametrize("width", [PHONE])
def test_an_online_session_from_the_report_of_the_meeting(
    page: Page, city_office: City, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    log_in_as(page, city_office, "sari")
    page.goto(f"/sesi/{CODE}/ubah")
    expect(page.locator("#min_minutes-hint")).to_contain_text("itu 90 dari 180 menit")
    page.get_by_label("Luring (tatap muka)").check()
    expect(page.locator("#min_minutes")).to_be_hidden()
    page.locator("[name=mode][value=daring]").check()
    page.locator("#min_minutes").fill("80")
    check_accessibility(page)
    page.get_by_role("button", name="Simpan perubahan").click()
    expect(page.locator("main")).to_contain_text("80 menit di rapat daring dari 180")

    page.goto(f"/sesi/{CODE}/unggah")
    page.set_input_files("input[type=file]", REPORT)
    submit(page)
    expect(page.locator("#baris-7")).to_contain_text("30 dari 180 menit · minimal 80")
    check_accessibility(page)

    counted = CountedPage(page)
    counted.click(page.get_by_role("link", name="Jawab semuanya sekaligus"))
    expect(page.locator(".open-row")).to_have_count(5)
    check_accessibility(page)
    screenshot(page, "online-session", topic="rapat-daring", shows=".open-row")
    rows = {
        name: page.get_by_role("group", name=name) for name in ("iPhone", "Bakunk", "Sutrisno", *WALK_INS)
    }
    counted.check(rows["iPhone"].get_by_label(OF_A_DEVICE))
    counted.check(rows["Bakunk"].get_by_label(MISSPELT))
    counted.check(rows["Sutrisno"].get_by_label("Orang baru", exact=True))
    counted.choose(rows["Sutrisno"].get_by_label("Kelurahan"), label="Manggar")
    counted.choose(rows[WALK_INS[0]].get_by_label("Kelurahan"), label="Lamaru")
    counted.check(rows[WALK_INS[1]].get_by_label("Sisihkan: bukan peserta"))
    counted.choose(page.get_by_label("Kelompok sasaran orang baru"), option="umum")
    counted.click(page.get_by_role("button", name="Simpan jawaban"))

    expect(page.get_by_text("Semua sudah terjawab: periksa, lalu simpan.")).to_be_visible()
    counted.check(page.get_by_label("tidak hadir"))
    counted.click(page.locator("#simpan button[type=submit]").first)
    expect(page.locator("#simpan")).to_contain_text("hadir")
    assert counted.clicks <= MAX_CLICKS

    outcomes = city_office.outcomes()
    absent = {*LEFT_EARLY, *NEVER_JOINED, OF_A_FAMILY}
    came = {*NAMES, "Sutrisno Wijaya", WALK_INS[0], "Tuti Salak"} - absent
    assert outcomes == dict.fromkeys(absent, "absent") | dict.fromkeys(came, "present")
    page.goto("/cakupan?from=2025-08-05&to=2025-08-05")
    expect(page.locator("main")).to_contain_text(f"{len(came)} peserta")

    page.goto("/unggahan")
    page.get_by_role("link", name="participants.csv").first.click()
    page.get_by_role("link", name="Batalkan unggahan ini").click()
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text("dibatalkan")
    assert city_office.outcomes() == dict.fromkeys(NAMES, None)
