"""What a phone shows first, and what a window of 1280 pixels still shows enlarged four times."""

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine

from app.settings import Settings
from tests.browser.conftest import PHONE
from tests.browser.steps import log_in_as
from tests.city import City
from tests.upcoming_sessions import create_upcoming_session

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

ENLARGED = 320


@pytest.fixture
def sari(page: Page, engine: Engine, settings: Settings) -> Page:
    city = City(engine, settings)
    create_upcoming_session(city)
    log_in_as(page, city, "sari")
    return page


@pytest.mark.parametrize("width", [PHONE])
@pytest.mark.parametrize("form", ["unggah", "daftarkan"])
def test_a_form_stands_above_what_explains_it(sari: Page, form: str) -> None:
    sari.goto(f"/sesi/JUALAN-1/{form}")
    field, explanation = (sari.locator(at).bounding_box() for at in ("form.sheet input", ".explained"))
    assert field
    assert explanation
    assert field["y"] < explanation["y"]


@pytest.mark.parametrize("width", [ENLARGED])
def test_dates_break_where_they_have_no_room(sari: Page) -> None:
    sari.goto("/sesi/JUALAN-1")
    assert sari.evaluate("document.documentElement.scrollWidth") == ENLARGED
