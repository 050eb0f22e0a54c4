"""The connection goes while a row is answered: that is said, and what was typed can be sent again."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.settings import Settings
from tests.browser.steps import log_in_as
from tests.city import City, sheet

NAMELESS = sheet("Nama;Kelurahan;Kehadiran", "Tuti Kenanga;Manggar;hadir", ";Manggar;hadir")

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def test_a_press_without_an_answer_is_said_until_the_next_is_answered(
    page: Page, engine: Engine, settings: Settings
) -> None:
    city = City(engine, settings)
    made = city.upload(city.session(), NAMELESS)
    log_in_as(page, city, "sari")
    complaining = page.context.new_page()  # in its console, as it should
    complaining.goto(f"/unggahan/{made.id}")
    notice, row = complaining.locator("#tanpa-jawaban"), complaining.locator("#baris-3")
    expect(notice).to_be_hidden()

    complaining.context.set_offline(True)
    row.locator("input[name=name]").fill("Joko Anggrek")
    row.get_by_role("button", name="Pakai").click()
    expect(notice).to_be_in_viewport()
    expect(row.locator("input[name=name]")).to_have_value("Joko Anggrek")

    complaining.context.set_offline(False)
    row.get_by_role("button", name="Pakai").click()
    expect(row).to_have_class("kind-create")
    expect(notice).to_be_hidden()
