"""How the API refuses."""

from httpx2 import Response


def refusal(response: Response) -> tuple[int, str]:
    """Status and code of an answer that is as RFC 9457 has it."""
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) >= {"type", "title", "status", "code", "detail"}
    assert problem["status"] == response.status_code
    assert problem["type"] == f"urn:jangkau:problem:{problem['code']}"
    assert problem["detail"]
    return response.status_code, problem["code"]


def wrong_fields(response: Response) -> set[str]:
    """The fields that a 422 names, each with a text."""
    assert refusal(response) == (422, "invalid")
    errors = response.json()["errors"]
    assert all(error["text"] for error in errors)
    return {error["field"] for error in errors}
