"""How the API refuses."""

import json
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

# With a NUL in it, which PostgreSQL doesn't keep, and with half a character, which no database does.
NO_TEXTS = ("Nol \0 di tengah", "Setengah \ud800")


def status_and_code(response: Response) -> tuple[int, str]:
    """Status and code of an answer that is as RFC 9457 has it."""
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) >= {"type", "title", "status", "code", "detail"}
    assert problem["status"] == response.status_code
    assert problem["type"] == f"urn:jangkau:problem:{problem['code']}"
    assert problem["detail"]
    return response.status_code, problem["code"]


def sent(program: TestClient, method: str, path: str, body: dict[str, Any]) -> Response:
    """As a program that escapes whatever isn't ASCII; half a character can't be sent otherwise."""
    content, headers = json.dumps(body).encode(), {"Content-Type": "application/json"}
    return program.request(method, path, content=content, headers=headers)


def wrong_fields(response: Response) -> set[str]:
    """The fields that a 422 names, each with a text."""
    assert status_and_code(response) == (422, "invalid")
    errors = response.json()["errors"]
    assert all(error["text"] for error in errors)
    return {error["field"] for error in errors}
