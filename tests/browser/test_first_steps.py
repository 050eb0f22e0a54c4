"""An empty installation: how the first account is made, and the six steps that an administrator is led through."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.database import writing
from app.models import Role
from app.permissions import OPERATOR
from app.services.accounts.users import create_password_link, create_user
from tests.browser.conftest import PageCheck, Screenshot
from tests.browser.steps import create_session, log_in, submit

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

PASSWORD = "kebun raya di tepi kota"


def test_an_administrator_is_led_from_the_first_account_through_six_steps(
    page: Page, engine: Engine, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    page.goto("/masuk")
    expect(page.locator(".first-account")).to_contain_text("jangkau user create")
    check_accessibility(page)
    screenshot(page, "first-account")

    # What the command does.
    with writing(engine) as db:
        admin = create_user(db, OPERATOR, email="awal@contoh.id", name="Awal Contoh", role=Role.ADMIN)
        secret = create_password_link(db, OPERATOR, admin)
    page.goto(f"/kata-sandi/{secret}")
    for field in page.locator("input[autocomplete=new-password]").all():
        field.fill(PASSWORD)
    submit(page)
    expect(page).to_have_url("/masuk")
    log_in(page, "awal@contoh.id", PASSWORD)

    page.goto("/")
    page.locator(".todo a.button").first.click()
    expect(page).to_have_url("/administrasi/mulai")
    check_accessibility(page)
    screenshot(page, "first-steps", topic="langkah-awal")
    expect_open(page, 6)

    page.locator("#mail summary").click()
    check_accessibility(page)
    begin_next_step(page)
    check_accessibility(page)
    page.locator("input[name=address]").fill("Jl. Contoh No. 1")
    submit(page)
    expect_open(page, 5)

    begin_next_step(page)
    page.locator("input[name=name]").fill("Kampus Contoh")
    submit(page)
    expect_open(page, 4)

    begin_next_step(page)
    page.locator("input[name=email]").fill("panitia@contoh.id")
    page.locator("input[name=name]").fill("Panitia Contoh")
    submit(page)
    expect_open(page, 3)

    begin_next_step(page)
    page.locator("input[name=title]").fill("Kelas Contoh")
    page.locator("input[name=code]").fill("KELAS")
    submit(page)
    create_session(page, "KELAS", "KELAS-1")
    expect_open(page, 2)

    begin_next_step(page)
    page.locator("form .target-grid .defaults input").first.fill("5")
    page.locator("form .target-buttons button").click()
    expect_open(page, 1)

    begin_next_step(page)
    expect(page.locator("main")).to_contain_text("JANGKAU_SMTP_URL")
    check_accessibility(page)
    page.goto("/administrasi/mulai")
    page.locator("#mail summary").click()
    page.locator("#mail input").fill("Server surel menyusul")
    page.locator("#mail details button").click()
    expect(page.locator("#mail")).to_contain_text("Server surel menyusul")
    expect_open(page, 0)

    page.goto("/")
    expect(page.locator(".todo")).not_to_contain_text("Siapkan Jangkau")


def expect_open(page: Page, count: int) -> None:
    """Open the page of the steps and check how many are still to do."""
    page.goto("/administrasi/mulai")
    expect(page.locator(".setup .badge-attention")).to_have_count(count)


def begin_next_step(page: Page) -> None:
    """Follow the one main button of the page of the steps."""
    page.locator(".setup a.button:not(.quiet)").click()
    expect(page).not_to_have_url("/administrasi/mulai")
