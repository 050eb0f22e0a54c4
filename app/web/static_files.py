"""Style sheets and scripts. Browsers cache them for ever where the URL carries a checksum (`static_url`)."""

from starlette.responses import Response
from starlette.staticfiles import StaticFiles as StarletteStaticFiles
from starlette.types import Scope

from app.web.pages import STATIC_FOLDER

SERVICE_WORKER = "check_in_worker.js"


class StaticFiles(StarletteStaticFiles):
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
