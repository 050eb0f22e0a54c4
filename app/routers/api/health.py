"""Health checks for a load balancer or container platform."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from app.database import is_reachable
from app.web.container import container_of

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
def live() -> dict[str, str]:
    """Return 200 with `{"status": "live"}` while the process answers. The database is not asked."""
    return {"status": "live"}


@router.get("/ready", responses={503: {"description": "The database does not answer."}})
def ready(request: Request) -> Response:
    """Return 200 with `{"status": "ready"}` if the database answers, 503 with `{"status": "unavailable"}` if not."""
    reachable = is_reachable(container_of(request).engine)
    return JSONResponse({"status": "ready" if reachable else "unavailable"}, 200 if reachable else 503)
