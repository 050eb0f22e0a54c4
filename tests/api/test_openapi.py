"""The description of the API that programs are made from."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient


@pytest.fixture
def description(built_app: FastAPI) -> dict[str, Any]:
    return dict(TestClient(built_app).get("/api/v1/openapi.json").json())


def parts(node: object) -> Iterator[dict[str, Any]]:
    """Every object in the description."""
    if isinstance(node, dict):
        yield node
        for part in node.values():
            yield from parts(part)
    elif isinstance(node, list):
        for part in node:
            yield from parts(part)


def test_it_describes_every_call_and_no_page(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.")
    calls = {
        f"{method.upper()} {path}" for path, methods in description["paths"].items() for method in methods
    }
    assert calls >= {
        "GET /health/live",
        "GET /health/ready",
        "GET /health/serving",
        "GET /api/v1/kelurahan",
        "GET /api/v1/target-groups",
        "GET /api/v1/workshops",
        "POST /api/v1/workshops",
        "GET /api/v1/workshops/{code}",
        "PATCH /api/v1/workshops/{code}",
        "POST /api/v1/workshops/{workshop_code}/sessions",
        "GET /api/v1/sessions/{code}",
        "PATCH /api/v1/sessions/{code}",
        "GET /api/v1/sessions/{code}/registrations",
        "POST /api/v1/sessions/{code}/registrations",
        "DELETE /api/v1/registrations/{code}",
        "POST /api/v1/sessions/{code}/attendance-imports",
        "GET /api/v1/attendance-imports/{import_id}",
        "GET /api/v1/attendance-imports/{import_id}/rows",
        "PATCH /api/v1/attendance-imports/{import_id}/rows/{number}",
        "POST /api/v1/attendance-imports/{import_id}/mapping",
        "POST /api/v1/attendance-imports/{import_id}/commit",
        "POST /api/v1/attendance-imports/{import_id}/undo",
        "PUT /api/v1/registrations/{code}/attendance",
        "GET /api/v1/reports/coverage.{file_format}",
        "GET /api/v1/reports/coverage-gaps.{file_format}",
        "GET /api/v1/reports/rt-coverage.{file_format}",
    }
    assert all(path.startswith(("/api/v1/", "/health/")) for path in description["paths"])


def test_every_reference_leads_somewhere(description: dict[str, Any]) -> None:
    schemas = {f"#/components/schemas/{name}" for name in description["components"]["schemas"]}

    assert {part["$ref"] for part in parts(description) if "$ref" in part} <= schemas


def test_every_call_says_that_it_needs_a_token(description: dict[str, Any]) -> None:
    assert {scheme["scheme"] for scheme in description["components"]["securitySchemes"].values()} == {
        "bearer"
    }
    open_to_all = {
        path
        for path, methods in description["paths"].items()
        for call in methods.values()
        if not call.get("security")
    }
    assert open_to_all == {"/health/live", "/health/ready", "/health/serving"}


def test_every_call_says_which_scope_it_needs(description: dict[str, Any]) -> None:
    """Reading needs "figures" or "people", everything else "write"."""
    needed = {
        (method, path): next(iter(call["security"][0].values()))
        for path, methods in description["paths"].items()
        for method, call in methods.items()
        if path.startswith("/api/")
    }
    assert {scopes[0] for (method, _path), scopes in needed.items() if method != "get"} == {"write"}
    assert {scopes[0] for (method, _path), scopes in needed.items() if method == "get"} == {
        "figures",
        "people",
    }
    assert all(len(scopes) == 1 for scopes in needed.values())
    assert needed[("get", "/api/v1/sessions/{code}/registrations")] == ["people"]


def test_every_call_has_a_name_of_its_own(description: dict[str, Any]) -> None:
    names = [part["operationId"] for part in parts(description) if "operationId" in part]

    assert len(names) == len(set(names)) > 10


@pytest.mark.parametrize(
    "name",
    [
        *("WorkshopIn", "WorkshopPatch", "WorkshopOut", "SessionIn", "SessionPatch", "SessionOut"),
        *("RegistrationIn", "RegistrationOut", "AttendanceIn", "AttendanceOut"),
    ],
)
def test_what_is_sent_and_answered_has_an_example(description: dict[str, Any], name: str) -> None:
    """But for what may be null: a null isn't written into the description."""
    schema = description["components"]["schemas"][name]
    (example,) = schema["examples"]
    may_be_null = {
        field for field, said in schema["properties"].items() if {"type": "null"} in said.get("anyOf", [])
    }
    assert set(schema.get("required", [])) - may_be_null <= set(example) <= set(schema["properties"])


def test_every_call_lists_its_problems(description: dict[str, Any]) -> None:
    for path, methods in description["paths"].items():
        for method, call in methods.items():
            if not path.startswith("/api/"):
                continue
            problems = {status for status in call["responses"] if status.startswith("4")}
            assert problems >= {"400", "401", "403", "404", "422", "429"}, (method, path)
            assert method == "get" or problems >= {"408", "409", "413"}, (method, path)
            for status in problems:
                assert list(call["responses"][status]["content"]) == ["application/problem+json"]


def test_a_problem_is_as_described(description: dict[str, Any], app: FastAPI) -> None:
    problem = TestClient(app).get("/api/v1/workshops").json()

    assert set(description["components"]["schemas"]["Problem"]["required"]) == set(problem)
