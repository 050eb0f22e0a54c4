"""The description of the API: every problem that its calls may answer with, and the kinds of its files."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from app.reports.formats.download import ANY_FILE, MEDIA_TYPES
from app.web.languages import API_PREFIX
from app.web.problems import MEDIA_TYPE

PROBLEM = {
    "type": "object",
    "description": "A problem as RFC 9457 defines it. `code` never changes; `detail` is a sentence in the language of "
    "the request. Some problems have further members.",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:jangkau:problem:not-found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "text"],
                "properties": {"field": {"type": "string"}, "text": {"type": "string"}},
            },
        },
    },
}

_ALWAYS = {
    400: "The request is not HTTP as it has to be, or names another host than this site's.",
    401: "There is no valid API token in the request.",
    403: "The role of the token's user, or its scope, does not allow this.",
    404: "There is no such thing, or none that you may see.",
    422: "A value is missing or wrong; `errors` says which.",
    429: "Too many tries. `Retry-After` says when to try again.",
    503: "The service is unavailable for now: nothing was changed, unless `code` is `outcome-unknown`.",
}
_OF_WRITES = {
    408: "The body took too long to arrive.",
    409: "The state of things does not allow it, as `code` says.",
    413: "The body is larger than a file may be.",
}


def describe_problems(app: FastAPI) -> None:
    """Let the application's OpenAPI description list the problems of every call under `/api/v1`."""
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            description = describe()
            schemas = description["components"]["schemas"]
            schemas["Problem"] = PROBLEM
            for method, call in _calls(description):
                _add_problems(call["responses"], _ALWAYS | (_OF_WRITES if method != "get" else {}))
                _add_kinds_of_files(call["responses"])
            for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own, which are never answered
                schemas.pop(name, None)
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]


def _calls(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the method and description of each call of the API."""
    for path, methods in description["paths"].items():
        if path.startswith(API_PREFIX):
            yield from methods.items()


def _add_problems(responses: dict[str, Any], problems: dict[int, str]) -> None:
    """Describe these problems, with a call's own words where it has some."""
    for status, text in problems.items():
        known = responses.get(str(status), {})
        content = known.get("content", {}).get(MEDIA_TYPE, {})
        is_own = known.get("description") not in (None, "Validation Error", HTTPStatus(status).phrase)
        responses[str(status)] = {
            **known,
            "description": known["description"] if is_own else text,
            "content": {MEDIA_TYPE: {**content, "schema": {"$ref": "#/components/schemas/Problem"}}},
        }


def _add_kinds_of_files(responses: dict[str, Any]) -> None:
    """Describe what a download answers, whose kind is the end of its path, and that it may hold still (304)."""
    if "content" in responses.get("200", {"content": {}}):
        return
    file = {"schema": {"type": "string", "format": "binary"}}
    kinds = {
        kind.partition(";")[0]: {} if "json" in kind else file for kind in (*MEDIA_TYPES.values(), ANY_FILE)
    }
    responses["200"] = {**responses["200"], "content": kinds}
    responses["304"] = {"description": "The report has not changed since the one with this ETag."}
