"""Style sheets and scripts. Browsers cache them for ever where the URL carries a checksum (`static_url`)."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles as StarletteStaticFiles
from starlette.types import Scope

STATIC_FOLDER = Path(__file__).parent.parent / "static"
SERVICE_WORKER = "check_in_worker.js"


class StaticFiles(StarletteStaticFiles):
    """The ASGI app that serves `app/static`."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC_FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        has_checksum = scope["query_string"].startswith(b"v=")
        if path == SERVICE_WORKER:
            response.headers["service-worker-allowed"] = "/sesi/"
        response.headers["cache-control"] = (
            "public, max-age=31536000, immutable" if has_checksum else "no-cache"
        )
        return response


@cache
def static_url(path: str) -> str:
    """Return the URL of a static file with its checksum, so that browsers may cache it for ever."""
    checksum = hashlib.sha256((STATIC_FOLDER / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={checksum}"
