"""Passkeys, with an authenticator that an attacker has written: it needs no finger, and answers to any challenge."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine
from sqlmodel import update
from webauthn.helpers import bytes_to_base64url

from app.database import writing
from app.models import Activity, LoginSession, Passkey
from app.models.base import now
from app.settings import Settings
from tests.city import City
from tests.pages.conftest import People, english_browser, logged_in, served

SITE = "http://localhost:8000"
STEPS = "/akun/dua-langkah"


@pytest.fixture
def named_site(settings: Settings) -> Iterator[FastAPI]:
    """The service at an address where browsers allow passkeys."""
    with served(settings.model_copy(update={"base_url": SITE})) as app:
        yield app


def at_site(browser: TestClient) -> TestClient:
    browser.headers["host"] = "localhost:8000"
    return browser


def new_credential(challenge: str) -> str:
    """Return what a browser answers when it has made a passkey for the challenge, as JSON."""
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    key = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
    credential_id = b"an attacker's passkey"
    present_and_verified_with_key = bytes([0x45])
    authenticator_data = (
        hashlib.sha256(b"localhost").digest()
        + present_and_verified_with_key
        + bytes(4 + 16)
        + len(credential_id).to_bytes(2, "big")
        + credential_id
        + cbor2.dumps(key)
    )
    attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": authenticator_data})
    client_data = json.dumps({"type": "webauthn.create", "challenge": challenge, "origin": SITE})
    return json.dumps(
        {
            "id": bytes_to_base64url(credential_id),
            "rawId": bytes_to_base64url(credential_id),
            "type": "public-key",
            "response": {
                "clientDataJSON": bytes_to_base64url(client_data.encode()),
                "attestationObject": bytes_to_base64url(attestation),
            },
        }
    )


def add_passkey(browser: TestClient, challenge: str) -> Response:
    return browser.post(f"{STEPS}/kunci", data={"credential": new_credential(challenge), "name": "mine"})


def test_a_browser_left_open_adds_no_passkey_without_the_password(
    named_site: FastAPI, engine: Engine, people: People, city: City
) -> None:
    """Neither by a challenge of the login page, nor by one of the attacker's own account."""
    victim = at_site(logged_in(named_site, engine, people.admin))
    with writing(engine) as db:
        db.exec(update(LoginSession).values(created_at=now() - timedelta(minutes=11)))
        db.exec(update(LoginSession).values(last_used_at=now()))
    attacker = at_site(logged_in(named_site, engine, people.stranger))

    of_login = at_site(english_browser(named_site)).post("/masuk/kunci/mulai").json()["challenge"]
    of_attacker = attacker.post(f"{STEPS}/kunci/mulai").json()["challenge"]
    answers = [add_passkey(victim, challenge) for challenge in (of_login, of_attacker)]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert "The passkey was not accepted." in answers[0].text
    assert city.all(Passkey) == []
    assert add_passkey(attacker, of_attacker).status_code == 200
    assert [passkey.user_id for passkey in city.all(Passkey)] == [people.stranger.id]


def test_a_challenge_adds_one_passkey(
    named_site: FastAPI, engine: Engine, people: People, city: City
) -> None:
    browser = at_site(logged_in(named_site, engine, people.admin))
    challenge = browser.post(f"{STEPS}/kunci/mulai").json()["challenge"]

    assert add_passkey(browser, challenge).status_code == 200
    assert add_passkey(browser, challenge).status_code == 422
    assert len(city.all(Passkey)) == 1


def test_refused_passkeys_do_not_fill_the_log(named_site: FastAPI, city: City) -> None:
    browser = at_site(english_browser(named_site))

    for _ in range(30):
        assert browser.post("/masuk/kunci", data={"credential": "nothing"}).status_code == 401

    assert [line.action for line in city.all(Activity)].count("login-failed") == 10
