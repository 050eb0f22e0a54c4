"""The API's reference data, workshops and sessions, with the exact JSON that clients rely on."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.database import writing
from app.models import Registration, TargetGroup
from app.services.workshops.workshop_sessions import WorkshopSessionInput, change_workshop_session
from app.services.workshops.workshops import WorkshopInput, change_workshop
from tests.api.problems import UNSTORABLE_TEXTS, invalid_fields, send_escaped_json, status_and_code
from tests.city import MORNING, City, crowd, dump
from tests.database import on_both

pytestmark = on_both

WORKSHOP = {"code": "SPBE-2025", "title": "Literasi SPBE", "target_groups": ["umkm", "rt"], "pillar": "cakap"}
SESSION = {
    "code": "SPBE-2025-1",
    "starts_at": "2025-08-05T09:00:00+08:00",
    "ends_at": "2025-08-05T12:00:00+08:00",
    "venue": "Aula Balai Kota",
    "mode": "hybrid",
    "online_link": "https://rapat.contoh.id/spbe",
    "capacity": 80,
}

WRONG_WORKSHOPS: tuple[tuple[object, set[str]], ...] = (
    ({"title": "Tanpa kode"}, {"code"}),
    ({"code": "A-1"}, {"title"}),
    ({"code": "A-1", "title": " "}, {"title"}),
    ({"code": "A 1", "title": "Judul"}, {"code"}),
    ({"code": "A-1", "title": "Judul", "target_groups": ["pelaut"]}, {"target_groups"}),
    ({"code": "A-1", "title": "Judul", "pillar": "kuat"}, {"pillar"}),
    ({"code": "A-1", "title": "Judul", "warna": "biru"}, {"warna"}),
    ([], {"body"}),
)
WRONG_SESSIONS: tuple[tuple[dict[str, Any], set[str]], ...] = (
    ({"starts_at": "2025-08-05T09:00:00"}, {"starts_at"}),
    ({"starts_at": "kemarin"}, {"starts_at"}),
    ({"ends_at": "2025-08-05T09:00:00+08:00"}, {"ends_at"}),
    ({"capacity": 0}, {"capacity"}),
    ({"capacity": 2**40}, {"capacity"}),
    ({"online_link": "javascript:alert(1)"}, {"online_link"}),
    ({"mode": "telepati"}, {"mode"}),
    ({"venue": "A" * 201}, {"venue"}),
    ({"places_per_kelurahan": 0}, {"places_per_kelurahan"}),
    ({"min_minutes": 181}, {"min_minutes"}),
    ({"places_of_group": {"pelaut": 3}}, {"places_of_group.pelaut"}),
    ({"registration_opens_at": "2025-08-06T09:00:00+08:00"}, {"registration_opens_at"}),
    ({"starts_at": "0205-08-05T09:00:00+08:00"}, {"starts_at"}),
)


@pytest.fixture
def workshop(sari: TestClient) -> dict[str, Any]:
    response = sari.post("/workshops", json=WORKSHOP)
    assert response.status_code == 201
    return dict(response.json())


@pytest.fixture
def session(sari: TestClient, workshop: dict[str, Any]) -> dict[str, Any]:
    response = sari.post("/workshops/SPBE-2025/sessions", json=SESSION)
    assert response.status_code == 201
    return dict(response.json())


def test_reference_data(sari: TestClient, city: City) -> None:
    kelurahan, groups = sari.get("/kelurahan").json(), sari.get("/target-groups").json()

    assert len(kelurahan) == 34
    assert kelurahan[0] == {
        "code": "64.71.01.1001",
        "name": "Manggar",
        "official_name": "Manggar",
        "kecamatan_code": "64.71.01",
        "kecamatan": "Balikpapan Timur",
    }
    assert [group["code"] for group in groups] == ["umkm", "rt", "tokoh", "komunitas", "umum"]
    assert groups[1]["label"] == "RT officials"
    labels = sari.get("/target-groups", headers={"Accept-Language": "id-ID,id;q=0.9"}).json()
    assert labels[1]["label"] == next(group.label_id for group in city.all(TargetGroup) if group.code == "rt")


def test_a_workshop_is_created_read_and_changed(sari: TestClient, workshop: dict[str, Any]) -> None:
    assert workshop == {
        "code": "SPBE-2025",
        "title": "Literasi SPBE",
        "description": "",
        "organization": "Panitia Literasi SPBE",
        "pillar": "cakap",
        "public": False,
        "contact_phone": "",
        "archived_at": None,
        "target_groups": ["rt", "umkm"],
        "sessions": 0,
        "first_starts_at": None,
        "latest_starts_at": None,
    }

    changed = sari.patch("/workshops/SPBE-2025", json={"title": "Baru", "pillar": None}).json()

    assert changed == workshop | {"title": "Baru", "pillar": None}
    assert sari.get("/workshops/SPBE-2025").json() == changed
    assert sari.patch("/workshops/SPBE-2025", json={}).json() == changed

    assert sari.patch("/workshops/SPBE-2025", json={"public": True, "archived": True}).json()["archived_at"]
    back = sari.patch("/workshops/SPBE-2025", json={"archived": False}).json()
    assert back == changed | {"public": True}


def test_a_session_is_created_read_and_changed(sari: TestClient, session: dict[str, Any]) -> None:
    assert session == {
        "code": "SPBE-2025-1",
        "workshop_code": "SPBE-2025",
        "workshop_title": "Literasi SPBE",
        "starts_at": "2025-08-05T01:00:00Z",
        "ends_at": "2025-08-05T04:00:00Z",
        "venue": "Aula Balai Kota",
        "mode": "hybrid",
        "online_link": "https://rapat.contoh.id/spbe",
        "capacity": 80,
        "places_per_kelurahan": None,
        "places_of_group": {},
        "registration_opens_at": None,
        "registration_closes_at": None,
        "min_minutes": None,
        "cancelled_at": None,
        "cancelled_why": None,
        "registered": 0,
        "waiting": 0,
        "present": 0,
        "absent": 0,
        "excused": 0,
    }

    changed = sari.patch("/sessions/SPBE-2025-1", json={"ends_at": "2025-08-05T13:00:00+08:00"}).json()
    assert changed == session | {"ends_at": "2025-08-05T05:00:00Z"}

    changed = sari.patch("/sessions/SPBE-2025-1", json={"capacity": None, "mode": "luring"}).json()
    assert (changed["capacity"], changed["mode"], changed["venue"]) == (None, "luring", "Aula Balai Kota")
    assert sari.get("/sessions/SPBE-2025-1").json() == changed

    limits = {
        "places_per_kelurahan": 2,
        "places_of_group": {"umkm": 40},
        "registration_closes_at": "2025-08-04T09:00:00Z",
        "min_minutes": 100,
    }
    limited = sari.patch("/sessions/SPBE-2025-1", json=limits).json()
    assert limited == changed | limits
    assert sari.patch("/sessions/SPBE-2025-1", json={"venue": None}).json() == limited
    assert sari.patch("/sessions/SPBE-2025-1", json={"registration_closes_at": None}).json() == (
        limited | {"registration_closes_at": None}
    )
    assert sari.patch("/sessions/SPBE-2025-1", json={"min_minutes": None}).json()["min_minutes"] is None


def test_a_patch_keeps_what_others_changed_at_the_same_time(
    sari: TestClient, city: City, session: dict[str, Any]
) -> None:
    """Both requests begin during another user's transaction, and wait for it."""
    starts = MORNING + timedelta(days=1)
    data = WorkshopSessionInput(starts, starts + timedelta(hours=3), capacity=40, places_of_group={"rt": 5})
    with ThreadPoolExecutor(2) as threads:
        with writing(city.engine) as db:
            change_workshop_session(db, city.actor("sari"), "SPBE-2025-1", data)
            change_workshop(db, city.actor("sari"), "SPBE-2025", WorkshopInput("Baru", ("tokoh",), "Isi"))
            requests = [
                threads.submit(sari.patch, "/sessions/SPBE-2025-1", json={"venue": "Aula Contoh"}),
                threads.submit(sari.patch, "/workshops/SPBE-2025", json={"public": True}),
            ]
            assert not wait(requests, timeout=0.3).done
        changed_session, changed_workshop = (request.result().json() for request in requests)

    assert changed_session["venue"] == "Aula Contoh"
    assert (changed_session["capacity"], changed_session["places_of_group"]) == (40, {"rt": 5})
    assert changed_session["starts_at"] == "2025-08-06T01:00:00Z"
    assert (changed_workshop["title"], changed_workshop["public"]) == ("Baru", True)
    assert (changed_workshop["target_groups"], changed_workshop["description"]) == (["tokoh"], "Isi")


def test_a_session_counts_its_attendance(sari: TestClient, city: City, session: dict[str, Any]) -> None:
    city.import_sheet("SPBE-2025-1", crowd(3))

    counted = sari.get("/sessions/SPBE-2025-1").json()

    assert (counted["registered"], counted["present"]) == (3, 3)
    listed = sari.get("/workshops").json()["items"][0]
    assert (listed["sessions"], listed["first_starts_at"]) == (1, "2025-08-05T01:00:00Z")


def test_a_code_that_is_taken_is_refused(sari: TestClient, session: dict[str, Any]) -> None:
    assert status_and_code(sari.post("/workshops", json=WORKSHOP)) == (409, "code-taken")
    assert status_and_code(sari.post("/workshops/SPBE-2025/sessions", json=SESSION)) == (409, "code-taken")


def test_a_workshop_with_a_wrong_field_is_refused(sari: TestClient) -> None:
    for body, fields in WRONG_WORKSHOPS:
        assert invalid_fields(sari.post("/workshops", json=body)) == fields, body

    assert sari.get("/workshops").json()["items"] == []


def test_a_session_with_a_wrong_field_is_refused(sari: TestClient, session: dict[str, Any]) -> None:
    for change, fields in WRONG_SESSIONS:
        created = sari.post("/workshops/SPBE-2025/sessions", json=SESSION | {"code": "SPBE-2025-2"} | change)
        changed = sari.patch("/sessions/SPBE-2025-1", json=change)
        assert invalid_fields(created) == invalid_fields(changed) == fields, change

    assert sari.get("/sessions/SPBE-2025-1").json() == session
    assert status_and_code(sari.get("/sessions/SPBE-2025-2")) == (404, "not-found")


def test_texts_that_a_database_cannot_store_are_refused(
    sari: TestClient, city: City, session: dict[str, Any]
) -> None:
    """The answer is 422 on both databases, not 500."""
    city.register("SPBE-2025-1", "Siti Aminah")
    mark = f"/registrations/{city.all(Registration)[0].code}/attendance"
    before = dump(city.engine)

    for text in UNSTORABLE_TEXTS:
        for method, path, body in (
            ("POST", "/workshops", {"code": "A-1", "title": text}),
            ("POST", "/workshops/SPBE-2025/sessions", SESSION | {"code": "A-1", "venue": text}),
            ("PATCH", "/sessions/SPBE-2025-1", {"venue": text}),
            ("PUT", mark, {"status": "present", "nonce": text}),
        ):
            assert status_and_code(send_escaped_json(sari, method, path, body)) == (422, "invalid"), (
                path,
                text,
            )

    assert dump(city.engine) == before


def test_times_outside_the_range_of_datetime_are_refused(sari: TestClient, workshop: dict[str, Any]) -> None:
    for instant in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"):
        data = SESSION | {"starts_at": instant, "ends_at": instant}
        assert status_and_code(sari.post("/workshops/SPBE-2025/sessions", json=data)) == (422, "invalid")


def test_a_body_that_is_not_json_is_refused(sari: TestClient) -> None:
    for body in (b"", b"{", b"null", b"\xff", b"[" * 5000):
        response = sari.post("/workshops", content=body, headers={"Content-Type": "application/json"})
        assert status_and_code(response)[0] in (400, 422), body


def test_a_body_over_the_limit_is_refused(sari: TestClient) -> None:
    body = b'{"code": "A-1", "title": "' + b"x" * 12 * 1024**2

    response = sari.post("/workshops", content=body, headers={"Content-Type": "application/json"})

    assert status_and_code(response) == (413, "too-large")


def test_lists_are_paged(sari: TestClient, city: City) -> None:
    for number in range(5):
        city.workshop(f"W-{number}")
    codes: list[str] = []
    cursor: str | None = ""

    while cursor is not None:
        page = sari.get("/workshops", params={"limit": 2, "cursor": cursor}).json()
        assert len(page["items"]) <= 2
        codes += [item["code"] for item in page["items"]]
        cursor = page["cursor"]

    assert codes == [f"W-{number}" for number in range(5)]
    for limit in (0, 201, "dua"):
        assert invalid_fields(sari.get("/workshops", params={"limit": limit})) == {"limit"}
