"""Logging in in two steps, with an app and with a passkey. The passkey is that of Chromium's virtual authenticator."""

import re
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine
from sqlmodel import col, update

from app.database import writing
from app.models import AuthenticatorApp
from app.permissions import OPERATOR
from app.services.accounts.users import create_password_link, set_password_by_link
from app.settings import Settings
from tests.browser.conftest import PageCheck, Screenshot
from tests.browser.steps import fulfill_with_ok, submit
from tests.city import City
from tests.server import Server, serving

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

PASSWORD = "kebun raya di tepi kota"


@pytest.fixture
def server(environment: dict[str, str], tmp_path: Path) -> Iterator[Server]:
    """A server with a name, without which browsers allow no passkeys. Administrators need a second step."""
    with serving(environment | {"JANGKAU_SECOND_FACTOR": "admins"}, tmp_path, host="localhost") as server:
        yield server


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    """Made, the administrator, has a password."""
    city = City(engine, settings)
    with writing(engine) as db:
        set_password_by_link(db, create_password_link(db, OPERATOR, city.users["made"]), PASSWORD)
    return city


@pytest.fixture
def authenticator(page: Page) -> str:
    """Return the id of a virtual authenticator of the browser, which has a passkey for whoever asks."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return str(added["authenticatorId"])


def type_password(page: Page) -> None:
    page.goto("/masuk")
    page.locator("input[name=email]").fill("made@contoh.id")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form[action='/masuk'] button[type=submit]").click()


def log_out(page: Page) -> None:
    page.goto("/akun/dua-langkah")
    page.get_by_role("button", name="Keluar").click()
    expect(page).to_have_url("/masuk")


def test_an_administrator_sets_up_an_app_and_logs_in_with_it(
    page: Page, city: City, engine: Engine, check_accessibility: PageCheck, screenshot: Screenshot
) -> None:
    type_password(page)
    expect(page).to_have_url("/akun/dua-langkah")
    check_accessibility(page)
    page.get_by_role("button", name="Pasang aplikasi").click()
    expect(page.locator("img.qr")).to_be_visible()
    check_accessibility(page)
    app = pyotp.TOTP(page.locator("code.secret").inner_text().replace(" ", ""))
    page.locator("input[name=code]").fill(app.now())
    page.get_by_role("button", name="Selesai").click()
    codes = page.locator("#codes").input_value().split()
    assert len(codes) == 10
    check_accessibility(page)
    page.get_by_role("link", name="Sudah saya simpan").click()
    expect(page.locator("main")).to_contain_text("Terpasang")
    check_accessibility(page)
    screenshot(page, "second-step")
    with writing(engine) as db:  # as if half a minute had passed
        db.exec(update(AuthenticatorApp).values(last_step=col(AuthenticatorApp.last_step) - 2))
    log_out(page)

    type_password(page)
    expect(page.locator("h1")).to_have_text("Langkah kedua")
    check_accessibility(page)
    page.route("**/masuk/kode", fulfill_with_ok, times=1)
    page.locator("input[name=code]").fill("000000")
    page.get_by_role("button", name="Masuk", exact=True).click()
    expect(page.locator(".refusal[role=alert]").first).to_contain_text("Kode ini tidak benar")
    page.locator("input[name=code]").fill(app.now())
    page.get_by_role("button", name="Masuk", exact=True).click()
    expect(page).to_have_url("/")

    log_out(page)
    type_password(page)
    page.locator("input[name=code]").fill(codes[0])
    submit(page)
    expect(page).to_have_url("/")


def test_an_administrator_sets_up_a_passkey_and_logs_in_with_it_alone(
    page: Page, city: City, authenticator: str, check_accessibility: PageCheck
) -> None:
    type_password(page)
    expect(page).to_have_url("/akun/dua-langkah")
    page.locator("input[name=name]").fill("Laptop kantor")
    page.get_by_role("button", name="Pasang kunci sandi").click()
    expect(page.locator("h1")).to_have_text("Kode pemulihan Anda")
    page.get_by_role("link", name="Sudah saya simpan").click()
    expect(page.locator("summary")).to_contain_text("Laptop kantor")
    check_accessibility(page)
    log_out(page)

    page.goto("/masuk?kembali=/kegiatan")
    check_accessibility(page)
    page.get_by_role("button", name="Masuk dengan kunci sandi").click()
    expect(page).to_have_url("/kegiatan")

    log_out(page)
    type_password(page)
    expect(page.locator("h1")).to_have_text("Langkah kedua")
    page.get_by_role("button", name="Masuk dengan kunci sandi").click()
    expect(page).to_have_url(re.compile(r"/$"))


def test_a_removed_passkey_logs_nobody_in(page: Page, city: City, authenticator: str) -> None:
    type_password(page)
    page.get_by_role("button", name="Pasang aplikasi").click()
    app = pyotp.TOTP(page.locator("code.secret").inner_text().replace(" ", ""))
    page.locator("input[name=code]").fill(app.now())
    page.get_by_role("button", name="Selesai").click()
    page.get_by_role("link", name="Sudah saya simpan").click()
    page.get_by_role("button", name="Pasang kunci sandi").click()
    page.locator("summary", has_text="Kunci sandi").click()
    page.get_by_role("button", name="Hapus kunci sandi").click()
    expect(page.locator(".flash")).to_contain_text("Kunci sandi sudah dihapus.")
    log_out(page)

    page.route("**/masuk/kunci", fulfill_with_ok)
    page.get_by_role("button", name="Masuk dengan kunci sandi").click()
    expect(page.locator("form[action='/masuk'] .refusal")).to_contain_text("Kunci sandi tidak diterima")
