"""Style sheets and scripts. Browsers cache them for ever where the URL carries a checksum (`static_url`).

The style sheets of `app/static` are joined into two. Users who are logged in load all of them once, as one file;
pages for people without an account carry the few rules that they need in themselves, so that nothing has to be
fetched before they can be read (docs/decisions/0035-one-style-sheet.md).
"""

import hashlib
import os
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles as StarletteStaticFiles
from starlette.types import Scope

STATIC_FOLDER = Path(__file__).parent.parent / "static"
SERVICE_WORKER = "check_in_worker.js"

# In this order; the sheets of single pages follow by name.
BASE_SHEETS = ("vendor/pico.css", "jangkau.css", "frame.css", "parts.css", "forms.css", "tables.css")
PUBLIC_SHEETS = (
    *BASE_SHEETS,
    *("calendar.css", "citizen.css", "guide.css", "personal_data.css", "privacy.css", "verification.css"),
)
USERS_SHEETS = (*BASE_SHEETS, "navigation.css", "report.css")
JOINED_SHEET = "pages.css"


@dataclass(frozen=True, slots=True)
class StyleSheet:
    """Rules of several style sheets; `checksum` is SHA-256."""

    text: str
    checksum: bytes

    @property
    def url(self) -> str:
        """The URL of the joined sheet, which browsers may cache for ever."""
        return f"/static/{JOINED_SHEET}?v={self.checksum.hex()[:12]}"

    @property
    def csp_source(self) -> str:
        """The source of the Content-Security-Policy that allows a `<style>` element with exactly this text."""
        return f"'sha256-{b64encode(self.checksum).decode()}'"


class StaticFiles(StarletteStaticFiles):
    """The ASGI app that serves `app/static`, and the joined style sheet."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC_FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file; browsers cache it for a year if the URL has a checksum (`?v=`), else ask again each time.

        The service worker of the check-in page may control all pages below /sesi/.
        """
        if path == JOINED_SHEET:
            response = Response(joined_sheet().text, media_type="text/css")
        else:
            response = await super().get_response(path, scope)
        has_checksum = scope["query_string"].startswith(b"v=")
        if path == SERVICE_WORKER:
            response.headers["service-worker-allowed"] = "/sesi/"
        response.headers["cache-control"] = (
            "public, max-age=31536000, immutable" if has_checksum else "no-cache"
        )
        return response


def static_url(path: str) -> str:
    """Return the URL of a file in `app/static` with a checksum of its content.

    Browsers may cache such a URL for ever. Raises `FileNotFoundError` for a path that does not exist.
    """
    return f"/static/{path}?v={_checksum(path, _changed_at(path)).hex()[:12]}"


def joined_sheet() -> StyleSheet:
    """Return all style sheets as one."""
    others = {path.name for path in STATIC_FOLDER.glob("*.css")}.difference(USERS_SHEETS)
    return _join((*USERS_SHEETS, *sorted(others)))


def public_sheet() -> StyleSheet:
    """Return the rules that pages without an account need as one."""
    return _join(PUBLIC_SHEETS)


def _join(sheets: Sequence[str]) -> StyleSheet:
    """Return the sheets as one, as they are now: a change shows when the page is loaded again."""
    return _join_texts(tuple((sheet, _changed_at(sheet)) for sheet in sheets))


@lru_cache(maxsize=4)
def _join_texts(sheets: Sequence[tuple[str, int]]) -> StyleSheet:
    """Return sheets as one, without comments and indentation."""
    text = "\n".join((STATIC_FOLDER / path).read_text() for path, _ in sheets)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s*\n\s*", "\n", text).strip()
    return StyleSheet(text, hashlib.sha256(text.encode()).digest())


@lru_cache(maxsize=100)
def _checksum(path: str, _changed_at: int) -> bytes:
    """Return the SHA-256 of a file, computed again once the file has changed."""
    return hashlib.sha256((STATIC_FOLDER / path).read_bytes()).digest()


def _changed_at(path: str) -> int:
    """Return when the file was changed last, in nanoseconds."""
    return os.stat(f"{STATIC_FOLDER}/{path}").st_mtime_ns  # noqa: PTH116 (asked for 12 files at each response)
