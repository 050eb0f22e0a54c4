"""Exception handlers: the API answers RFC 9457 problem+json, pages answer a page with the same sentence."""

import logging
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Match

from app.database import OUTCOME_UNKNOWN, NoSuchText, violated_constraint
from app.errors import (
    Conflict,
    Invalid,
    NotFound,
    OutcomeUnknown,
    Problem,
    SecondFactorNeeded,
    SlowRequest,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)
from app.faults import Fault, record_fault
from app.i18n import N_, translator
from app.request_context import current_request
from app.spreadsheets.formats.failures import MAX_BYTES
from app.spreadsheets.reading import build_problem
from app.web.accounts.login_page import ask_to_log_in, read_unsent_fields
from app.web.container import container_of
from app.web.flash import flash_refusal
from app.web.languages import is_api, language_of
from app.web.pages import render
from app.web.request_log import HEADER
from app.web.security import MAX_BODY_BYTES, max_body_bytes, security_headers

TOO_LARGE_TOGETHER = N_("Together the files may have %(megabytes)s MB. Send them in several parts.")
MEDIA_TYPE = "application/problem+json"
log = logging.getLogger(__name__)


def add_exception_handlers(app: FastAPI) -> None:
    """Register the handlers of this module, so that every exception is answered by a page or by problem+json."""
    app.add_exception_handler(Problem, _handle_problem)
    app.add_exception_handler(Unauthenticated, _handle_unauthenticated)
    app.add_exception_handler(SecondFactorNeeded, _handle_second_factor_needed)
    app.add_exception_handler(RequestValidationError, _handle_validation_error)
    app.add_exception_handler(HTTPException, _handle_http_exception)
    for error in (DataError, NoSuchText, OverflowError, UnicodeEncodeError):
        app.add_exception_handler(error, _handle_unstorable_value)
    app.add_exception_handler(IntegrityError, _handle_integrity_error)
    for fault in (DBAPIError, PoolTimeout, PendingRollbackError, OSError):
        app.add_exception_handler(fault, _handle_fault)
    app.add_exception_handler(Unavailable, _handle_unavailable)
    app.add_exception_handler(ClientDisconnect, _handle_disconnect)
    app.add_exception_handler(Exception, _handle_unexpected)


def _handle_problem(request: Request, problem: Exception) -> Response:
    """Answer a `Problem` with its status."""
    assert isinstance(problem, Problem)  # noqa: S101 (registered for this class alone)
    return answer_problem(request, problem)


async def _handle_unauthenticated(request: Request, problem: Exception) -> Response:
    """Answer the API and scripts by 401 as JSON, and pages by the login page."""
    assert isinstance(problem, Unauthenticated)  # noqa: S101 (registered for this class alone)
    return answer_problem(request, problem) if _wants_json(request) else await ask_to_log_in(request)


def _handle_second_factor_needed(request: Request, problem: Exception) -> Response:
    """Lead a user who must set up the second step of their login to its page; scripts are answered 403 as JSON."""
    assert isinstance(problem, SecondFactorNeeded)  # noqa: S101 (registered for this class alone)
    if _wants_json(request):
        return answer_problem(request, problem)
    if "hx-request" in request.headers:
        return Response(headers={"HX-Redirect": "/akun/dua-langkah"})
    return RedirectResponse("/akun/dua-langkah", HTTPStatus.SEE_OTHER)


def answer_problem(request: Request, problem: Problem) -> Response:
    """Return the problem with its status: as JSON (RFC 9457) for the API and scripts, else as a page.

    `TooManyRequests` and `Unavailable` have the header Retry-After, an `Unauthenticated` of the API has
    WWW-Authenticate, and after a `SlowRequest` the connection is closed, as the rest of the body may follow on it.
    """
    headers = {"Retry-After": str(problem.seconds)} if isinstance(problem, TooManyRequests) else None
    if isinstance(problem, Unavailable):
        headers = {"Retry-After": str(problem.retry_after)}
    if isinstance(problem, SlowRequest):
        headers = {"Connection": "close"}
    _ = translator(language_of(request))
    if _wants_json(request):
        if isinstance(problem, Unauthenticated):
            headers = {"WWW-Authenticate": "Bearer"}
        body: dict[str, Any] = {
            "type": f"urn:jangkau:problem:{problem.code}",
            "title": HTTPStatus(problem.status).phrase,
            "status": problem.status,
            "code": problem.code,
            "detail": problem.sentence(_),
            "request_id": request_id(),
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
        headers=headers,
        problem=problem,
        page_above=_page_above(request),
        request_id=request_id(),
        unsent=getattr(request.state, "unsent", []),
    )


def request_id() -> str:
    """Return the id of the request that is being answered, by which its line is found in the log; "" without one."""
    context = current_request.get()
    return context.id if context else ""


def _handle_validation_error(request: Request, error: Exception) -> Response:
    """Answer a request that FastAPI or Pydantic refuse by 422, with an error for each field."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 (registered for this class alone)
    fields = {
        ".".join(str(part) for part in detail["loc"][1:]) or "body": str(detail["msg"])
        for detail in error.errors()
    }
    return answer_problem(request, Invalid(N_("The request is not as it has to be."), fields=fields))


def _handle_http_exception(request: Request, error: Exception) -> Response:
    """Answer 404 for an unknown URL, 413 for a body that is too large (for the body of a form on the form's page), 408
    for one that is too slow, and other errors of Starlette with their status.

    A browser that opens a URL which accepts only forms is redirected to the page above it instead (see
    `_is_page_visit`).
    """
    assert isinstance(error, HTTPException)  # noqa: S101 (registered for this class alone)
    if error.__cause__ is not None and record_fault(error):  # The file that was sent could not be kept.
        problem = Unavailable(_FAULTS[Fault.FULL], retry_after=SECONDS_UNTIL_RETRY[Fault.FULL])
        return answer_problem(request, problem)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return answer_problem(request, NotFound(N_("This page does not exist.")))
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return _answer_on_form(request, _too_large(request))
    if error.status_code == HTTPStatus.REQUEST_TIMEOUT:
        return answer_problem(request, SlowRequest(N_("The file took too long to arrive. Please try again.")))
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and _is_page_visit(request):
        return RedirectResponse(_page_above(request), HTTPStatus.SEE_OTHER)
    other = Problem(N_("The request is not as it has to be."))
    other.status = error.status_code
    return answer_problem(request, other)


def _too_large(request: Request) -> Problem:
    """Return the problem of a body that is too large: one file, or several where the form takes them."""
    if (max_bytes := max_body_bytes(request.scope)) > MAX_BODY_BYTES:
        return TooLarge(TOO_LARGE_TOGETHER, megabytes=max_bytes // 1024**2)
    return build_problem("too-large", {"megabytes": MAX_BYTES // 1024**2})


def _answer_on_form(request: Request, problem: Problem) -> Response:
    """Redirect to the page of the form that was sent, which shows the problem; without such a page answer the problem.

    The form can't be shown with what was typed, because the body of the request was not read to its end.
    """
    if _wants_json(request) or not _has_page(request, request.scope["path"]):
        return answer_problem(request, problem)
    answer = RedirectResponse(request.url.replace(scheme="", netloc=""), HTTPStatus.SEE_OTHER)
    flash_refusal(answer, problem.sentence(translator(language_of(request))))
    return answer


def _is_page_visit(request: Request) -> bool:
    """Return whether a browser opens this URL as a page (GET).

    The URL of a form stays in the address bar after a refusal, and may be reloaded from there.
    """
    return request.method == "GET" and not _wants_json(request)


def _wants_json(request: Request) -> bool:
    """Return whether to answer with JSON: to the API, and to scripts that accept only `application/json`."""
    return is_api(request) or request.headers.get("accept") == "application/json"


def _page_above(request: Request) -> str:
    """Return the quoted path of the nearest page above this URL that has a GET route, "/" if there is none."""
    path: str = request.scope["path"]
    while path := path.rpartition("/")[0]:
        if _has_page(request, path):
            return quote(path)
    return "/"


def _has_page(request: Request, path: str) -> bool:
    """Return whether a path of this site has a GET route."""
    scope = {**request.scope, "path": path, "method": "GET"}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)


def _handle_unstorable_value(request: Request, _error: Exception) -> Response:
    """Answer 422 for a number, date or text that no column can hold; the database or its driver refused it."""
    return answer_problem(request, Invalid(N_("The request is not as it has to be.")))


def _handle_integrity_error(request: Request, error: Exception) -> Response:
    """Answer 409 if a database constraint refused the change, and log the constraint.

    This happens to the second of two requests that insert the same thing at once.
    """
    assert isinstance(error, IntegrityError)  # noqa: S101 (registered for this class alone)
    if other_version := container_of(request).schema_watch.look_for_problem():
        return answer_problem(request, other_version)
    log.warning(
        "%s %s: refused by %s", request.method, request.scope["route"].path, violated_constraint(error)
    )
    return answer_problem(
        request, Conflict(N_("Somebody else has just changed the same. Look at it again before you go on."))
    )


async def _handle_disconnect(_request: Request, _error: Exception) -> Response:
    """Return a response that nobody receives: the client has closed the connection before its request was complete."""
    return Response(status_code=HTTPStatus.BAD_REQUEST)


_FAULTS = {
    Fault.UNREACHABLE: N_(
        "Jangkau cannot reach its database at the moment. Nothing was changed. Please try again."
    ),
    Fault.BUSY: N_("Others have kept the database busy for too long. Nothing was changed. Please try again."),
    Fault.FULL: N_(
        "The server's disk is full, and nothing can be saved. Nothing was changed. Please tell the administrator."
    ),
}
SECONDS_UNTIL_RETRY = {Fault.UNREACHABLE: 10, Fault.BUSY: 5, Fault.FULL: 60}


async def _handle_fault(request: Request, error: Exception) -> Response:
    """Answer 503 where the database is away or busy, or a disk is full. Other errors are errors of the program."""
    fault = record_fault(error)
    if fault is None:
        other_version = await run_in_threadpool(container_of(request).schema_watch.look_for_problem)
        if other_version:
            return await _answer_unavailable(request, other_version)
        raise error
    context = current_request.get()
    if context is not None and context.has_committed:
        return await _answer_unavailable(request, OutcomeUnknown(OUTCOME_UNKNOWN))
    problem = Unavailable(_FAULTS[fault], retry_after=SECONDS_UNTIL_RETRY[fault])
    problem.details["reason"] = fault.value
    return await _answer_unavailable(request, problem)


async def _handle_unavailable(request: Request, problem: Exception) -> Response:
    """Answer 503."""
    assert isinstance(problem, Unavailable)  # noqa: S101 (registered for this class alone)
    return await _answer_unavailable(request, problem)


async def _answer_unavailable(request: Request, problem: Unavailable) -> Response:
    """Answer a problem on a page from which a form can be sent again; a part of a page stays as it is."""
    is_form = request.method == "POST" and not _wants_json(request)
    if is_form and "hx-request" not in request.headers:
        request.state.unsent = await read_unsent_fields(request)
    answer = answer_problem(request, problem)
    if "hx-request" in request.headers:
        answer.headers["HX-Reswap"] = "none"
    return answer


def _handle_unexpected(request: Request, _error: Exception) -> Response:
    """Answer 500 `internal` for an error of the program; the log has the traceback.

    Starlette calls this outside of all middleware, so the security headers are set here.
    """
    problem = Problem(
        N_("Something went wrong on our side. Nothing was changed. Please try again."), code="internal"
    )
    problem.status = 500
    answer = answer_problem(request, problem)
    answer.headers.update(security_headers(https=container_of(request).settings.https))
    answer.headers[HEADER] = request_id()
    return answer
