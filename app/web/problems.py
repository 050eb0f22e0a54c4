"""How a refusal is answered: an API call by RFC 9457 problem+json, a page by a page with the same sentence."""

import logging
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, IntegrityError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Match

from app.database import NoSuchText
from app.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
)
from app.i18n import N_, translator
from app.services.refusals import refused_by
from app.web.accounts.login_page import to_login
from app.web.container import container_of
from app.web.languages import is_api, language_of
from app.web.pages import render
from app.web.security import strict_headers

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger(__name__)


def answer_problems(app: FastAPI) -> None:
    """Registers the handlers: nothing that a person can cause ends in a traceback."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(Unauthenticated, _unauthenticated)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    for refusal in (DataError, NoSuchText, OverflowError, UnicodeEncodeError):
        app.add_exception_handler(refusal, _beyond_limits)
    app.add_exception_handler(IntegrityError, _at_the_same_moment)
    app.add_exception_handler(Exception, _unforeseen)


def _problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)  # noqa: S101 (registered for this class alone)
    return _answer(request, problem)


async def _unauthenticated(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Unauthenticated)  # noqa: S101 (registered for this class alone)
    return _answer(request, problem) if _is_by_program(request) else await to_login(request)


def _answer(request: Request, problem: Problem) -> Response:
    headers = {"Retry-After": str(problem.seconds)} if isinstance(problem, TooManyRequests) else None
    _ = translator(language_of(request))
    if _is_by_program(request):
        if isinstance(problem, Unauthenticated):
            headers = {"WWW-Authenticate": "Bearer"}
        body: dict[str, Any] = {
            "type": f"urn:jangkau:problem:{problem.code}",
            "title": HTTPStatus(problem.status).phrase,
            "status": problem.status,
            "code": problem.code,
            "detail": problem.sentence(_),
            **problem.details,
        }
        if isinstance(problem, Invalid) and problem.fields:
            body["errors"] = [
                {"field": field, "text": text} for field, text in problem.field_sentences(_).items()
            ]
        return JSONResponse(body, problem.status, headers, media_type=MEDIA_TYPE)
    return render(
        request,
        "problem.html",
        status=problem.status,
        headers=headers,
        problem=problem,
        sentence=problem.sentence(_),
        page_above=_page_above(request),
    )


def refuse_other_site(request: Request) -> Response:
    """To a request by which another site would write in the name of whoever is logged in here."""
    return _answer(request, Forbidden(N_("This request came from another site and was refused.")))


def _validation(request: Request, error: Exception) -> Response:
    """FastAPI's own findings, by field."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 (registered for this class alone)
    fields = {
        ".".join(str(part) for part in found["loc"][1:]) or "body": str(found["msg"])
        for found in error.errors()
    }
    return _answer(request, Invalid(N_("The request is not as it has to be."), fields=fields))


def _http(request: Request, error: Exception) -> Response:
    """Unknown addresses, wrong methods, bodies beyond the limit."""
    assert isinstance(error, HTTPException)  # noqa: S101 (registered for this class alone)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return _answer(request, NotFound(N_("This page does not exist.")))
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return _answer(request, TooLarge(N_("The file is larger than 10 MiB.")))
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and _is_looked_at(request):
        return RedirectResponse(_page_above(request), HTTPStatus.SEE_OTHER)
    problem = Problem(N_("The request is not as it has to be."))
    problem.status = error.status_code
    return _answer(request, problem)


def _is_looked_at(request: Request) -> bool:
    """Whether somebody wants to see this address, such as one that stayed in the bar after a form was refused."""
    return request.method == "GET" and not _is_by_program(request)


def _is_by_program(request: Request) -> bool:
    return is_api(request) or request.headers.get("accept") == "application/json"


def _page_above(request: Request) -> str:
    """The nearest page above this address; the home page where there is none."""
    path: str = request.scope["path"]
    while path := path.rpartition("/")[0]:
        asked = {**request.scope, "path": path, "method": "GET"}
        if any(route.matches(asked)[0] is Match.FULL for route in request.app.routes):
            return quote(path)
    return "/"


def _beyond_limits(request: Request, _error: Exception) -> Response:
    """A number, a date or a text that no column holds; the database, or what speaks to it, refused it."""
    return _answer(request, Invalid(N_("The request is not as it has to be.")))


def _at_the_same_moment(request: Request, error: Exception) -> Response:
    """Two made the same thing at once, each after seeing that it wasn't there; a constraint let one of them."""
    assert isinstance(error, IntegrityError)  # noqa: S101 (registered for this class alone)
    log.warning("%s %s: refused by %s", request.method, request.scope["route"].path, refused_by(error))
    return _answer(
        request, Conflict(N_("Somebody else has just changed the same. Look at it again before you go on."))
    )


def _unforeseen(request: Request, _error: Exception) -> Response:
    """A fault of ours: the person is told, the log has the traceback.

    Starlette answers it outside of all middleware, so the strict headers are set here.
    """
    problem = Problem(
        N_("Something went wrong on our side. Nothing was changed. Please try again."), code="internal"
    )
    problem.status = 500
    answer = _answer(request, problem)
    answer.headers.update(strict_headers(https=container_of(request).settings.https))
    return answer
