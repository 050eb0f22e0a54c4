"""Users log in at an identity provider: Sari at once, Made after he has linked his account by an own login."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.database import writing
from app.permissions import OPERATOR
from app.services.accounts.users import create_password_link, set_password_by_link
from app.settings import Settings
from app.web.accounts.identity_provider import CALLBACK_PATH
from tests.browser.conftest import PageCheck
from tests.browser.steps import fulfill_with_ok, submit
from tests.city import City
from tests.identity_providers import CLIENT_ID, ModelProvider, running
from tests.server import Server, free_port

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

PASSWORD = "kebun raya di tepi kota"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP521R1())
    path = tmp_path / "sso.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


@pytest.fixture
def provider_port() -> int:
    return free_port()


@pytest.fixture
def environment(environment: dict[str, str], key_file: Path, provider_port: int) -> dict[str, str]:
    return environment | {
        "JANGKAU_OIDC_NAME": "INApas",
        "JANGKAU_OIDC_ISSUER": f"http://127.0.0.1:{provider_port}",
        "JANGKAU_OIDC_CLIENT_ID": CLIENT_ID,
        "JANGKAU_OIDC_CLIENT_AUTH": "private_key_jwt",
        "JANGKAU_OIDC_PRIVATE_KEY_FILE": str(key_file),
    }


@pytest.fixture
def provider(server: Server, page: Page, provider_port: int) -> Iterator[ModelProvider]:
    """The provider, which knows the key that the service publishes."""
    provider = ModelProvider(
        provider_port,
        {
            "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": "ES512",
            "jwks": httpx2.get(f"{server.url}/masuk/sso/kunci.json").json(),
            "redirect_uris": [f"{server.url}{CALLBACK_PATH}"],
            "post_logout_redirect_uris": [f"{server.url}/masuk"],
        },
    )
    # The provider's pages ask for a font from the internet.
    page.route("https://fonts.googleapis.com/**", lambda route: route.fulfill(content_type="text/css"))
    with running(provider):
        yield provider


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    """Made, the administrator, has a password."""
    city = City(engine, settings)
    with writing(engine) as db:
        set_password_by_link(db, create_password_link(db, OPERATOR, city.users["made"]), PASSWORD)
    return city


def log_in_at_provider(page: Page, subject: str, *, consents: bool = True) -> None:
    """Follow the button of the login page, log in on the provider's page and consent on the next."""
    page.get_by_role("link", name="Masuk dengan INApas").click()
    page.locator("input[name=login]").fill(subject)
    page.locator("input[name=password]").fill("apa saja")
    page.get_by_role("button", name="Sign-in").click()
    if consents:
        page.get_by_role("button", name="Continue").click()


def test_users_log_in_and_out_at_the_provider(
    page: Page, city: City, provider: ModelProvider, check_accessibility: PageCheck
) -> None:
    page.goto("/kegiatan")
    check_accessibility(page)
    log_in_at_provider(page, "7f3a-sari")
    expect(page).to_have_url("/kegiatan")
    expect(page.locator(".who")).to_contain_text("Sari Panitia")

    page.locator("form[action='/keluar'] button").click()
    expect(page.locator("h1")).to_have_text("Anda sudah keluar dari Jangkau")
    check_accessibility(page)
    page.get_by_role("link", name="Keluar juga dari INApas").click()
    page.get_by_role("button", name="Yes, sign me out").click()
    expect(page).to_have_url(re.compile(r"/masuk(\?.*)?$"))


def test_an_administrator_links_the_account_by_the_own_password(
    page: Page, city: City, provider: ModelProvider, check_accessibility: PageCheck
) -> None:
    page.goto("/masuk")
    log_in_at_provider(page, "7f3a-made")
    expect(page.locator("h1")).to_have_text("Tautkan akun Anda di INApas")
    check_accessibility(page)
    submit(page)
    page.locator("input[name=email]").fill("made@contoh.id")
    page.locator("input[name=password]").fill(PASSWORD)
    submit(page)
    expect(page.locator("main")).to_contain_text("Made Admin, made@contoh.id")
    check_accessibility(page)
    submit(page)
    expect(page.locator(".flash")).to_have_text("Mulai sekarang Anda dapat masuk dengan INApas.")
    check_accessibility(page)

    page.locator("form[action='/keluar'] button").click()
    page.get_by_role("link", name="Masuk dengan INApas").click()
    expect(page.locator(".who")).to_contain_text("Made Admin")

    page.goto(f"/administrasi/pengguna/{city.users['made'].id}")
    check_accessibility(page)
    page.get_by_role("button", name="Lepaskan").click()
    expect(page.locator(".flash")).to_contain_text("Tautan sudah dilepaskan.")


def test_a_login_that_is_over_is_explained(page: Page, city: City, check_accessibility: PageCheck) -> None:
    page.route("**/masuk/sso/kembali*", fulfill_with_ok)
    page.goto(f"{CALLBACK_PATH}?state=lama&code=lama")

    expect(page.locator("main")).to_contain_text("Upaya masuk ini lebih lama dari sepuluh menit")
    check_accessibility(page)
    page.get_by_role("link", name="Ke halaman masuk").click()
    expect(page).to_have_url("/masuk")
