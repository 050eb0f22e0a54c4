"""Helpers for the problems that the API answers with (RFC 9457)."""

import json
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

# Texts that no column can hold: PostgreSQL stores no NUL, and no database stores half of a surrogate pair.
UNSTORABLE_TEXTS = ("Nol \0 di tengah", "Setengah \ud800")


def status_and_code(response: Response) -> tuple[int, str]:
    """Return status and code of a problem, after checking that the response is as RFC 9457 defines it."""
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) >= {"type", "title", "status", "code", "detail"}
    assert problem["status"] == response.status_code
    assert problem["type"] == f"urn:jangkau:problem:{problem['code']}"
    assert problem["detail"]
    return response.status_code, problem["code"]


def send_escaped_json(program: TestClient, method: str, path: str, body: dict[str, Any]) -> Response:
    """Send the body with all non-ASCII characters escaped, the only way to send half of a surrogate pair."""
    content, headers = json.dumps(body).encode(), {"Content-Type": "application/json"}
    return program.request(method, path, content=content, headers=headers)


def invalid_fields(response: Response) -> set[str]:
    """Return the fields that a 422 names."""
    assert status_and_code(response) == (422, "invalid")
    errors = response.json()["errors"]
    assert all(error["text"] for error in errors)
    return {error["field"] for error in errors}
