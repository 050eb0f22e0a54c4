"""Figures for Prometheus."""

from hmac import compare_digest
from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.web.container import container_of
from app.web.metrics import Metrics
from app.web.security import LOCAL_HOSTS

router = APIRouter(tags=["health"])

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# A request with one of these came through a proxy, which may stand on this machine.
_PROXY_HEADERS = ("x-forwarded-for", "x-forwarded-proto", "x-real-ip", "forwarded", "via")


@router.get("/metrics", include_in_schema=False)
def read_metrics(request: Request) -> Response:
    """Return the figures of the service as text for Prometheus.

    With `JANGKAU_METRICS_TOKEN` to requests that have it as Bearer token (401 without), else to programs on the same
    machine that ask the service itself and not a proxy (403).
    """
    container = container_of(request)
    token = container.settings.metrics_token.get_secret_value()
    if token:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not compare_digest(given.encode(), token.encode()):
            return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"})
    elif not _is_from_this_machine(request):
        return Response(status_code=HTTPStatus.FORBIDDEN)
    metrics: Metrics = request.app.state.metrics
    return Response(metrics.render(container.engine), media_type=MEDIA_TYPE)


def _is_from_this_machine(request: Request) -> bool:
    """Return whether a program on this machine has asked the service itself.

    The address of the client is not enough: a proxy on the same machine has that too, where it says nothing of the
    client.
    """
    host = (request.headers.get("host") or "").rpartition(":")[0] or request.headers.get("host", "")
    return (
        request.client is not None
        and request.client.host in LOCAL_HOSTS
        and host.strip("[]") in LOCAL_HOSTS
        and not any(name in request.headers for name in _PROXY_HEADERS)
    )
