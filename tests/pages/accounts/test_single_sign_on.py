"""Single sign-on against two providers, which check what Jangkau sends: PKCE, nonce, and who the client is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from joserfc.jwk import ECKey
from pydantic import SecretStr

from app.models import Activity, ExternalIdentity, User
from app.settings import Settings
from app.web.accounts.identity_provider import CALLBACK_PATH, identity_provider_from_settings
from tests.city import City
from tests.identity_providers import CLIENT_ID, MockProvider, ModelProvider, parameters, running
from tests.pages.conftest import english_browser
from tests.server import free_port

pytestmark = pytest.mark.slow

CALLBACK = f"http://127.0.0.1:8000{CALLBACK_PATH}"


def private_key(path: Path) -> Path:
    """Write a new key of the curve P-521 to a PEM file, as `openssl ecparam -name secp521r1 -genkey` does."""
    key = ec.generate_private_key(ec.SECP521R1())
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
    return path


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return private_key(tmp_path_factory.mktemp("sso") / "kunci.pem")


@pytest.fixture(scope="module")
def model_provider(key_file: Path) -> Iterator[ModelProvider]:
    """A provider that asks for what INApas does: a client that signs with ES512."""
    key = ECKey.import_key(key_file.read_bytes())
    provider = ModelProvider(
        free_port(),
        {
            "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": "ES512",
            "jwks": {
                "keys": [{**key.as_dict(private=False), "kid": "jangkau-1", "use": "sig", "alg": "ES512"}]
            },
            "redirect_uris": [CALLBACK],
            "post_logout_redirect_uris": ["http://127.0.0.1:8000/masuk"],
        },
    )
    with running(provider):
        yield provider


@pytest.fixture
def settings(settings: Settings, model_provider: ModelProvider, key_file: Path) -> Settings:
    return settings.model_copy(
        update={
            "oidc_name": "INApas",
            "oidc_issuer": model_provider.url,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_auth": "private_key_jwt",
            "oidc_private_key_file": key_file,
            "oidc_key_id": "jangkau-1",
            "oidc_scope": "openid email profile jangkau",
        }
    )


def configure(app: FastAPI, settings: Settings, **changes: object) -> None:
    """Give the running app a provider with these settings changed."""
    changed = settings.model_copy(update=changes)
    container = app.state.container
    provider = identity_provider_from_settings(changed)
    app.state.container = container.__class__(
        **{**vars(container), "settings": changed, "identity_provider": provider}
    )


def begin(browser: TestClient, back: str = "/") -> str:
    """Follow the button of the login page, and return the provider's URL."""
    answer = browser.get("/masuk/sso", params={"kembali": back})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def come_back(browser: TestClient, url: str) -> Response:
    assert url.startswith(CALLBACK), url
    return browser.get(CALLBACK_PATH, params=parameters(url))


def refusals(city: City) -> list[str]:
    """Return the reasons of refused logins in the activity log."""
    return [row.reason for row in city.all(Activity) if row.action == "refuse-login"]


def test_a_signed_client_with_pkce_logs_in_a_user_by_verified_email(
    nobody: TestClient, city: City, model_provider: ModelProvider
) -> None:
    assert 'href="/masuk/sso?kembali=/kegiatan"' in nobody.get("/masuk?kembali=/kegiatan").text
    url = begin(nobody, "/kegiatan")
    sent = parameters(url)
    assert (sent["code_challenge_method"], sent["response_type"]) == ("S256", "code")
    assert {"state", "nonce", "code_challenge"} <= set(sent)

    answer = come_back(nobody, model_provider.log_in(url, "7f3a-sari"))

    assert (answer.status_code, answer.headers["location"]) == (303, "/kegiatan"), answer.text
    assert "Sari Panitia" in nobody.get("/kegiatan").text
    (identity,) = city.all(ExternalIdentity)
    assert (identity.issuer, identity.subject) == (model_provider.url, "7f3a-sari")
    assert identity.user_id == city.users["sari"].id


def test_without_settings_there_is_no_single_sign_on(
    nobody: TestClient, app: FastAPI, settings: Settings
) -> None:
    configure(app, settings, oidc_issuer="")

    assert "/masuk/sso" not in nobody.get("/masuk").text
    for page in ("", "/kembali?state=x&code=y", "/tautkan", "/keluar", "/kunci.json"):
        assert nobody.get(f"/masuk/sso{page}").status_code == 404


def test_the_provider_refuses_a_code_with_another_verifier(
    nobody: TestClient, city: City, model_provider: ModelProvider
) -> None:
    """The code of one attempt with the state of another: only the provider can tell, by PKCE."""
    first = model_provider.log_in(begin(nobody), "7f3a-sari")
    second = model_provider.log_in(begin(nobody), "7f3a-sari")

    mixed = parameters(second) | {"code": parameters(first)["code"]}
    answer = nobody.get(CALLBACK_PATH, params=mixed)

    assert_refused(nobody, answer, "INApas did not accept the request of Jangkau.")
    assert refusals(city) == ["provider-error: invalid_grant"]


def test_the_provider_refuses_a_client_with_another_key(
    nobody: TestClient,
    app: FastAPI,
    settings: Settings,
    city: City,
    model_provider: ModelProvider,
    tmp_path: Path,
) -> None:
    configure(app, settings, oidc_private_key_file=private_key(tmp_path / "lain.pem"))

    answer = come_back(nobody, model_provider.log_in(begin(nobody), "7f3a-sari"))

    assert_refused(nobody, answer, "INApas did not accept the request of Jangkau.")
    assert refusals(city) == ["provider-error: invalid_client"]


def test_a_finished_login_cannot_be_replayed(
    nobody: TestClient, city: City, model_provider: ModelProvider
) -> None:
    url = begin(nobody)
    attempt = nobody.cookies["jangkau_sso_attempt"]
    back = model_provider.log_in(url, "7f3a-sari")
    assert come_back(nobody, back).status_code == 303
    nobody.post("/keluar")

    assert_refused(nobody, come_back(nobody, back), "or was finished already")
    # Even whoever has kept the cookie: a code is good once.
    nobody.cookies["jangkau_sso_attempt"] = attempt
    assert_refused(nobody, come_back(nobody, back), "did not accept the request")
    assert refusals(city) == ["expired", "provider-error: invalid_grant"]


def test_a_login_is_bound_to_the_browser_that_began_it(
    nobody: TestClient, app: FastAPI, city: City, model_provider: ModelProvider
) -> None:
    """A stranger logs in, and sends the link that leads back to a victim, who would then work in their account."""
    back = model_provider.log_in(begin(nobody), "7f3a-sari")
    victim = english_browser(app)

    assert_refused(victim, come_back(victim, back), "Please begin again.")
    begin(victim)
    assert_refused(victim, come_back(victim, back), "Please begin again.")


def test_who_cancels_at_the_provider_is_not_logged_in(
    nobody: TestClient, city: City, model_provider: ModelProvider
) -> None:
    answer = come_back(nobody, model_provider.deny(begin(nobody)))

    assert_refused(nobody, answer, "The login at INApas was cancelled or refused there.")
    assert refusals(city) == ["denied"]


def test_new_keys_of_the_provider_are_fetched(
    nobody: TestClient, model_provider: ModelProvider, city: City
) -> None:
    come_back(nobody, model_provider.log_in(begin(nobody), "7f3a-sari"))
    nobody.post("/keluar")
    model_provider.stop()
    model_provider.start()

    answer = come_back(nobody, model_provider.log_in(begin(nobody), "7f3a-sari"))

    assert answer.headers.get("location") == "/", answer.text


def test_a_provider_that_does_not_answer_is_named(
    nobody: TestClient, app: FastAPI, settings: Settings, city: City
) -> None:
    configure(app, settings, oidc_issuer=f"http://127.0.0.1:{free_port()}")

    answer = nobody.get("/masuk/sso")

    assert_refused(nobody, answer, "INApas does not answer as it should at the moment.")
    assert refusals(city) == ["unreachable: ConnectError"]


def test_an_administrator_links_the_account_by_an_own_login(
    nobody: TestClient, app: FastAPI, admin: TestClient, city: City, model_provider: ModelProvider
) -> None:
    answer = come_back(nobody, model_provider.log_in(begin(nobody), "7f3a-made"))
    assert answer.headers["location"] == "/masuk/sso/tautkan"
    assert "jangkau_login" not in nobody.cookies
    assert "first log in to Jangkau as usual" in nobody.get("/masuk/sso/tautkan").text
    assert nobody.post("/masuk/sso/tautkan").headers["location"].startswith("/masuk?")
    assert city.all(ExternalIdentity) == []

    # The same in a browser in which Made has just logged in.
    come_back(admin, model_provider.log_in(begin(admin), "7f3a-made"))
    assert "Link the account" in admin.get("/masuk/sso/tautkan").text
    assert admin.post("/masuk/sso/tautkan").headers["location"] == "/akun"

    answer = come_back(nobody, model_provider.log_in(begin(nobody), "7f3a-made"))
    assert answer.headers["location"] == "/"
    assert "Made Admin" in nobody.get("/kegiatan").text

    (identity,) = city.all(ExternalIdentity)
    assert f'action="/akun/sso/{identity.id}/lepas"' in nobody.get("/akun").text
    assert nobody.post(f"/akun/sso/{identity.id}/lepas").headers["location"] == "/akun"
    assert city.all(ExternalIdentity) == []


def test_a_new_user_gets_role_and_organization_from_claims(
    nobody: TestClient, app: FastAPI, settings: Settings, city: City, model_provider: ModelProvider
) -> None:
    configure(
        app,
        settings,
        oidc_role_claim="roles",
        oidc_roles="jangkau-petugas=staff; jangkau-panitia=organizer",
        oidc_organization_claim="unit",
    )

    answer = come_back(nobody, model_provider.log_in(begin(nobody), "7f3a-baru"))

    assert answer.headers.get("location") == "/", answer.text
    laras = city.all(User)[-1]
    assert (laras.email, laras.name, laras.role) == ("laras@contoh.id", "Laras Contoh", "organizer")
    assert laras.organization_id == city.users["sari"].organization_id


def test_logging_out_offers_to_log_out_at_the_provider(
    nobody: TestClient, city: City, model_provider: ModelProvider
) -> None:
    come_back(nobody, model_provider.log_in(begin(nobody), "7f3a-sari"))

    answer = nobody.post("/keluar")
    assert answer.headers["location"] == "/masuk/sso/keluar"
    page = nobody.get("/masuk/sso/keluar").text

    address = f"{model_provider.url}/session/end?client_id=jangkau"
    assert f'href="{address}&amp;post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2Fmasuk"' in page
    assert nobody.get("/kegiatan").status_code == 303
    assert nobody.post("/keluar").headers["location"] == "/masuk"


def test_the_public_key_is_published_for_the_provider(nobody: TestClient) -> None:
    (key,) = nobody.get("/masuk/sso/kunci.json").json()["keys"]
    assert (key["kty"], key["crv"], key["alg"], key["kid"]) == ("EC", "P-521", "ES512", "jangkau-1")
    assert "d" not in key


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_clients_with_a_secret_log_in(
    nobody: TestClient, app: FastAPI, settings: Settings, city: City, mock_provider: MockProvider, method: str
) -> None:
    client_id, secret = mock_provider.register(CALLBACK, method)
    mock = {
        "oidc_issuer": mock_provider.url,
        "oidc_client_id": client_id,
        "oidc_client_auth": method,
        "oidc_scope": "openid email profile",
    }
    configure(app, settings, **mock, oidc_client_secret=SecretStr("salah"))
    answer = come_back(nobody, mock_provider.log_in(begin(nobody), "7f3a-sari"))
    assert_refused(nobody, answer, "INApas did not accept the request of Jangkau.")

    configure(app, settings, **mock, oidc_client_secret=SecretStr(secret))
    answer = come_back(nobody, mock_provider.log_in(begin(nobody), "7f3a-sari"))

    assert answer.headers.get("location") == "/", answer.text
    assert "Sari Panitia" in nobody.get("/kegiatan").text


def test_plain_oauth2_has_userinfo_and_no_id_token(
    nobody: TestClient, app: FastAPI, settings: Settings, city: City, mock_provider: MockProvider
) -> None:
    client_id, secret = mock_provider.register(CALLBACK, "client_secret_post")
    configure(
        app,
        settings,
        oidc_issuer=mock_provider.url,
        oidc_client_id=client_id,
        oidc_client_auth="client_secret_post",
        oidc_client_secret=SecretStr(secret),
        oidc_scope="profile email",
        oidc_authorization_url=f"{mock_provider.url}/oauth2/authorize",
        oidc_token_url=f"{mock_provider.url}/oauth2/token",
        oidc_userinfo_url=f"{mock_provider.url}/userinfo",
    )
    url = begin(nobody)
    assert "nonce" not in parameters(url)

    answer = come_back(nobody, mock_provider.log_in(url, "7f3a-sari"))

    assert answer.headers.get("location") == "/", answer.text
    assert nobody.post("/keluar").headers["location"] == "/masuk/sso/keluar"
    assert nobody.get("/masuk/sso/keluar").headers["location"] == "/masuk"


def assert_refused(browser: TestClient, answer: Response, sentence: str) -> None:
    """Assert that the page says this, and that nobody is logged in."""
    assert answer.status_code == 403
    assert sentence in answer.text
    assert "jangkau_login" not in browser.cookies
    assert browser.get("/kegiatan").status_code == 303
