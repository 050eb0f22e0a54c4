"""Middleware that refuses other hosts, cross-site writes and too large or slow bodies, and sets security headers."""

import asyncio
import re
import time
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Forbidden, Problem
from app.i18n import N_
from app.services.activities import client_address, shorten_address
from app.services.imports.batches.archives import MAX_TOTAL_BYTES
from app.services.imports.photos.files import MAX_BYTES_OF_PHOTOS
from app.web.static_files import public_sheet

# A spreadsheet of 10 MiB and what a form wraps around it.
MAX_BODY_BYTES = 11 * 1024 * 1024
# Attachments of a session, several of up to 10 MiB at once.
MAX_ATTACHMENTS_BYTES = 60 * 1024 * 1024
# Photos of signed pages, with what a form wraps around them.
MAX_PHOTOS_BYTES = MAX_BYTES_OF_PHOTOS + 1024 * 1024
# Many lists at once, or a zip file of them; scripts send them in several requests.
MAX_BATCH_BYTES = MAX_TOTAL_BYTES + 1024 * 1024
SECONDS_FOR_BODY = 20
# A weak mobile connection: 160 kbit/s.
MIN_BYTES_PER_SECOND = 20_000

# A load balancer and Prometheus ask by the address of the machine; the page that refuses a host needs `/static/`.
FOR_EVERY_HOST = ("/health/", "/static/", "/metrics")
LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}

_LARGER_BODIES = (
    (re.compile(r"/sesi/[^/]+/bukti"), MAX_ATTACHMENTS_BYTES),
    (re.compile(r"/sesi/[^/]+/foto|/unggahan/[^/]+/foto"), MAX_PHOTOS_BYTES),
    (re.compile(r"/unggahan/banyak"), MAX_BATCH_BYTES),
)

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class SecurityMiddleware:
    """ASGI middleware around the whole application.

    `base_url` is the address of the site; `answer` turns a problem into a response.
    """

    def __init__(
        self, app: ASGIApp, *, base_url: str, answer: Callable[[Request, Problem], Response]
    ) -> None:
        self.app = app
        self.base_url = base_url
        self.https = base_url.startswith("https://")
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        client_address.set(shorten_address(scope["client"][0] if scope.get("client") else ""))
        headers = Headers(scope=scope)
        send = self._add_headers(send)
        if not scope["path"].startswith(FOR_EVERY_HOST) and not is_own_host(headers, self.base_url):
            scope = _with_host(scope, urlsplit(self.base_url).netloc)
            problem = Problem(
                N_("This site is reached at %(address)s."), code="wrong-host", address=self.base_url
            )
            await self.answer(Request(scope), problem)(scope, receive, send)
        elif scope["method"] not in SAFE_METHODS and _is_cross_site(headers):
            problem = Forbidden(N_("This request came from another site and was refused."))
            await self.answer(Request(scope), problem)(scope, receive, send)
        else:
            await self.app(scope, _limit_body(receive, max_body_bytes(scope)), send)

    def _add_headers(self, send: Send) -> Send:
        """Return `send` that adds `security_headers` that are missing, and with https makes cookies Secure."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                if self.https:
                    message["headers"] = [_make_cookie_secure(*header) for header in message["headers"]]
                headers = MutableHeaders(scope=message)
                for name, value in security_headers(https=self.https).items():
                    headers.setdefault(name, value)
            await send(message)

        return send_with_headers


def content_security_policy(scripts: str = "'self'") -> str:
    """Return the policy of every response: nothing from elsewhere, and no inline script.

    The one inline style sheet is that of the pages for people without an account.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            f"style-src 'self' {public_sheet().csp_source}",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def security_headers(*, https: bool) -> dict[str, str]:
    """Return the security headers of every response; with `https` also Strict-Transport-Security."""
    headers = {
        "content-security-policy": content_security_policy(),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "cross-origin-opener-policy": "same-origin",
        "cache-control": "no-store",
    }
    return headers | ({"strict-transport-security": "max-age=31536000; includeSubDomains"} if https else {})


def camera_headers() -> dict[str, str]:
    """Return the headers by which the check-in page may scan tickets.

    They replace two of `security_headers`, to allow the camera and WebAssembly (the decoder).
    """
    return {
        "content-security-policy": content_security_policy("'self' 'wasm-unsafe-eval'"),
        "permissions-policy": "camera=(self), geolocation=(), microphone=()",
    }


def is_own_host(headers: Headers, base_url: str) -> bool:
    """Return whether a request names this site as its Host: host and port of `base_url`.

    A site of one machine (`http://127.0.0.1:8000`) has every local name, with any port.
    """
    hosts = headers.getlist("host")
    if len(hosts) != 1:
        return False
    site = urlsplit(base_url)
    if site.hostname in LOCAL_HOSTS:
        return re.sub(r":\d*$", "", hosts[0].lower()).strip("[]") in LOCAL_HOSTS
    return _without_default_port(hosts[0], site.scheme) == _without_default_port(site.netloc, site.scheme)


def _without_default_port(host: str, scheme: str) -> str:
    """Return a host in lower case, without the port that the scheme has anyway."""
    return host.lower().removesuffix(":443" if scheme == "https" else ":80")


def _with_host(scope: Scope, host: str) -> Scope:
    """Return the request with this Host alone: links that are made from another one would lead there."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
    return {**scope, "headers": [*headers, (b"host", host.encode())]}


def _is_cross_site(headers: Headers) -> bool:
    """Return whether a browser says that the request comes from another site.

    Sec-Fetch-Site decides, without it Origin, whose host must be the request's. Programs send neither and are not
    refused.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def _make_cookie_secure(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Return a response header unchanged, a Set-Cookie with the attribute Secure."""
    return name, value + b"; Secure" if name == b"set-cookie" else value


def max_body_bytes(scope: Scope) -> int:
    """Return how large the body of a request may be."""
    path = scope["path"]
    return next((size for route, size in _LARGER_BODIES if route.fullmatch(path)), MAX_BODY_BYTES)


def _limit_body(receive: Receive, max_bytes: int) -> Receive:
    """Return `receive` that raises an `HTTPException` once the body is too large (413) or too slow (408).

    Too large is more than `max_bytes`. Too slow is a body that isn't complete after `SECONDS_FOR_BODY`, and one
    second more for every `MIN_BYTES_PER_SECOND` that have arrived (docs/decisions/0026-slow-bodies-end.md).
    """
    begun, received, complete = time.monotonic(), 0, False

    async def receive_limited() -> Message:
        nonlocal received, complete
        if complete:  # What follows is the end of the connection, which may come late.
            return await receive()
        allowed = SECONDS_FOR_BODY + received / MIN_BYTES_PER_SECOND
        try:
            async with asyncio.timeout(begun + allowed - time.monotonic()):
                message = await receive()
        except (
            TimeoutError,
            asyncio.CancelledError,
        ):  # uvicorn cancels what still waits when the service ends
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT) from None
        received += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        if received > max_bytes:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return message

    return receive_limited
