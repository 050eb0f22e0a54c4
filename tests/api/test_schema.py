"""The API as its own description says it is: whatever is sent, it answers what is described, and never with a 5xx.

Schemathesis makes requests of the description, right and wrong ones. Codes of a session and a workshop, of a
registration and an import that exist are put into their paths, or nearly all would be answered by 404.
"""

import os
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.models import AttendanceImport, Registration
from tests.api.conftest import Program
from tests.city import City, sheet
from tests.database import on_sqlite
from tests.upcoming_sessions import create_upcoming_session

pytestmark = pytest.mark.slow

# `make soak` tries more.
EXAMPLES = 200 if os.environ.get("TEST_HISTORIES") else 5
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def known(city: City) -> dict[str, list[Any]]:
    """What paths may name, by the parameter's name."""
    create_upcoming_session(city)
    city.register("JUALAN-1", "Siti Contoh")
    city.upload(
        city.session("LAMA-1"), sheet("Nama;Kelurahan;Unsur", "Budi Contoh;Manggar;umkm", "Wati;Antah;rt")
    )
    return {
        "code": ["JUALAN-1", "LAMA-1", "JUALAN", city.all(Registration)[0].code],
        "workshop_code": ["JUALAN"],
        "import_id": [city.all(AttendanceImport)[0].id],
        "number": [2, 3],
    }


def send_case(program: TestClient, case: schemathesis.Case[Any]) -> Response:
    """Send a request that Schemathesis has made for the library `requests`."""
    request = case.as_transport_kwargs(base_url="http://testserver")
    parts = ("method", "url", "headers", "params", "data", "json", "files", "cookies")
    prepared = requests.Request(**{part: request[part] for part in parts if part in request}).prepare()
    # Schemathesis makes up tokens too.
    headers = {name: str(value) for name, value in prepared.headers.items() if name != "Authorization"}
    content = prepared.body if isinstance(prepared.body, bytes) else str(prepared.body or "")
    response = program.request(str(prepared.method), str(prepared.url), headers=headers, content=content)
    response.request.read()  # the checks look into it
    return response


@on_sqlite
@pytest.mark.parametrize("role", ["made", "budi", None])
def test_every_answer_is_described(
    app: FastAPI, program: Program, known: dict[str, list[Any]], role: str | None
) -> None:
    """As an administrator, as staff and without a token."""
    headers = {"Authorization": program(role).headers["Authorization"]} if role else {}
    program_of_role = TestClient(app, headers=headers, raise_server_exceptions=False)
    description = schemathesis.openapi.from_dict(app.openapi())
    failures = []
    for operation in (method for path in description.values() for method in path.values()):

        @hypothesis.settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(), data=st.data())
        def send(case: schemathesis.Case[Any], data: st.DataObject) -> None:
            for name in case.path_parameters or {}:
                if name in known:
                    case.path_parameters[name] = data.draw(
                        st.sampled_from([case.path_parameters[name], *known[name]])
                    )
            case.validate_response(send_case(program_of_role, case), checks=CHECKS)

        try:
            send()
        except Exception as failure:
            failures.append(f"{operation.label}: {failure}")

    assert failures == []
