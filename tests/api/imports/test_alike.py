"""One answer for all rows that ask the same, by API."""

from fastapi.testclient import TestClient

from tests.api.imports.uploads import send
from tests.city import LAMARU, City, sheet

LIST = sheet(
    "Nama;Kelurahan;Kehadiran",
    "Siti Aminah;Antah Berantah;hadir",
    "Nur Aini;ANTAH BERANTAH;hadir",
    "Wawan Dahlia;Negeri Awan;hadir",
)


def test_alike_corrects_all_rows_with_the_same_question(sari: TestClient, city: City) -> None:
    city.session()
    document = send(sari, LIST).json()

    patch = {"cells": {"kelurahan": "Lamaru"}, "alike": True}
    answer = sari.patch(f"/attendance-imports/{document['id']}/rows/2", json=patch)

    assert answer.status_code == 200
    rows = {row["number"]: (row["kind"], row["kelurahan"]) for row in answer.json()["rows"]}
    assert rows == {2: ("create", LAMARU), 3: ("create", LAMARU)}
    assert answer.json()["counts"]["error"] == 1


def test_alike_needs_a_question_that_other_rows_ask_too(sari: TestClient, city: City) -> None:
    city.session()
    document = send(sari, LIST).json()
    for patch in ({"skip": True, "alike": True}, {"cells": {"name": "Siti"}, "alike": True}, {"alike": True}):
        assert sari.patch(f"/attendance-imports/{document['id']}/rows/2", json=patch).status_code == 422
