"""Whether the process lives, and whether it can do its work."""

from fastapi import APIRouter, Request

from app.database import is_reachable
from app.web.house import house_of

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live")
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live"}


@router.get("/ready")
def ready(request: Request) -> dict[str, str]:
    """The database answers too."""
    is_reachable(house_of(request).engine)
    return {"status": "ready"}
