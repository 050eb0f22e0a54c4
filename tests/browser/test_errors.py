"""What was refused: said in the title, in a summary that has the focus, and beside each field."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.settings import Settings
from app.spreadsheets.formats.failures import MAX_BYTES
from tests.browser.steps import fulfill_with_ok, log_in_as, submit
from tests.city import City
from tests.upcoming_sessions import create_upcoming_session

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


@pytest.fixture
def sari(page: Page, engine: Engine, settings: Settings) -> Page:
    city = City(engine, settings)
    create_upcoming_session(city)
    log_in_as(page, city, "sari")
    return page


@pytest.mark.parametrize("javascript", [True, False])
def test_the_summary_of_errors_has_the_focus_and_leads_to_the_fields(sari: Page) -> None:
    sari.goto("/tempat/baru")
    sari.route("**/tempat/baru", fulfill_with_ok)
    sari.locator("#name").fill(" ")
    submit(sari)

    expect(sari).to_have_title("Galat: Tempat baru · Jangkau")
    summary = sari.get_by_role("alert").filter(has=sari.get_by_role("link"))
    expect(summary).to_be_focused()
    summary.get_by_role("link").press("Enter")
    expect(sari.locator("#name")).to_be_focused()
    expect(sari.locator("#name")).to_have_accessible_description("Nama perlu diisi.")


@pytest.fixture
def large_file(tmp_path: Path) -> Path:
    file = tmp_path / "besar.csv"
    file.write_bytes(b"Nama;Kelurahan\n" + b"a" * 2 * MAX_BYTES)
    return file


@pytest.mark.parametrize("javascript", [False])
@pytest.mark.parametrize("form", ["/sesi/JUALAN-1/unggah", "/tempat/unggah"])
def test_a_file_that_is_too_large_is_answered_on_the_page_of_the_form(
    sari: Page, large_file: Path, form: str
) -> None:
    """The body is longer than the service reads at all."""
    sari.goto(form)
    sari.locator("#file").set_input_files(large_file)
    submit(sari)

    expect(sari).to_have_url(form)
    expect(sari.get_by_role("alert").filter(has_text="lebih besar dari 10 MB")).to_be_focused()
    expect(sari.locator("#file")).to_be_visible()


def test_a_file_that_is_too_large_is_not_sent(sari: Page, large_file: Path) -> None:
    sari.goto("/tempat/unggah")
    sari.route("**/tempat/unggah", lambda route: pytest.fail(f"sent: {route.request.method}"))
    sari.locator("#file").set_input_files(large_file)
    submit(sari)

    message = sari.locator("#file").evaluate("file => file.validationMessage")
    assert message.startswith("Berkas lebih besar dari 10 MB.")
