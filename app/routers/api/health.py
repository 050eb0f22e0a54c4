"""Health checks for a load balancer, a container platform and monitoring."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from app.web.container import container_of

router = APIRouter(prefix="/health", tags=["health"])

# What fails here does not keep a server from answering requests: another server would not do better.
NOT_NEEDED_TO_SERVE = {"consumer", "replica"}
_UNAVAILABLE: dict[int | str, dict[str, Any]] = {
    503: {"description": 'Something fails: `{"status": "unavailable", "failing": ["disk"]}`.'}
}


@router.get("/live")
async def live() -> dict[str, str]:
    """Return 200 with `{"status": "live"}` while the process answers. Nothing else is looked at."""
    return {"status": "live"}


@router.get("/ready", responses=_UNAVAILABLE)
async def ready(request: Request) -> Response:
    """Return 200 with `{"status": "ready"}` if everything that the service needs is there; for monitoring.

    Otherwise 503 with `{"status": "unavailable", "failing": […]}`, within six seconds. `failing` names "database" (does
    not answer), "migrations" (older or newer than the program), "disk" (takes no writes), "consumer" (no process does
    the background work) and "replica" (for reports; gone or far behind).
    """
    return _answer(await container_of(request).readiness.find_failing())


@router.get("/serving", responses=_UNAVAILABLE)
async def serving(request: Request) -> Response:
    """Return 200 with `{"status": "ready"}` while this server can answer requests; for load balancers.

    As `/health/ready`, but a missing consumer or replica does not count.
    """
    failing = await container_of(request).readiness.find_failing()
    return _answer([name for name in failing if name not in NOT_NEEDED_TO_SERVE])


def _answer(failing: list[str]) -> Response:
    if failing:
        return JSONResponse({"status": "unavailable", "failing": failing}, 503)
    return JSONResponse({"status": "ready"})
