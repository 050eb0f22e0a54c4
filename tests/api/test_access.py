"""Who gets in, and how everyone else is refused."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.database import writing
from app.main import create_app
from app.models.base import now
from app.permissions import OPERATOR
from app.services.accounts.api_tokens import create_api_token
from app.settings import Settings
from tests.api.conftest import Program
from tests.api.problems import status_and_code
from tests.city import City, crowd

CALLS = (
    ("GET", "/kelurahan"),
    ("GET", "/target-groups"),
    ("GET", "/workshops"),
    ("POST", "/workshops"),
    ("GET", "/workshops/A-1-W"),
    ("PATCH", "/workshops/A-1-W"),
    ("POST", "/workshops/A-1-W/sessions"),
    ("GET", "/sessions/A-1"),
    ("PATCH", "/sessions/A-1"),
    ("POST", "/sessions/A-1/attendance-imports"),
    ("GET", "/attendance-imports/1"),
    ("GET", "/attendance-imports/1/rows"),
    ("POST", "/attendance-imports/1/mapping"),
    ("PATCH", "/attendance-imports/1/rows/2"),
    ("POST", "/attendance-imports/1/commit"),
    ("POST", "/attendance-imports/1/undo"),
    ("PUT", "/registrations/ABCD2345/attendance"),
    ("GET", "/reports/coverage.json"),
)


def test_every_call_asks_for_a_token(app: FastAPI, city: City) -> None:
    with writing(city.engine) as db:
        expired = create_api_token(db, OPERATOR, city.users["sari"], "lama", now() - timedelta(seconds=1))
    anybody = TestClient(app, base_url="http://testserver/api/v1")

    for method, path in CALLS:
        for authorization in (None, "Bearer guessed", f"Bearer {expired}", "Basic c2FyaTpzYXJp", "Bearer"):
            headers = {"Authorization": authorization} if authorization else {}
            response = anybody.request(method, path, headers=headers)
            assert status_and_code(response) == (401, "unauthenticated"), (method, path, authorization)
            assert response.headers["www-authenticate"] == "Bearer"


def test_a_browsers_login_opens_no_api(app: FastAPI, city: City) -> None:
    anybody = TestClient(app, base_url="http://testserver/api/v1", cookies={"jangkau_login": "whatever"})

    assert status_and_code(anybody.get("/workshops")) == (401, "unauthenticated")


def test_what_belongs_to_another_organization_is_not_there(city: City, program: Program) -> None:
    code = city.session("A-1")
    made = city.upload(code, crowd(1))
    session = {
        "code": "A-2",
        "starts_at": "2025-08-05T09:00:00+08:00",
        "ends_at": "2025-08-05T12:00:00+08:00",
    }
    tono = program("tono")

    responses = [
        tono.get("/workshops/A-1-W"),
        tono.patch("/workshops/A-1-W", json={"title": "Diambil alih"}),
        tono.post("/workshops/A-1-W/sessions", json=session),
        tono.get("/sessions/A-1"),
        tono.patch("/sessions/A-1", json={"capacity": 1}),
        tono.post("/sessions/A-1/attendance-imports", files={"file": ("daftar.csv", crowd(1))}),
        tono.get(f"/attendance-imports/{made.id}"),
        tono.get(f"/attendance-imports/{made.id}/rows"),
        tono.post(f"/attendance-imports/{made.id}/mapping", json={}),
        tono.patch(f"/attendance-imports/{made.id}/rows/2", json={"skip": True}),
        tono.post(f"/attendance-imports/{made.id}/commit", json={}),
        tono.post(f"/attendance-imports/{made.id}/undo"),
    ]

    assert {status_and_code(response) for response in responses} == {(404, "not-found")}
    assert tono.get("/workshops").json() == {"items": [], "cursor": None}


def test_a_role_that_may_not_is_told_so(city: City, program: Program) -> None:
    city.session("A-1")
    viewer, staff = program("rina"), program("budi")
    session = {
        "code": "A-2",
        "starts_at": "2025-08-05T09:00:00+08:00",
        "ends_at": "2025-08-05T12:00:00+08:00",
    }

    refused = [
        viewer.post("/workshops/A-1-W/sessions", json=session),
        viewer.patch("/sessions/A-1", json={"capacity": 5}),
        viewer.post("/sessions/A-1/attendance-imports", files={"file": ("daftar.csv", crowd(1))}),
        *(one.post("/workshops", json={"code": "B-1", "title": "Kegiatan"}) for one in (viewer, staff)),
        *(one.patch("/workshops/A-1-W", json={"title": "Kegiatan"}) for one in (viewer, staff)),
    ]

    assert {status_and_code(response) for response in refused} == {(403, "forbidden")}
    assert staff.post("/workshops/A-1-W/sessions", json=session).status_code == 201
    assert viewer.get("/sessions/A-1").status_code == 200


def test_unknown_things_addresses_and_methods(sari: TestClient) -> None:
    for path in ("/workshops/NIRWANA", "/sessions/NIRWANA", "/attendance-imports/4711", "/nirwana"):
        assert status_and_code(sari.get(path)) == (404, "not-found"), path
    assert status_and_code(sari.delete("/workshops"))[0] == 405


def test_a_number_that_no_import_can_have(sari: TestClient) -> None:
    for number in (2**31, 2**63, 10**30, -1):
        assert sari.get(f"/attendance-imports/{number}").status_code in (404, 422), number


def test_sentences_are_english_unless_asked_otherwise(sari: TestClient) -> None:
    english = sari.get("/workshops/NIRWANA").json()["detail"]
    indonesian = sari.get("/workshops/NIRWANA", headers={"Accept-Language": "id"}).json()["detail"]

    assert english == "There is no workshop NIRWANA."
    assert indonesian != english


def test_health_needs_no_token(app: FastAPI) -> None:
    anybody = TestClient(app)

    assert anybody.get("/health/live").json() == {"status": "live"}
    assert anybody.get("/health/ready").json() == {"status": "ready"}


@pytest.fixture
def without_database(tmp_path: Path) -> Iterator[TestClient]:
    """The service after its database has gone."""
    gone = tmp_path / "gone"
    app = create_app(
        Settings(
            data_dir=tmp_path, database_url=f"sqlite:///{gone}/jangkau.sqlite3", base_url="http://testserver"
        )
    )
    gone.rmdir()
    yield TestClient(app, raise_server_exceptions=False)
    app.state.container.close()


def test_without_its_database_the_service_lives_and_is_not_ready(without_database: TestClient) -> None:
    assert without_database.get("/health/live").status_code == 200

    answer = without_database.get("/health/ready")

    assert (answer.status_code, answer.json()["failing"]) == (503, ["database"])


def test_without_its_database_the_service_says_so(without_database: TestClient) -> None:
    answer = without_database.get("/api/v1/kelurahan", headers={"Authorization": "Bearer jgk_x"})

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "10"


def test_a_fault_of_ours_is_told_without_a_traceback(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path, base_url="http://testserver"))
    app.add_api_route("/api/v1/broken", lambda: 1 // 0)
    answer = TestClient(app, raise_server_exceptions=False).get("/api/v1/broken")
    app.state.container.close()

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (500, "internal")
    assert problem["request_id"] == answer.headers["x-request-id"] != ""
    assert "division" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_a_request_of_another_site_is_refused_as_any_other(sari: TestClient) -> None:
    answer = sari.post("/workshops", json={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert status_and_code(answer) == (403, "forbidden")
