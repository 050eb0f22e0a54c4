"""A list of people to register over HTTP: an import with another purpose."""

from fastapi.testclient import TestClient

from tests.api.problems import status_and_code
from tests.city import City, sheet
from tests.upcoming_sessions import begin_session, create_upcoming_session, registration_statuses

CALL = "/sessions/JUALAN-1/attendance-imports"
TWO = {"file": ("daftar.csv", sheet("Nama;Kelurahan", "Ani Aster;Manggar", "Dewi Dahlia;Lamaru"))}
TO_REGISTER = {"purpose": "registration"}


def test_a_list_registers_within_the_caps(sari: TestClient, city: City) -> None:
    create_upcoming_session(city, capacity=1)
    made = sari.post(CALL, files=TWO, data=TO_REGISTER)
    assert made.status_code == 201
    assert made.json()["purpose"] == "registration"
    assert [row["attendance"] for row in made.json()["rows"]] == [None, None]

    address = f"/attendance-imports/{made.json()['id']}"
    assert sari.post(f"{address}/commit", json={}).json()["status"] == "committed"
    assert registration_statuses(city) == ["confirmed", "waitlisted"]


def test_a_list_after_the_closing_time_needs_overrule(sari: TestClient, city: City) -> None:
    create_upcoming_session(city, capacity=1)
    address = f"/attendance-imports/{sari.post(CALL, files=TWO, data=TO_REGISTER).json()['id']}"
    begin_session(city, "JUALAN-1")

    assert status_and_code(sari.post(f"{address}/commit", json={})) == (409, "registration-closed")
    assert sari.post(f"{address}/commit", json={"overrule": True}).status_code == 200
    assert registration_statuses(city) == ["confirmed", "confirmed"]


def test_an_unknown_purpose_is_refused(sari: TestClient, city: City) -> None:
    create_upcoming_session(city)
    assert sari.post(CALL, files=TWO, data={"purpose": "hadiah"}).status_code == 422
