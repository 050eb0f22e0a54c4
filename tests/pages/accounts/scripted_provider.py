"""An OpenID Connect provider whose answers a test can spoil: in a thread, and without a login page."""

import base64
import gzip
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.identity_providers import CLIENT_ID

# Made once, as that takes a while.
KEY, OTHER_KEY = (RSAKey.generate_key(2048, {"kid": "kunci-1"}) for _ in range(2))
METADATA = "/.well-known/openid-configuration"


@dataclass
class Answer:
    """An HTTP answer. With `pause` each byte of the body comes so many seconds after the one before."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0


def json_answer(document: object, status: int = 200) -> Answer:
    return Answer(json.dumps(document).encode(), status, {"content-type": "application/json"})


class ScriptedProvider:
    """`claims` replace those of the ID token (None removes one), and `answers` whole answers by path.

    `sign` makes the ID token; `nonce` is that of the login to answer. `metadata` and `userinfo` may be changed, too.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.key = KEY
        self.nonce = ""
        self.claims: dict[str, Any] = {}
        self.userinfo = {"sub": "7f3a-sari", "email": "sari@contoh.id", "email_verified": True}
        self.answers: dict[str, Answer] = {}
        self.sign: Callable[[dict[str, Any]], str] = self.sign_as_promised
        self.metadata: dict[str, Any] = {
            "issuer": url,
            "authorization_endpoint": f"{url}/auth",
            "token_endpoint": f"{url}/token",
            "userinfo_endpoint": f"{url}/me",
            "jwks_uri": f"{url}/jwks",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }

    def answer(self, path: str) -> Answer:
        """Return the answer to a request, whatever it asks for."""
        if path in self.answers:
            return self.answers[path]
        documents: dict[str, Callable[[], Any]] = {
            METADATA: lambda: self.metadata,
            "/jwks": lambda: {"keys": [self.key.as_dict(private=False)]},
            "/token": self._token,
            "/me": lambda: self.userinfo,
        }
        return json_answer(documents[path]()) if path in documents else Answer(b"", 404)

    def sign_as_promised(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "kunci-1"}, claims, self.key)

    def sign_with_another_key(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "kunci-1"}, claims, OTHER_KEY)

    def sign_with_an_unknown_key(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "kunci-2"}, claims, OTHER_KEY)

    # Libraries refuse to make the next two.

    def sign_with_the_public_key_as_secret(self, claims: dict[str, Any]) -> str:
        """An old attack: what everybody knows is taken for a shared secret."""
        signed = f"{_encode({'alg': 'HS256', 'kid': 'kunci-1'})}.{_encode(claims)}"
        secret = self.key.as_pem(private=False)
        return f"{signed}.{_base64(hmac.digest(secret, signed.encode(), 'sha256'))}"

    def sign_with_nothing(self, claims: dict[str, Any]) -> str:
        return f"{_encode({'alg': 'none'})}.{_encode(claims)}."

    def _token(self) -> dict[str, Any]:
        issued = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": "7f3a-sari",
            "iat": issued,
            "exp": issued + 300,
            "nonce": self.nonce,
        } | self.claims
        id_token = self.sign({name: value for name, value in claims.items() if value is not None})
        return {"access_token": "apa-saja", "token_type": "Bearer", "id_token": id_token}


def _encode(part: dict[str, Any]) -> str:
    return _base64(json.dumps(part).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def compressed(document: object) -> Answer:
    return Answer(gzip.compress(json.dumps(document).encode()), headers={"content-encoding": "gzip"})


def handler_of(provider: Callable[[], ScriptedProvider]) -> type[BaseHTTPRequestHandler]:
    """Return the class that answers each request as the provider says."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = provider().answer(urlsplit(self.path).path)
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(answer.status)
            for name, value in (answer.headers | {"content-length": str(len(answer.body))}).items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for byte in answer.body if answer.pause else ():
                    time.sleep(answer.pause)
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                if not answer.pause:
                    self.wfile.write(answer.body)
            except ConnectionError:
                pass  # the client has heard enough

        do_POST = do_GET  # noqa: N815 (the library's name)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
