"""Conditional requests (RFC 9110, section 13): answer 304 where a browser's copy of a report still holds.

The ETag is a hash of everything a report depends on except its filters: those are in the URL, by which browsers cache.
"""

import hashlib
from collections.abc import Callable
from dataclasses import astuple
from functools import cache
from http import HTTPStatus

from fastapi import Request, Response

from app.database import Db
from app.i18n import wita_today
from app.permissions import Actor
from app.queries.data_version import data_version
from app.web.flash import COOKIE
from app.web.languages import language_of
from app.web.pages import APP_FOLDER

CACHE_HEADERS = {"cache-control": "no-cache, private"}
"""Browsers may cache the answer for their user, and must ask every time whether it still holds."""


def respond_with_etag(
    request: Request, db: Db, actor: Actor, make_response: Callable[[], Response]
) -> Response:
    """Return the response of `make_response` with an ETag; 304, without calling it, if the browser has it already.

    `db` is the session that the response is made from.
    """
    tag = _etag(request, db, actor)
    return _not_modified(request, tag) or _add_etag(make_response(), tag)


def _etag(request: Request, db: Db, actor: Actor) -> str:
    """Return the ETag of what the actor is shown now."""
    parts = (data_version(db), wita_today(), astuple(actor), language_of(request), _program_checksum())
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def _not_modified(request: Request, tag: str) -> Response | None:
    """Return a 304 if the browser has this version; None if not, or if a flash message has to be shown."""
    known = {etag.strip() for etag in request.headers.get("if-none-match", "").split(",")}
    if tag not in known or COOKIE in request.cookies:
        return None
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"etag": tag, **CACHE_HEADERS})


def _add_etag(response: Response, tag: str) -> Response:
    """Add the ETag to a successful response."""
    if response.status_code == HTTPStatus.OK:
        response.headers.update({"etag": tag, **CACHE_HEADERS})
    return response


@cache
def _program_checksum() -> str:
    """Return the checksum of all program files that responses are made with."""
    checksum = hashlib.sha256()
    for path in sorted(APP_FOLDER.rglob("*")):
        if path.suffix in {".py", ".html", ".svg", ".po", ".typ", ".css", ".js"}:
            checksum.update(path.read_bytes())
    return checksum.hexdigest()
