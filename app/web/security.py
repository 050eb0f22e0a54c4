"""Middleware that refuses cross-site writes and bodies that are too large, and sets security headers."""

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A spreadsheet of 10 MiB and what a form wraps around it.
MAX_BODY_BYTES = 11 * 1024 * 1024

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


class SecurityMiddleware:
    """ASGI middleware around the whole application. `refuse` answers a write that comes from another site."""

    def __init__(self, app: ASGIApp, *, https: bool, refuse: Callable[[Request], Response]) -> None:
        self.app = app
        self.https = https
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["method"] not in SAFE_METHODS and _is_cross_site(headers):
            await self.refuse(Request(scope))(scope, receive, self._add_headers(send))
            return
        await self.app(scope, _limit_body(receive), self._add_headers(send))

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


def security_headers(*, https: bool) -> dict[str, str]:
    """Return the security headers of every response; with `https` also Strict-Transport-Security."""
    headers = {
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "cross-origin-opener-policy": "same-origin",
        "cache-control": "no-store",
    }
    return headers | ({"strict-transport-security": "max-age=31536000"} if https else {})


def camera_headers() -> dict[str, str]:
    """Return the headers by which the check-in page may scan tickets.

    They replace two of `security_headers`, to allow the camera and WebAssembly (the decoder).
    """
    return {
        "content-security-policy": POLICY.replace(
            "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"
        ),
        "permissions-policy": "camera=(self), geolocation=(), microphone=()",
    }


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


def _limit_body(receive: Receive) -> Receive:
    """Return `receive` that raises an `HTTPException` (413) once the body is larger than `MAX_BODY_BYTES`."""
    received = 0

    async def receive_limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > MAX_BODY_BYTES:
            raise HTTPException(413)
        return message

    return receive_limited
