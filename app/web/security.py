"""What guards every request: no writing from other sites, no endless bodies, and headers that keep browsers strict."""

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A spreadsheet of 10 MiB and what a form wraps around it.
LARGEST_BODY = 11 * 1024 * 1024

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


class Guard:
    """Wraps the application; looks at headers and sizes only. `refuse` answers what comes from another site."""

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
            await self.refuse(Request(scope))(scope, receive, self._with_headers(send))
            return
        await self.app(scope, _limited(receive), self._with_headers(send))

    def _with_headers(self, send: Send) -> Send:
        async def send_strictly(message: Message) -> None:
            if message["type"] == "http.response.start":
                if self.https:
                    message["headers"] = [_kept_from_http(*header) for header in message["headers"]]
                headers = MutableHeaders(scope=message)
                for name, value in strict_headers(https=self.https).items():
                    headers.setdefault(name, value)
            await send(message)

        return send_strictly


def strict_headers(*, https: bool) -> dict[str, str]:
    """What every answer tells the browser to keep to."""
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
    """For the one page that reads tickets: its own camera, and the decoder, which is WebAssembly of ours."""
    return {
        "content-security-policy": POLICY.replace(
            "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"
        ),
        "permissions-policy": "camera=(self), geolocation=(), microphone=()",
    }


def _is_cross_site(headers: Headers) -> bool:
    """Browsers say where a request comes from; programs, which carry no cookie, say nothing."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def _kept_from_http(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """A header of the answer; a cookie in it never travels unencrypted."""
    return name, value + b"; Secure" if name == b"set-cookie" else value


def _limited(receive: Receive) -> Receive:
    received = 0

    async def receive_some() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > LARGEST_BODY:
            raise HTTPException(413)
        return message

    return receive_some
