"""The identity provider of single sign-on: OpenID Connect by discovery, or plain OAuth2 with userinfo.

The code flow with PKCE (RFC 7636). Authlib makes the requests and joserfc checks signatures; what is here is the
choice of what to accept.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.common.urls import add_params_to_uri
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from app.errors import Problem
from app.i18n import N_
from app.services.accounts.identity_claims import ClaimRules, SignOnRefused, claim_rules_from_settings
from app.settings import Settings

CALLBACK_PATH = "/masuk/sso/kembali"

# The provider signs, and everybody can verify: neither "none" nor algorithms with a shared secret.
SIGNATURE_ALGORITHMS = [f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)]
# For the signature of our own key, by its type.
ALGORITHM_OF_CURVE = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}

CLOCK_SKEW_SECONDS = 60
ASSERTION_SECONDS = 60
METADATA_SECONDS = 3600
# For each step of a request, and for the whole answer.
TIMEOUT_SECONDS = 5
MAX_ANSWER_SECONDS = 10
MAX_ANSWER_BYTES = 256 * 1024

UNREACHABLE = N_(
    "%(provider)s does not answer as it should at the moment. Please try again in a few minutes."
)
NOT_ACCEPTED = N_(
    "%(provider)s did not accept the request of Jangkau. Please begin again, and tell your administrator if it "
    "happens again."
)
UNVERIFIED = N_(
    "The answer of %(provider)s is not valid, so nobody was logged in. Please tell your administrator."
)
WRONG_CLOCK = N_(
    "The answer of %(provider)s is not valid now: its clock and that of Jangkau differ. Please tell your administrator."
)

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class LoginAttempt:
    """What must be the same when the browser comes back from the provider. `back` is the page to go to then."""

    state: str
    nonce: str
    code_verifier: str
    back: str


class IdentityProvider:
    """The configured provider. Its metadata are fetched at the first login, and its keys when they change."""

    def __init__(
        self, settings: Settings, rules: ClaimRules, private_key: RSAKey | ECKey | None = None
    ) -> None:
        self.name = settings.oidc_name
        self.rules = rules
        self.private_key = private_key
        self._settings = settings
        self._metadata: dict[str, Any] = {}
        self._metadata_age = 0.0
        self._keys: dict[str, Any] = {}

    @property
    def is_plain_oauth2(self) -> bool:
        """Whether the provider has no discovery and no ID token, only userinfo."""
        return bool(self._settings.oidc_userinfo_url)

    def begin_login(self, back: str) -> tuple[str, LoginAttempt]:
        """Return the URL of the provider's login page, and the attempt to remember in the browser.

        Raises `SignOnRefused` if the provider can't be reached.
        """
        attempt = LoginAttempt(generate_token(43), generate_token(43), generate_token(64), back)
        metadata = self._load_metadata()
        extra = {} if self.is_plain_oauth2 else {"nonce": attempt.nonce}
        with self._client() as client:
            url, _state = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=attempt.state,
                code_verifier=attempt.code_verifier,
                **extra,
            )
        return str(url), attempt

    def finish_login(self, attempt: LoginAttempt, answer: Mapping[str, str]) -> dict[str, Any]:
        """Return the claims of the person who has logged in, from the parameters with which the browser came back.

        The caller has compared the state. Raises `SignOnRefused` if the provider or the person said no, or if anything
        in the answers is not as it must be.
        """
        metadata = self._load_metadata()
        self._require_same_issuer(metadata, answer)
        if error := answer.get("error"):
            raise self._refusal_of(error)
        if not answer.get("code"):
            raise self._refuse(NOT_ACCEPTED, "no-code")
        with self._client() as client:
            token = self._ask(
                lambda: client.fetch_token(
                    metadata["token_endpoint"], code=answer["code"], code_verifier=attempt.code_verifier
                )
            )
            claims = {} if self.is_plain_oauth2 else self._verify_id_token(metadata, token, attempt.nonce)
            userinfo = self._fetch_userinfo(client, metadata)
        if claims and userinfo and userinfo.get("sub") != claims["sub"]:
            raise self._refuse(UNVERIFIED, "userinfo", "sub differs from that of the ID token")
        return userinfo | claims

    def logout_url(self) -> str | None:
        """Return the URL that logs the user out at the provider and leads back to the login page.

        None if the provider offers none, or can't be reached.
        """
        try:
            endpoint = self._load_metadata().get("end_session_endpoint")
        except SignOnRefused:
            return None
        if not endpoint:
            return None
        params = {
            "client_id": self._settings.oidc_client_id,
            "post_logout_redirect_uri": f"{self._settings.base_url}/masuk",
        }
        return str(add_params_to_uri(endpoint, list(params.items())))

    def public_keys(self) -> dict[str, Any]:
        """Return the public key by which the provider verifies our signature, as a JWK set; empty without one."""
        if self.private_key is None:
            return {"keys": []}
        key = self.private_key.as_dict(private=False)
        return {
            "keys": [key | {"kid": self._key_id(), "use": "sig", "alg": signing_algorithm(self.private_key)}]
        }

    def _client(self) -> OAuth2Client:
        """Return a client for one login, with limits on the provider's answers. It follows no redirects.

        Certificates are verified as the system does, or by `SSL_CERT_FILE`.
        """
        client = OAuth2Client(
            client_id=self._settings.oidc_client_id,
            client_secret=self.private_key or self._settings.oidc_client_secret.get_secret_value(),
            token_endpoint_auth_method=self._settings.oidc_client_auth,
            scope=self._settings.oidc_scope,
            redirect_uri=f"{self._settings.base_url}{CALLBACK_PATH}",
            code_challenge_method="S256",
            timeout=TIMEOUT_SECONDS,
            headers={"accept": "application/json", "accept-encoding": "identity"},
            event_hooks={"response": [_limit_answer]},
        )
        if self.private_key:
            client.register_client_auth_method(
                PrivateKeyJWT(
                    claims={"exp": int(time.time()) + ASSERTION_SECONDS},
                    headers={"kid": self._key_id()},
                    alg=signing_algorithm(self.private_key),
                )
            )
        return client

    def _key_id(self) -> str:
        """Return the id by which the provider knows our key: the configured one, else the key's thumbprint."""
        assert self.private_key  # noqa: S101 (asked for with a key alone)
        return self._settings.oidc_key_id or self.private_key.thumbprint()

    def _load_metadata(self) -> dict[str, Any]:
        """Return the provider's metadata, fetched at most once an hour; for plain OAuth2 those of the settings.

        Raises `SignOnRefused` if they can't be fetched, are those of another issuer, or lack an address.
        """
        settings = self._settings
        if self.is_plain_oauth2:
            return {
                "authorization_endpoint": settings.oidc_authorization_url,
                "token_endpoint": settings.oidc_token_url,
                "userinfo_endpoint": settings.oidc_userinfo_url,
            }
        if not self._metadata or time.monotonic() - self._metadata_age > METADATA_SECONDS:
            url = f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration"
            metadata = self._fetch_json(url)
            if metadata.get("issuer") != settings.oidc_issuer:
                raise self._refuse(UNVERIFIED, "metadata", "another issuer")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not is_provider_url(metadata.get(name)):
                    raise self._refuse(UNVERIFIED, "metadata", f"no valid {name}")
            self._metadata, self._metadata_age = metadata, time.monotonic()
        return self._metadata

    def _require_same_issuer(self, metadata: Mapping[str, Any], answer: Mapping[str, str]) -> None:
        """Raise `SignOnRefused` if the browser comes from another provider than it was sent to (RFC 9207)."""
        issuer = answer.get("iss")
        required = metadata.get("authorization_response_iss_parameter_supported")
        if issuer != self._settings.oidc_issuer and (issuer or required):
            raise self._refuse(UNVERIFIED, "answer", "another issuer")

    def _refusal_of(self, error: str) -> SignOnRefused:
        """Return the refusal for an error with which the provider sent the browser back (RFC 6749, section 4.1.2.1)."""
        if error == "access_denied":
            text = N_("The login at %(provider)s was cancelled or refused there.")
            return self._refuse(text, "denied")
        if error in {"temporarily_unavailable", "server_error"}:
            return self._refuse(UNREACHABLE, "unreachable", error)
        return self._refuse(NOT_ACCEPTED, "provider-error", _error_code(error))

    def _verify_id_token(
        self, metadata: Mapping[str, Any], token: Mapping[str, Any], nonce: str
    ) -> dict[str, Any]:
        """Return the claims of the ID token. Raises `SignOnRefused` unless the provider made it for this login.

        If its key is not known, the provider has new keys, which are fetched once.
        """
        id_token = token.get("id_token")
        if not isinstance(id_token, str):
            raise self._refuse(UNVERIFIED, "id-token", "missing")
        try:
            try:
                decoded = self._decode(metadata, id_token)
            except (InvalidKeyIdError, BadSignatureError):
                self._keys = {}
                decoded = self._decode(metadata, id_token)
            options = {
                "iss": {"essential": True, "value": self._settings.oidc_issuer},
                "aud": {"essential": True, "value": self._settings.oidc_client_id},
            }
            params = {
                "nonce": nonce,
                "client_id": self._settings.oidc_client_id,
                "access_token": token.get("access_token"),
            }
            CodeIDToken(decoded.claims, decoded.header, options, params).validate(leeway=CLOCK_SKEW_SECONDS)
        except JoseError as error:
            is_about_time = isinstance(error, ExpiredTokenError) or getattr(error, "claim", "") in {
                "iat",
                "nbf",
            }
            raise self._refuse(
                WRONG_CLOCK if is_about_time else UNVERIFIED, "id-token", str(error)
            ) from error
        except (ValueError, TypeError) as error:
            raise self._refuse(UNVERIFIED, "id-token", "malformed") from error
        return dict(decoded.claims)

    def _decode(self, metadata: Mapping[str, Any], id_token: str) -> jwt.Token:
        """Return the ID token with its signature verified by the provider's keys, which are fetched if none is known.

        Raises `JoseError` and `ValueError` if it can't be verified.
        """
        if not self._keys:
            self._keys = self._fetch_json(metadata["jwks_uri"])
        return jwt.decode(id_token, _signing_keys(self._keys), algorithms=SIGNATURE_ALGORITHMS)

    def _fetch_userinfo(self, client: OAuth2Client, metadata: Mapping[str, Any]) -> dict[str, Any]:
        """Return the claims of the userinfo endpoint, empty if the provider has none."""
        url = metadata.get("userinfo_endpoint")
        return self._ask(lambda: _read_json(client.get(url))) if is_provider_url(url) else {}

    def _fetch_json(self, url: str) -> dict[str, Any]:
        """Return the JSON object at the URL. Raises `SignOnRefused` if it can't be fetched."""
        with self._client() as client:
            return self._ask(lambda: _read_json(client.request("GET", url, withhold_token=True)))

    def _ask(self, request: Callable[[], Answer]) -> Answer:
        """Return the provider's answer. Raises `SignOnRefused` if it refuses, can't be reached, or answers wrongly."""
        try:
            return request()
        except AuthlibBaseError as error:
            raise self._refuse(NOT_ACCEPTED, "provider-error", _error_code(str(error.error))) from error
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise self._refuse(UNREACHABLE, "unreachable", type(error).__name__) from error

    def _refuse(self, text: str, code: str, detail: str = "") -> SignOnRefused:
        return SignOnRefused(text, code, detail=detail, provider=self.name)


def identity_provider_from_settings(settings: Settings) -> IdentityProvider | None:
    """Return the provider of the settings `JANGKAU_OIDC_…`, None without an issuer.

    Raises `Problem` if a setting is missing or wrong. The provider itself is not asked.
    """
    if not settings.oidc_issuer:
        return None
    urls = ("oidc_authorization_url", "oidc_token_url", "oidc_userinfo_url")
    given = [name for name in urls if getattr(settings, name)]
    if given and len(given) < len(urls):
        raise Problem(
            "Plain OAuth2 needs all of JANGKAU_OIDC_AUTHORIZATION_URL, JANGKAU_OIDC_TOKEN_URL and "
            "JANGKAU_OIDC_USERINFO_URL. OpenID Connect needs none of them."
        )
    for name in ("oidc_issuer", *given):
        if not is_provider_url(getattr(settings, name)):
            raise Problem(f"JANGKAU_{name.upper()} must be an address that begins with https://.")
    if not settings.oidc_client_id:
        raise Problem("JANGKAU_OIDC_CLIENT_ID is required with JANGKAU_OIDC_ISSUER.")
    private_key = None
    if settings.oidc_client_auth == "private_key_jwt":
        private_key = _load_private_key(settings)
    elif settings.oidc_client_auth not in {"client_secret_basic", "client_secret_post"}:
        raise Problem(
            "JANGKAU_OIDC_CLIENT_AUTH must be client_secret_basic, client_secret_post or private_key_jwt."
        )
    elif not settings.oidc_client_secret.get_secret_value():
        raise Problem(f"{settings.oidc_client_auth} needs JANGKAU_OIDC_CLIENT_SECRET.")
    if not given and "openid" not in settings.oidc_scope.split():
        raise Problem("JANGKAU_OIDC_SCOPE must contain openid, except for plain OAuth2.")
    return IdentityProvider(settings, claim_rules_from_settings(settings), private_key)


def is_provider_url(url: object) -> bool:
    """Return whether this is an https URL, or an http URL of this machine, as a provider for trying it out has."""
    if not isinstance(url, str):
        return False
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"})
    )


def signing_algorithm(key: RSAKey | ECKey) -> str:
    """Return the algorithm with which the key signs: ES512 for the curve P-521, and so on; RS256 for an RSA key."""
    return ALGORITHM_OF_CURVE[key.curve_name] if isinstance(key, ECKey) else "RS256"


def _load_private_key(settings: Settings) -> RSAKey | ECKey:
    """Return the key of `JANGKAU_OIDC_PRIVATE_KEY_FILE`, a PEM file. Raises `Problem` if it can't be used."""
    if settings.oidc_private_key_file is None:
        raise Problem("private_key_jwt needs JANGKAU_OIDC_PRIVATE_KEY_FILE.")
    with suppress(OSError):
        pem = settings.oidc_private_key_file.read_bytes()
        for kind in (ECKey, RSAKey):
            with suppress(JoseError, ValueError):
                key = kind.import_key(pem)
                if key.is_private and not (
                    isinstance(key, ECKey) and key.curve_name not in ALGORITHM_OF_CURVE
                ):
                    return key
    raise Problem(
        "JANGKAU_OIDC_PRIVATE_KEY_FILE must be a PEM file that the service may read, with a private key: of a curve "
        "P-256, P-384 or P-521, or RSA."
    )


def _signing_keys(jwks: Mapping[str, Any]) -> KeySet:
    """Return the keys of a JWK set that may have signed an ID token; those of other kinds are left out.

    Raises `ValueError` if it is no JWK set, or has no such key.
    """
    keys = [
        key
        for key in jwks.get("keys", ())
        if key.get("kty") in {"RSA", "EC"} and key.get("use", "sig") == "sig"
    ]
    if not keys:
        raise ValueError("no keys")
    return KeySet.import_key_set({"keys": keys})


def _error_code(text: str) -> str:
    """Return an error code of OAuth2 for the log, "" for any other text: what comes from outside may be anything."""
    return text if text.isascii() and text.replace("_", "").isalpha() and len(text) <= 50 else ""


def _read_json(response: httpx2.Response) -> dict[str, Any]:
    """Return the JSON object of a response. Raises `httpx2.HTTPError` unless its status is 2xx, and `ValueError`."""
    response.raise_for_status()
    document = response.json()
    if not isinstance(document, dict):
        raise ValueError("no JSON object")
    return document


def _limit_answer(response: httpx2.Response) -> None:
    """Make reading the response fail when it is too large, too slow or compressed (its true size is then not known)."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise httpx2.DecodingError("compressed", request=response.request)
    assert isinstance(response.stream, httpx2.SyncByteStream)  # noqa: S101 (the client is not async)
    response.stream = _LimitedStream(response.stream)


class _LimitedStream(httpx2.SyncByteStream):
    """A stream that raises `httpx2.ReadError` after `MAX_ANSWER_BYTES` or `MAX_ANSWER_SECONDS`."""

    def __init__(self, stream: httpx2.SyncByteStream) -> None:
        self._stream = stream
        self._deadline = time.monotonic() + MAX_ANSWER_SECONDS

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self._stream:
            size += len(chunk)
            if size > MAX_ANSWER_BYTES or time.monotonic() > self._deadline:
                raise httpx2.ReadError("the answer is too large or too slow")
            yield chunk

    def close(self) -> None:
        self._stream.close()
