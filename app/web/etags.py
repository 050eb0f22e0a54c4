"""Conditional requests (RFC 9110, section 13): answer 304 where a browser's copy of a report still holds.

The ETag is a hash of everything a report depends on except its filters: those are in the URL, by which browsers cache.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import astuple
from functools import cache
from http import HTTPStatus

from fastapi import Request, Response

from app.database import Db
from app.i18n import wita_today
from app.permissions import Actor
from app.queries.data_version import data_version
from app.web.flash import COOKIE, REFUSAL_COOKIE
from app.web.languages import language_of
from app.web.pages import APP_FOLDER

CACHE_HEADERS = {"cache-control": "no-cache, private"}
"""Browsers may cache the answer for their user, and must ask every time whether it still holds."""

PUBLIC_CACHE_HEADERS = {"cache-control": "no-cache, public"}
"""The same for answers that are for everyone, which caches in between may keep, too."""


def respond_with_etag(
    request: Request, db: Db, actor: Actor, make_response: Callable[[], Response]
) -> Response:
    """Return the response of `make_response` with an ETag, or an empty 304 if the browser has it already.

    For a 304 `make_response` is not called. A page with a flash message is always made anew, and only a response with
    status 200 gets the ETag. `db` is the session that the response is made from.
    """
    tag = _etag(request, db, actor)
    return _not_modified(request, tag) or _add_etag(make_response(), tag)


def respond_with_public_etag(
    request: Request, parts: Sequence[str], make_response: Callable[[], Response]
) -> Response:
    """Return a response for everyone with an ETag made of `parts`, or an empty 304 if the client has it already.

    `parts` are everything that the response depends on beside its URL and the program.
    """
    tag = _weak_tag(*parts, _program_checksum())
    known = {etag.strip() for etag in request.headers.get("if-none-match", "").split(",")}
    response = Response(status_code=HTTPStatus.NOT_MODIFIED) if tag in known else make_response()
    response.headers.update({"etag": tag, **PUBLIC_CACHE_HEADERS})
    return response


def _etag(request: Request, db: Db, actor: Actor) -> str:
    """Return a weak ETag: a hash of data version, WITA date, actor, language and program files."""
    return _weak_tag(
        data_version(db), wita_today(), astuple(actor), language_of(request), _program_checksum()
    )


def _weak_tag(*parts: object) -> str:
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def _not_modified(request: Request, tag: str) -> Response | None:
    """Return a 304 if `tag` is in If-None-Match; None if not, or if a flash message or refusal has to be shown."""
    known = {etag.strip() for etag in request.headers.get("if-none-match", "").split(",")}
    if tag not in known or {COOKIE, REFUSAL_COOKIE} & request.cookies.keys():
        return None
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"etag": tag, **CACHE_HEADERS})


def _add_etag(response: Response, tag: str) -> Response:
    """Return the response, with the ETag and `CACHE_HEADERS` if its status is 200."""
    if response.status_code == HTTPStatus.OK:
        response.headers.update({"etag": tag, **CACHE_HEADERS})
    return response


@cache
def _program_checksum() -> str:
    """Return the SHA-256 of all program files that responses are made with: code, templates, translations, styles."""
    checksum = hashlib.sha256()
    for path in sorted(APP_FOLDER.rglob("*")):
        if path.suffix in {".py", ".html", ".svg", ".po", ".typ", ".css", ".js"}:
            checksum.update(path.read_bytes())
    return checksum.hexdigest()
