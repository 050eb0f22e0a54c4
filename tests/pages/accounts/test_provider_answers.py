"""Answers of an identity provider that are wrong, forged, too late or too large: nobody is logged in."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import ThreadingHTTPServer
from threading import Thread

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from pydantic import SecretStr
from pyotp import TOTP

from app.database import writing
from app.keys import Purpose, derive_key
from app.models import Activity, ExternalIdentity
from app.services.accounts.second_factors import begin_app, confirm_app, get_new_app_secret
from app.services.activities import MAX_REFUSALS_A_MINUTE
from app.settings import Settings
from app.web.accounts import identity_provider
from app.web.accounts.identity_provider import CALLBACK_PATH, identity_provider_from_settings
from app.web.limits import SIGN_ONS
from tests.city import City
from tests.identity_providers import CLIENT_ID, parameters
from tests.pages.accounts.scripted_provider import (
    METADATA,
    Answer,
    ScriptedProvider,
    compressed,
    handler_of,
    json_answer,
)
from tests.pages.conftest import english_browser, served

INVALID = "The answer of INApas is not valid, so nobody was logged in."
WRONG_CLOCK = "its clock and that of Jangkau differ"
UNREACHABLE = "INApas does not answer as it should at the moment."
NOT_ACCEPTED = "INApas did not accept the request of Jangkau."
ELSEWHERE = "http://127.0.0.1:9/rahasia"

Change = Callable[[ScriptedProvider], object]


@pytest.fixture
def provider() -> Iterator[ScriptedProvider]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(lambda: scripted))
    scripted = ScriptedProvider(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield scripted
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def settings(settings: Settings, provider: ScriptedProvider) -> Settings:
    return settings.model_copy(
        update={
            "oidc_name": "INApas",
            "oidc_issuer": provider.url,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": SecretStr("rahasia"),
        }
    )


def log_in(browser: TestClient, provider: ScriptedProvider, **answer: str) -> Response:
    """Begin a login, and come back from the provider with a code, or with this answer."""
    begun = browser.get("/masuk/sso")
    if begun.status_code != 303:
        return begun
    sent = parameters(begun.headers["location"])
    provider.nonce = sent["nonce"]
    return browser.get(CALLBACK_PATH, params={"state": sent["state"], **(answer or {"code": "kode"})})


def test_the_answer_of_an_honest_provider_logs_in(
    nobody: TestClient, city: City, provider: ScriptedProvider
) -> None:
    assert log_in(nobody, provider).headers["location"] == "/"


@pytest.mark.parametrize(
    "change",
    [
        lambda provider: provider.claims.update(nonce="lain"),
        lambda provider: provider.claims.update(nonce=None),
        lambda provider: provider.claims.update(aud="aplikasi-lain"),
        lambda provider: provider.claims.update(aud="aplikasi-lain", azp=CLIENT_ID),
        lambda provider: provider.claims.update(aud=[CLIENT_ID, "aplikasi-lain"], azp="aplikasi-lain"),
        lambda provider: provider.claims.update(aud=None),
        lambda provider: provider.claims.update(iss="https://sso.contoh.id"),
        lambda provider: provider.claims.update(sub=None),
        lambda provider: provider.claims.update(exp="besok"),
        lambda provider: provider.claims.update(at_hash="salah"),
        lambda provider: setattr(provider, "sign", provider.sign_with_another_key),
        lambda provider: setattr(provider, "sign", provider.sign_with_an_unknown_key),
        lambda provider: setattr(provider, "sign", provider.sign_with_the_public_key_as_secret),
        lambda provider: setattr(provider, "sign", provider.sign_with_nothing),
        lambda provider: setattr(provider, "sign", lambda _: "bukan.sebuah.token"),
        lambda provider: provider.answers.update(
            {"/token": json_answer({"access_token": "a", "token_type": "Bearer"})}
        ),
        lambda provider: provider.answers.update({"/jwks": json_answer({"keys": []})}),
        lambda provider: provider.answers.update({"/jwks": json_answer({"keys": [{"kty": "RSA", "n": 1}]})}),
        lambda provider: provider.userinfo.update(sub="orang-lain"),
        lambda provider: provider.metadata.update(issuer="https://sso.contoh.id"),
        lambda provider: provider.metadata.update(token_endpoint="http://sso.contoh.id/token"),
        lambda provider: provider.metadata.pop("jwks_uri"),
    ],
)
def test_forged_answers_log_nobody_in(
    nobody: TestClient, city: City, provider: ScriptedProvider, change: Change
) -> None:
    change(provider)

    assert_refused(nobody, city, log_in(nobody, provider), INVALID)


@pytest.mark.parametrize("change", [{"exp": -300}, {"iat": 300, "exp": 600}])
def test_clocks_that_differ_are_named(
    nobody: TestClient, city: City, provider: ScriptedProvider, change: dict[str, int]
) -> None:
    provider.claims = {name: int(time.time()) + seconds for name, seconds in change.items()}

    assert_refused(nobody, city, log_in(nobody, provider), WRONG_CLOCK)


def test_clocks_may_differ_by_some_seconds(
    nobody: TestClient, city: City, provider: ScriptedProvider
) -> None:
    provider.claims = {"iat": int(time.time()) + 30, "exp": int(time.time()) - 30}

    assert log_in(nobody, provider).headers["location"] == "/"


@pytest.mark.parametrize("path", [METADATA, "/token", "/jwks", "/me"])
@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"", 302, {"location": ELSEWHERE}),
        Answer(b"<h1>Sedang diperbaiki</h1>", 503),
        Answer(b"<h1>Masuk ke Wi-Fi</h1>"),
        json_answer(["sebuah daftar"]),
        Answer(b" " * 300_000 + b"{}"),
        compressed({"keys": []}),
        Answer(b" " * 18 + b"{}", pause=0.05),
        Answer(b"tidak ada", 404),
    ],
    ids=["redirect", "error", "html", "list", "large", "compressed", "slow", "missing"],
)
def test_useless_answers_log_nobody_in(
    nobody: TestClient,
    city: City,
    provider: ScriptedProvider,
    path: str,
    answer: Answer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(identity_provider, "MAX_ANSWER_SECONDS", 0.2)
    provider.answers = {path: answer}

    assert_refused(nobody, city, log_in(nobody, provider), UNREACHABLE)


def test_a_provider_that_says_nothing_is_not_waited_for(
    nobody: TestClient, city: City, provider: ScriptedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity_provider, "TIMEOUT_SECONDS", 0.1)
    provider.answers = {"/token": Answer(b"{}", pause=0.5)}

    assert_refused(nobody, city, log_in(nobody, provider), UNREACHABLE)
    assert city.all(Activity)[-1].reason == "unreachable: ReadTimeout"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"error": "access_denied"}, "The login at INApas was cancelled or refused there."),
        ({"error": "temporarily_unavailable"}, UNREACHABLE),
        ({"error": "invalid_scope"}, NOT_ACCEPTED),
        ({"error": "<b>Hubungi 0812</b>"}, NOT_ACCEPTED),
        ({"kode": "x"}, NOT_ACCEPTED),
        ({"code": "x", "iss": "https://sso.contoh.id"}, INVALID),
        ({"error": "access_denied", "iss": "https://sso.contoh.id"}, INVALID),
    ],
)
def test_errors_that_the_browser_brings_back(
    nobody: TestClient, city: City, provider: ScriptedProvider, answer: dict[str, str], sentence: str
) -> None:
    came = log_in(nobody, provider, **answer)

    assert_refused(nobody, city, came, sentence)
    assert "<b>" not in came.text
    assert "0812" not in city.all(Activity)[-1].reason


def test_an_issuer_that_is_promised_must_come(
    nobody: TestClient, city: City, provider: ScriptedProvider
) -> None:
    provider.metadata["authorization_response_iss_parameter_supported"] = True

    assert_refused(nobody, city, log_in(nobody, provider), INVALID)
    assert log_in(nobody, provider, code="kode", iss=provider.url).headers["location"] == "/"


def test_keys_for_other_purposes_are_left_out(
    nobody: TestClient, city: City, provider: ScriptedProvider
) -> None:
    keys = [
        {"kty": "kelak", "kid": "masa-depan"},
        {"kty": "OKP", "crv": "X25519", "x": "aaaa", "use": "enc"},
        provider.key.as_dict(private=False),
    ]
    provider.answers = {"/jwks": json_answer({"keys": keys})}

    assert log_in(nobody, provider).headers["location"] == "/"


class OldSigner(TimestampSigner):
    """Signs as it did eleven minutes ago."""

    def get_timestamp(self) -> int:
        return super().get_timestamp() - 660


def test_an_attempt_ends_after_ten_minutes(
    nobody: TestClient, city: City, provider: ScriptedProvider, settings: Settings
) -> None:
    key = derive_key(settings.secret, Purpose.SIGN_ON_COOKIES)
    signed = nobody.get("/masuk/sso").cookies["jangkau_sso_attempt"]
    attempt = URLSafeTimedSerializer(key, salt="jangkau_sso_attempt").loads(signed)
    provider.nonce = attempt["nonce"]
    old = URLSafeTimedSerializer(key, salt="jangkau_sso_attempt", signer=OldSigner)
    forged = URLSafeTimedSerializer("kunci lain", salt="jangkau_sso_attempt")

    for serializer in (old, forged):
        nobody.cookies.clear()
        nobody.cookies["jangkau_language"] = "en"
        nobody.cookies["jangkau_sso_attempt"] = str(serializer.dumps(attempt))
        answer = nobody.get(CALLBACK_PATH, params={"state": attempt["state"], "code": "kode"})
        assert_refused(nobody, city, answer, "This login took longer than ten minutes")


def test_under_https_the_attempt_is_bound_to_the_host(settings: Settings, city: City) -> None:
    with served(settings.model_copy(update={"base_url": "https://jangkau.contoh.id"})) as app:
        answer = english_browser(app).get("/masuk/sso", headers={"host": "jangkau.contoh.id"})

    (cookie,) = answer.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-jangkau_sso_attempt=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=600"} <= set(cookie.split("; "))
    sent = parameters(answer.headers["location"])
    assert sent["redirect_uri"] == "https://jangkau.contoh.id/masuk/sso/kembali"


def test_strangers_cannot_fill_the_log(nobody: TestClient, city: City) -> None:
    answers = [nobody.get(f"{CALLBACK_PATH}?state=x").status_code for _ in range(SIGN_ONS.uses + 5)]

    assert answers == [403] * SIGN_ONS.uses + [429] * 5
    assert sum(row.action == "refuse-login" for row in city.all(Activity)) == MAX_REFUSALS_A_MINUTE


def test_a_login_leads_to_no_other_site(nobody: TestClient, city: City, provider: ScriptedProvider) -> None:
    begun = nobody.get("/masuk/sso?kembali=//contoh.id/palsu")
    sent = parameters(begun.headers["location"])
    provider.nonce = sent["nonce"]

    answer = nobody.get(CALLBACK_PATH, params={"state": sent["state"], "code": "kode"})

    assert answer.headers["location"] == "/"


def add_authenticator_app(city: City, name: str) -> TOTP:
    """Set up the second step of a user's login, and return their app."""
    with writing(city.engine) as db:
        begin_app(db, city.vault, city.actor(name))
        app = TOTP(get_new_app_secret(db, city.vault, city.actor(name)) or "")
        confirm_app(db, city.vault, city.actor(name), app.at(time.time() - 30))
    return app


def test_a_user_with_a_second_step_is_asked_for_it(
    nobody: TestClient, city: City, provider: ScriptedProvider
) -> None:
    app = add_authenticator_app(city, "sari")

    page = log_in(nobody, provider).text
    assert "jangkau_login" not in nobody.cookies
    pending = page.split('name="pending" value="')[1].split('"')[0]

    answer = nobody.post("/masuk/kode", data={"pending": pending, "code": app.now(), "kembali": "/kegiatan"})
    assert answer.headers["location"] == "/kegiatan"
    assert "Sari Panitia" in nobody.get("/kegiatan").text


@pytest.mark.parametrize(("amr", "is_enough"), [(["pwd", "otp"], True), (["pwd"], False), ("otp", True)])
def test_the_provider_may_have_asked_for_two_factors(
    nobody: TestClient,
    app: FastAPI,
    settings: Settings,
    city: City,
    provider: ScriptedProvider,
    amr: object,
    is_enough: bool,
) -> None:
    add_authenticator_app(city, "sari")
    changed = settings.model_copy(update={"oidc_second_factor": "mfa otp"})
    app.state.container = replace(
        app.state.container, identity_provider=identity_provider_from_settings(changed)
    )
    provider.claims = {"amr": amr} if isinstance(amr, list) else {"acr": amr}

    log_in(nobody, provider)

    assert ("jangkau_login" in nobody.cookies) is is_enough


def assert_refused(browser: TestClient, city: City, answer: Response, sentence: str) -> None:
    """Assert that the page says this, that nobody is logged in or linked, and that the refusal is logged."""
    assert answer.status_code == 403, answer.headers
    assert sentence in answer.text
    assert "jangkau_login" not in browser.cookies
    assert city.all(ExternalIdentity) == []
    assert city.all(Activity)[-1].action == "refuse-login"
