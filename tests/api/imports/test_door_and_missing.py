"""What holds against the door, and what becomes of people who are missing from a corrected list, by API."""

from fastapi.testclient import TestClient

from app.models import AttendanceStatus
from tests.api.imports.uploads import send
from tests.city import City, sheet

HEADER = "Nama;Kelurahan;Kehadiran"


def test_the_door_is_kept_for_all_rows_that_differ(sari: TestClient, city: City) -> None:
    code = city.session()
    for name in ("Siti Aminah", "Budi Misal"):
        city.register(code, name, outcome=AttendanceStatus.PRESENT)
    rows = ("Siti Aminah;Manggar;tidak", "Budi Misal;Manggar;izin", "Cici Umpama;Manggar;hadir")
    document = send(sari, sheet(HEADER, *rows)).json()
    url = f"/attendance-imports/{document['id']}"
    [question] = [remark for remark in document["rows"][0]["messages"] if remark["level"] == "review"]
    assert question["code"] == "attendance-differs"
    assert sari.patch(f"{url}/rows/2", json={"keep": "nobody"}).status_code == 422

    answer = sari.patch(f"{url}/rows/2", json={"keep": "door", "alike": True})

    assert {row["number"]: row["kind"] for row in answer.json()["rows"]} == {2: "unchanged", 3: "unchanged"}
    assert sari.post(f"{url}/commit", json={}).status_code == 200
    assert set(city.outcomes().values()) == {"present"}


def test_attendance_of_missing_people_is_removed_if_asked(sari: TestClient, city: City) -> None:
    city.import_sheet(city.session(), sheet(HEADER, "Siti Aminah;Manggar;hadir", "Budi Misal;Manggar;hadir"))
    document = send(sari, sheet(HEADER, "Siti Aminah;Manggar;hadir")).json()
    url = f"/attendance-imports/{document['id']}/commit"
    assert sari.post(url, json={"missing": "forget"}).status_code == 422

    assert sari.post(url, json={"missing": "remove"}).status_code == 200

    assert city.outcomes() == {"Siti Aminah": "present", "Budi Misal": None}
