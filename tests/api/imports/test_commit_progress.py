"""A long list is committed after the answer; a program asks until that is done."""

from fastapi.testclient import TestClient

from app.jobs.tasks import TaskRunner
from app.services.imports.commit import MAX_ROWS_AT_ONCE
from app.settings import Settings
from tests.api.problems import status_and_code
from tests.background_work import drain_and_observe
from tests.city import City, crowd

LONG = MAX_ROWS_AT_ONCE + 1


def test_the_document_has_the_progress(sari: TestClient, city: City, settings: Settings) -> None:
    path = f"/attendance-imports/{city.upload(city.session(), crowd(LONG)).id}"

    response = sari.post(f"{path}/commit", json={})
    document = response.json()
    assert (response.status_code, document["status"]) == (202, "committing")
    assert document["progress"] == {"done": 0, "of": LONG}
    again = sari.post(f"{path}/commit", json={})
    assert (again.status_code, again.json()) == (202, document)
    assert status_and_code(sari.post(f"{path}/undo")) == (409, "being-committed")

    runner = TaskRunner(settings, city.engine, city.vault)
    told = drain_and_observe(runner, lambda: sari.get(path).json().get("progress"))
    assert any(progress and 0 < progress["done"] < progress["of"] == LONG for progress in told)

    document = sari.get(path).json()
    assert (document["status"], "progress" in document, "failure" in document) == ("committed", False, False)
    assert sari.post(f"{path}/commit", json={}).status_code == 200


def test_a_long_list_that_cannot_be_committed_is_refused_at_once(sari: TestClient, city: City) -> None:
    unclear = crowd(LONG) + b"\nSiti Aminah;Antah Berantah;umkm;hadir"
    path = f"/attendance-imports/{city.upload(city.session(), unclear).id}"

    assert status_and_code(sari.post(f"{path}/commit", json={})) == (409, "rows-need-attention")
    assert sari.get(path).json()["status"] == "review"
    assert sari.post(f"{path}/commit", json={"only_valid": True}).status_code == 202
