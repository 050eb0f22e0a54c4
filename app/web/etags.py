"""Answers that a browser already has: by what they depend on, without making them anew (RFC 9110, section 13).

The tag is that of everything a report is made of; the address, under which a browser keeps it, says the filters.
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
from app.web import flash
from app.web.languages import language_of
from app.web.pages import APP_FOLDER

KEPT = {"cache-control": "no-cache, private"}
"""A browser may keep the answer for its user, and asks every time whether it still holds."""


def unless_unchanged(request: Request, db: Db, actor: Actor, answer: Callable[[], Response]) -> Response:
    """What `answer` makes of `db`, with its tag; 304, and nothing made, where a browser has this very page already."""
    tag = _tag_of(request, db, actor)
    return _unchanged(request, tag) or _tagged(answer(), tag)


def _tag_of(request: Request, db: Db, actor: Actor) -> str:
    """The tag of what `actor` is shown now, from the database that the answer is made of."""
    parts = (data_version(db), wita_today(), astuple(actor), language_of(request), _build())
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def _unchanged(request: Request, tag: str) -> Response | None:
    """The answer to a browser that has this very page already; None where it has another, or a sentence is due."""
    known = {one.strip() for one in request.headers.get("if-none-match", "").split(",")}
    if tag not in known or flash.COOKIE in request.cookies:
        return None
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"etag": tag, **KEPT})


def _tagged(response: Response, tag: str) -> Response:
    """The answer with its tag; refusals have none."""
    if response.status_code == HTTPStatus.OK:
        response.headers.update({"etag": tag, **KEPT})
    return response


@cache
def _build() -> str:
    """The checksum of all that answers are made by."""
    checksum = hashlib.sha256()
    for path in sorted(APP_FOLDER.rglob("*")):
        if path.suffix in {".py", ".html", ".svg", ".po", ".typ", ".css", ".js"}:
            checksum.update(path.read_bytes())
    return checksum.hexdigest()
