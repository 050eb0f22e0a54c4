"""A messy sheet is uploaded and repaired with few clicks; choosing a file or an option counts as one, too."""

from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine

from app.models import AttendanceStatus
from app.settings import Settings
from tests.browser.clicks import CountedPage
from tests.browser.conftest import on_desktop_phone_in_soak
from tests.browser.steps import log_in_as
from tests.city import City

MESSY_SHEET = Path("tests/samples/umkm-berantakan.xlsx")


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    city = City(engine, settings)
    city.session("UMKM-2025-1", datetime(2025, 9, 10, 8, 30))  # noqa: DTZ001 (a wall-clock time in WITA)
    return city


@on_desktop_phone_in_soak
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_messy_sheet_is_repaired_in_twelve_clicks(page: Page, city: City, width: int) -> None:
    log_in_as(page, city, "sari")
    page.goto("/sesi/UMKM-2025-1/unggah")
    walk = CountedPage(page)

    def answer(number: int, button: str, kind: str = "create") -> Locator:
        row = page.locator(f"#baris-{number}")
        walk.click(row.locator(button))
        expect(row).to_have_class(f"kind-{kind}")
        return row

    page.locator("input[name=file]").set_input_files(MESSY_SHEET)
    walk.clicks += 1
    walk.click("main form button[type=submit]")
    answer(13, "button:text-is('Gunung Sari Ilir')")
    for number, kelurahan in ((14, "Sepinggan"), (16, "Damai")):
        walk.choose(page.locator(f"#baris-{number} select"), label=kelurahan)
        answer(number, "button:text-is('Pakai')")
    answer(15, "button:text-is('Manggar')")
    answer(17, "button[value=hadir]")
    answer(19, "button[value=skip]", "skip")
    walk.click("#simpan button[type=submit]")
    expect(page.locator("#simpan form")).to_have_count(0)

    outcomes = list(city.outcomes().values())
    assert outcomes.count(AttendanceStatus.PRESENT) == 11
    assert len(outcomes) == 13
    assert walk.clicks + walk.fields <= 12
