"""A program reads one file for several sessions, and commits and undoes them together."""

import pytest
from fastapi.testclient import TestClient

from app.models import Participant, Registration
from tests.api.imports.uploads import send
from tests.api.problems import status_and_code
from tests.city import City, sheet

THREE_DAYS = sheet(
    "Nama;Kelurahan;5/8/2025;6/8/2025;7/8/2025", "Ani Contoh;Manggar;v;;v", "Budi Contoh;Antah;v;v;?"
)


@pytest.fixture
def path(sari: TestClient, city: City) -> str:
    """The path of an import of the first day's session."""
    city.workshop_of_days()
    return f"/attendance-imports/{send(sari, THREE_DAYS, session='TIGA-1').json()['id']}"


def test_one_file_is_committed_and_undone_for_all_sessions(sari: TestClient, city: City, path: str) -> None:
    answer = sari.post(
        f"{path}/sessions",
        json={"sessions": [{"session": "TIGA-2"}, {"session": "TIGA-3", "day_column": "7/8/2025"}]},
    )
    assert answer.status_code == 200
    second, third = answer.json()
    assert (second["session"], second["day_column"]) == ("TIGA-2", "6/8/2025")
    assert [session["counts"]["error"] for session in third["sessions"]] == [1, 1, 1]

    refused = sari.post(f"{path}/commit", json={"together": True})
    assert status_and_code(refused) == (409, "rows-need-attention")
    assert [session["session"] for session in refused.json()["sessions"]] == ["TIGA-1", "TIGA-2", "TIGA-3"]

    sari.patch(f"{path}/rows/3", json={"cells": {"kelurahan": "Lamaru"}})
    refused = sari.post(f"{path}/commit", json={"together": True})
    assert refused.json()["sessions"] == [{"session": "TIGA-3", "code": "rows-need-attention", "rows": 1}]
    sari.patch(f"/attendance-imports/{third['id']}/rows/3", json={"cells": {"attendance": "hadir"}})
    committed = sari.post(f"{path}/commit", json={"together": True}).json()
    assert {session["status"] for session in committed["sessions"]} == {"committed"}
    assert (len(city.all(Participant)), len(city.all(Registration))) == (2, 6)

    assert sari.post(f"{path}/undo", json={"together": True}).json()["status"] == "undone"
    assert city.all(Registration) == []


def test_sessions_of_others_and_unknown_sheets_are_refused(sari: TestClient, city: City, path: str) -> None:
    city.session("LAIN-1", by="tono")
    city.session("LAIN-2")
    for session, expected in (
        ({"session": "LAIN-1"}, (404, "not-found")),
        ({"session": "LAIN-2"}, (422, "invalid")),
        ({"session": "TIGA-2", "sheet": "Lembar 9"}, (422, "invalid")),
    ):
        answer = sari.post(f"{path}/sessions", json={"sessions": [session]})
        assert status_and_code(answer) == expected
    assert status_and_code(sari.post(f"{path}/sessions", json={"sessions": []})) == (422, "invalid")


def test_a_day_is_chosen_by_its_column(sari: TestClient, city: City) -> None:
    code = city.session()
    content = sheet("Nama;Kelurahan;Hari 1;Hari 2", "Ani Contoh;Manggar;v;", "Budi Contoh;Lamaru;;v")
    document = send(sari, content, session=code).json()
    assert (document["day_column"], document["day_columns"]) == (None, ["Hari 1", "Hari 2"])

    answer = sari.post(f"/attendance-imports/{document['id']}/mapping", json={"day_column": "Hari 2"}).json()

    assert [row["attendance"] for row in answer["rows"]] == ["absent", "present"]
    assert answer["day_column"] == "Hari 2"
