"""Middleware that gives each request an id, and writes one line about it to the log and one figure to the metrics.

Paths are not logged: they may have tickets in them, or names that somebody searched for. The route's path is.
"""

import logging
import re
import time
from collections.abc import Callable
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.request_context import RequestContext, current_request

HEADER = "x-request-id"
# What nginx ($request_id) and Caddy ({http.request.uuid}) make: nothing that anyone could hide words in.
_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
NO_ROUTE = "unknown"

log = logging.getLogger(__name__)

Observe = Callable[[str, str, int, float], None]


class RequestLogMiddleware:
    """ASGI middleware around the whole application. `observe` takes method, route, status and seconds of a request."""

    def __init__(self, app: ASGIApp, *, observe: Observe) -> None:
        self.app = app
        self.observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, ended, status = time.monotonic(), 0.0, 500
        context = RequestContext(_request_id(scope))
        current_request.set(context)
        state = scope.setdefault("state", {})

        async def send_with_id(message: Message) -> None:
            nonlocal ended, status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                MutableHeaders(scope=message)[HEADER] = context.id
            await send(message)
            ended = time.monotonic()

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            seconds = (ended or time.monotonic()) - begun
            actor = state.get("actor")
            fields = {
                "method": scope["method"],
                "route": route_of(scope),
                "status": status,
                "ms": round(seconds * 1000, 1),
                "user_id": actor.user_id if actor else None,
            }
            log.info("request", extra=fields)
            self.observe(scope["method"], fields["route"], status, seconds)


def route_of(scope: Scope) -> str:
    """Return the path of the request's route, with names of parameters in place of their values."""
    if "route" in scope:
        return str(scope["route"].path)
    return "/static" if scope["path"].startswith("/static/") else NO_ROUTE


def _request_id(scope: Scope) -> str:
    """Return the id that the proxy has given the request, if it is one, else a new one."""
    given = Headers(scope=scope).get(HEADER, "")
    return given.lower() if _ID.fullmatch(given) else uuid4().hex
