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
        """Return the file; browsers cache it for a year if the URL has a checksum (`?v=`), else ask again each time.

        The service worker of the check-in page may control all pages below /sesi/.
        """
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
    """Return the URL of a file in `app/static` with a checksum of its content.

    Browsers may cache such a URL for ever. Raises `FileNotFoundError` for a path that does not exist.
    """
    checksum = hashlib.sha256((STATIC_FOLDER / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={checksum}"
